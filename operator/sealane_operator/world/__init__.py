"""What the operator has seen: routes and revisions as kopf's watches indexed them, and the queue of keys to look at.

Law: memory only; nothing here calls out.
"""
