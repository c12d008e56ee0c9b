"""HTTP in and out: the traffic port, the admin port and the one place where an error becomes an answer.

Law: everything a client sends is hostile until its head has passed, every buffer here is bounded, and nothing
here decides where a request goes: the listener hands an exchange to the stack and writes what comes back.
Reading from the client is never paused while an HTTP exchange runs, because a paused socket hides its close.
"""
