"""One ordered list of stages, and the drain that moves accepted events through it.

Law: every stage before the store is a pure function of a frozen value; an event is never lost between two stages.
"""
