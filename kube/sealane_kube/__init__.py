"""One way to the Kubernetes API, for every deployable: who asks, how long it may take, and what can go wrong.

::

    errors.py            what can go wrong, translated once
    api.py               what the others need of a connection
    configuration.py     where the API is and who we are
    pool.py, pace.py     the connections to it, and how fast it may be asked
    connection.py        one attempt for each call, with a time limit; lists and watches
    lease.py             one holder at a time
    raw.py               objects as they come, of which any part may be missing

Law: it knows the API and none of Sealane's resources, and no deployable: what differs between them is a parameter.
Nothing is read without a limit, no text holds an object, and whatever is written again is written on the
resourceVersion that it was decided on.
"""
