"""The facts only a gateway has: what routers report, which revisions changed, kept for the timeline.

Law: gathering never fails an investigation; what is missing is said to be missing.
"""
