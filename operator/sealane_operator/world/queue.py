"""Which key is looked at next: each once at a time, none forgotten, failures ever more rarely.

A key is ready (somebody marked it), running (a worker has it), or due at a time (it asked for another look, or its last
one failed). A mark while it runs makes it ready again as soon as that look is over: the look may have read what was
there before. All times come from the caller and are in seconds.
"""

import heapq
import random
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

#: The first pause after a failure, what the pauses grow by, and the longest; each is shortened by up to a third.
FIRST_BACKOFF = 0.2
BACKOFF_FACTOR = 2.0
LONGEST_BACKOFF = 60.0

#: The heap may hold so many times as outdated as valid entries, and some, before it is cleaned.
_MAX_OUTDATED = 2
_SOME = 64


@dataclass(slots=True)
class QueueFigures:
    """What happened so far."""

    marks: int = 0
    looks: int = 0
    failures: int = 0


class Queue:
    """The keys that want to be looked at; it holds at most one entry of each sort for a key.

    ``waited`` is told how long each key was ready before its look began.
    """

    def __init__(
        self, *, chance: Callable[[], float] = random.random, waited: Callable[[float], None] = lambda _seconds: None
    ) -> None:
        self.figures = QueueFigures()
        self._waited = waited
        self._chance = chance
        self._ready: OrderedDict[str, float] = OrderedDict()
        self._running: dict[str, float] = {}
        self._again: set[str] = set()
        self._due: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []
        self._failures: dict[str, int] = {}
        self._barred: dict[str, float] = {}

    def mark(self, key: str, now: float) -> None:
        """Ask for a look: now, after the one that runs, or when the API takes calls again that it put off."""
        self.figures.marks += 1
        if key in self._running:
            self._again.add(key)
        elif self._barred.get(key, 0.0) > now:
            return  # it is due at that time
        elif key not in self._ready:
            self._make_ready(key, now)

    def start(self, now: float) -> str | None:
        """Return the key that has been ready for longest, which runs from now on; None when there is none."""
        self._wake(now)
        if not self._ready:
            return None
        key, since = self._ready.popitem(last=False)
        self._running[key] = now
        self.figures.looks += 1
        self._waited(now - since)
        return key

    def done(self, key: str, now: float, again: float | None = None) -> None:
        """A look is over; ``again`` is in how many seconds the key wants another one, None: when it is marked."""
        self._failures.pop(key, None)
        self._barred.pop(key, None)
        self._finish(key, now, again)

    def failed(self, key: str, now: float, retry_after: float | None = None) -> float:
        """A look failed; return the seconds until the next one, not fewer than ``retry_after``.

        Who marks the key meanwhile gets a look at once, unless the API said when to come back.
        """
        self.figures.failures += 1
        count = self._failures[key] = self._failures.get(key, 0) + 1
        longest = min(FIRST_BACKOFF * BACKOFF_FACTOR ** min(count - 1, 20), LONGEST_BACKOFF)
        pause = longest * (1 - self._chance() / 3)
        if retry_after is not None:
            pause = max(pause, retry_after)
            self._barred[key] = now + pause
            self._again.discard(key)
        self._finish(key, now, pause)
        return pause

    @property
    def next_due(self) -> float | None:
        """When a key is due next; None when none is."""
        self._drop_outdated()
        return self._heap[0][0] if self._heap else None

    @property
    def depth(self) -> int:
        """How many keys are ready."""
        return len(self._ready)

    @property
    def running(self) -> int:
        """How many keys are being looked at."""
        return len(self._running)

    @property
    def delayed(self) -> int:
        """How many keys are due later."""
        return len(self._due)

    def oldest_ready(self, now: float) -> float:
        """Return for how long the first key has been ready; 0 without one."""
        since = next(iter(self._ready.values()), None)
        return 0.0 if since is None else now - since

    def oldest_running(self, now: float) -> float:
        """Return how long the longest look has taken so far; 0 without one."""
        return max((now - since for since in list(self._running.values())), default=0.0)

    def _finish(self, key: str, now: float, again: float | None) -> None:
        del self._running[key]
        if key in self._again:
            self._again.discard(key)
            self._make_ready(key, now)
        elif again is not None:
            self._due[key] = due = now + again
            heapq.heappush(self._heap, (due, key))
            self._clean()

    def _make_ready(self, key: str, now: float) -> None:
        self._due.pop(key, None)
        self._ready[key] = now

    def _wake(self, now: float) -> None:
        while (due := self.next_due) is not None and due <= now:
            _, key = heapq.heappop(self._heap)
            self._barred.pop(key, None)
            self._make_ready(key, due)

    def _drop_outdated(self) -> None:
        while self._heap and self._due.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)

    def _clean(self) -> None:
        if len(self._heap) > _MAX_OUTDATED * len(self._due) + _SOME:
            self._heap = [(due, key) for key, due in self._due.items()]
            heapq.heapify(self._heap)
