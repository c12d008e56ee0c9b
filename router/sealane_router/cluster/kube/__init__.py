"""The Kubernetes API as a router uses it: raw objects, and lists that are watched.

Law: ``api`` alone speaks to the API server, and knows no kind of object. What the API says replaces what it said
before, never the other way round, and silence changes nothing.
"""
