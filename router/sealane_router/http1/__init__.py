"""The client's side of HTTP/1.1 as values: a request's head, its body, and the answer to it.

Law: nothing here knows routes, providers or sockets beyond a transport to write to. What two parsers could read in
two ways is refused here, before anything else looks at it.
"""
