"""The types that cross a process boundary: what a route says, what it compiles to, what can go wrong with it.

The law of this package: the standard library and pydantic only, and no I/O. It opens no file and no socket, has no
clock and no event loop, so the command line, the router, the operator and the client judge a route by the very same
functions. What needs an engine of its own (RE2) is handed in as a function.

::

    resource/            the parts of a ProviderRoute, each with its bounds and defaults
    provider_route.py    the whole resource
    canonical.py         what a revision's hash is taken over
    compilation.py       a resource becomes a Route, routes become a RouteTable
    route_table.py       the compiled, immutable types
    ownership.py         which route owns a model name, and which it may claim
    problems.py          what is wrong with a file, in words for people
    failure.py           the ways an attempt can fail
    durations.py         30s, 5m, 1h30m
    crd/                 the CustomResourceDefinitions, made from the classes above
"""
