"""``WS /v1/stream``: every change of an incident, numbered, to clients that come and go.

Law: a client misses nothing or is told to reload; nobody's slowness costs another one anything.
"""
