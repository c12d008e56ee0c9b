"""What the operator has seen, and what it wants to look at: routes and revisions by name, and the queue of keys.

Law: memory only; nothing here calls out, waits or reads a clock. One event loop writes it.
"""
