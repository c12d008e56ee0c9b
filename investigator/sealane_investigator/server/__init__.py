"""The HTTP face: intake of errors and alerts, incidents, the stream, the page, health and metrics.

Law: nothing is answered 202 before it is durable, and nothing leaves without a token.
"""
