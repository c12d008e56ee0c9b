"""Connections to providers: connecting, the pool, HTTP/1.1 and SSE framing, credentials.

Law: only this package opens a socket to a provider, and it is handed a provider object, never a URL and a
key. A connection serves one provider object; a byte that nobody asked for closes it and is never used,
because it could be another tenant's answer. Nothing here decides to try again elsewhere: it reports how an
attempt ended.
"""
