"""What asyncio leaves to its users: coroutines driven without a task, watchdogs, tasks that cannot vanish.

Law: this package knows the event loop and nothing of exchanges, providers or routes; it imports no other part
of the router and could be a library of its own. A task is started here or nowhere, and none can lose its
exception.
"""
