"""The Kubernetes API as a router uses it: raw objects, lists that are watched, and errors of our own.

Law: ``api`` alone speaks to the API server, and knows no kind of object. What the API says replaces what it said
before, never the other way round, and silence changes nothing.
"""
