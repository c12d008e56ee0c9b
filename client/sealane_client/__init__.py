"""The Python client of the WebSocket session protocol. Not in this release.

Law: this package stands on :mod:`sealane_api` alone, so that an application can install it without any part
of the gateway. For JSON and SSE no client of ours is needed: the ``openai`` and ``anthropic`` libraries work
as they are.
"""
