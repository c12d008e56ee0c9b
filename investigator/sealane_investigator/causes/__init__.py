"""What the facts of the gateway add to a class: the cause, and what to do about it.

Law: pure. No cause without a fact that names it.
"""
