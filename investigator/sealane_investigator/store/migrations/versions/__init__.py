"""The steps; ``v0001_incidents`` is the first.

Law: a step names its tables in full and imports nothing of ours, which will have changed by the time it runs again.
"""
