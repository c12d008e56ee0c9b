"""What the operator can be told from outside: read once at start, frozen, and handed on in parts.

Law: only this package reads ``SEALANE_*`` variables, and it does no other I/O. Every setting is a variable
``SEALANE_SOMETHING`` and a flag ``--something``; the flag wins. Times are seconds once parsed. ``docs/operator.md``
lists them all, and a test keeps the two lists the same.
"""
