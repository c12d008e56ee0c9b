"""How long each watch has been silent.

The thread that watches writes, others read: single numbers, so that nobody needs a lock.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from .kinds import WatchedKind
from .world import Scope


@dataclass(slots=True)
class WatchAge:
    """One watch: when it heard something last (a page, an event, a bookmark), and how often it began anew."""

    heard: float
    lists: int = 0
    streams: int = 0


class WatchAges:
    """All watches there should be; one that never began is as old as this."""

    def __init__(self, scopes: Collection[Scope], clock: Callable[[], float]) -> None:
        self._clock = clock
        self._watches = {(kind, scope): WatchAge(clock()) for kind in WatchedKind for scope in scopes}

    def heard(self, kind: WatchedKind, scope: Scope) -> None:
        """The API said something."""
        self._watches[kind, scope].heard = self._clock()

    def listed(self, kind: WatchedKind, scope: Scope) -> None:
        """A list began."""
        self._watches[kind, scope].lists += 1

    def streamed(self, kind: WatchedKind, scope: Scope) -> None:
        """A watch began, or went on where the one before it ended."""
        self._watches[kind, scope].streams += 1

    def ages(self) -> dict[WatchedKind, float]:
        """Return the age of the most silent watch of each kind, in seconds."""
        now = self._clock()
        ages = dict.fromkeys(WatchedKind, 0.0)
        for (kind, _), watch in self._watches.items():
            ages[kind] = max(ages[kind], now - watch.heard)
        return ages

    def begun(self, kind: WatchedKind) -> tuple[int, int]:
        """Return how many lists and how many streams of a kind began so far."""
        watches = [watch for (each, _), watch in self._watches.items() if each is kind]
        return sum(watch.lists for watch in watches), sum(watch.streams for watch in watches)
