"""Keeps Python's collector away from the route table, which lives long and holds no garbage.

Two thousand routes are 400,000 objects, and a full collection that walks them stops the event loop for 150 ms. What a
table holds is freed by its reference counts when the table goes; only cycles need the collector, and it has none. So
what lives when many routes were made is frozen: the collector never looks at it again. The price is that a cycle among
what happened to be alive then (a connection in trouble) is never collected: one moment's worth per ``_ENOUGH`` routes.
"""

import gc

#: Routes made since the last time that are worth it; a full collection of what they hold takes a few milliseconds.
_ENOUGH = 64


class TableKeeper:
    """Counts the routes made by swaps of the table, and freezes what lives when they are many."""

    def __init__(self) -> None:
        self._made = 0

    def swapped(self, made: int) -> bool:
        """``made`` routes of a new table are new; True when what lives was frozen."""
        self._made += made
        if self._made < _ENOUGH:
            return False
        self._made = 0
        gc.collect(1)  # the young: garbage of this moment should not be kept
        gc.freeze()
        return True
