"""The verbs of ``kubectl sealane`` as typer reads them.

Law: a verb checks what was typed, imports what it needs only then, and hands over; it decides nothing.
"""
