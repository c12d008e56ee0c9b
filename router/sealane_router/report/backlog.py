"""What waits to be sent: bounded by number and by size, and open to an exchange at the price of an append."""

import asyncio
from collections import deque
from itertools import islice

from sealane_telemetry.report_metrics import ReportMetrics

from .entry import Entry

MAX_ENTRIES = 10_000
MAX_BYTES = 16 << 20


class Backlog:
    """Entries in the order of their ``sequence``, which counts from 1 without gaps.

    When it is full the newest is turned away: how trouble began says more about its cause than how it went on, and
    what goes on is seen again when there is room. ``dropped`` counts what was turned away or given up, for good.
    """

    def __init__(self, metrics: ReportMetrics, *, entries: int = MAX_ENTRIES, size: int = MAX_BYTES) -> None:
        self.dropped = 0
        self.size = 0
        self._entries: deque[Entry] = deque()
        self._most = entries
        self._most_bytes = size
        self._sequence = 0
        self._filled = asyncio.Event()
        self._dropped = metrics.dropped
        metrics.queued.read_from(lambda: [((), float(len(self._entries)))])
        metrics.queued_bytes.read_from(lambda: [((), float(self.size))])

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, entry: Entry) -> None:
        """Take an entry, or count that there was no room for it."""
        size = entry.size
        if len(self._entries) >= self._most:
            self._drop("queue_full", entry.count)
        elif self.size + size > self._most_bytes:
            self._drop("queue_bytes", entry.count)
        else:
            self._sequence += 1
            entry.sequence = self._sequence
            self.size += size
            self._entries.append(entry)
            self._filled.set()

    async def wait(self) -> None:
        """Return when something is there."""
        await self._filled.wait()

    def part(self, start: int, stop: int) -> list[Entry]:
        """The entries from ``start`` up to ``stop``, oldest first; they stay."""
        return list(islice(self._entries, start, stop))

    def release(self, number: int) -> None:
        """The oldest ``number`` arrived."""
        for _ in range(number):
            self.size -= self._entries.popleft().size
        if not self._entries:
            self._filled.clear()

    def give_up(self, number: int, reason: str) -> None:
        """The oldest ``number`` will not arrive; ``reason`` is the metric's word for it."""
        for entry in self.part(0, number):
            self._drop(reason, entry.count)
        self.release(number)

    def _drop(self, reason: str, count: int) -> None:
        self.dropped += count
        self._dropped.labels(reason).value += count
