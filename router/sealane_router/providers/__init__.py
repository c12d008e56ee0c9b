"""What a provider's bytes mean: request heads and edits, error classes, answers and event streams.

The law of this layer: every function is pure. It takes bytes (and, where a stated time must become a wait,
the wall clock as a number) and returns a value; it never opens a socket, knows a loop or reads a clock. Bytes
that need not change are returned as they came, never re-serialised. Nothing here chooses a provider or
decides about a retry: a dialect says *what* happened as a :class:`~sealane_router.errors.Failure`, the layers
above say what follows.

::

    api            the POST paths, and whose error shape each speaks
    request_body   the model a body asks for; the edits a target makes         ← json_members, json_text
    dialect        status and body to a Failure; openai, moonshot and zai refine it, registry finds it
    answer         a complete JSON answer: whole? an error in disguise? usage?     ← usage
    event_stream   the framing of server-sent events
    streams        when an event stream starts, ends and breaks; stream_inspector picks the one for an API
"""
