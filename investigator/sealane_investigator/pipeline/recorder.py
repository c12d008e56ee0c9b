"""From accepted batches to committed counts: analyse each event, record them, tell who waits for the changes."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sealane_api.diagnosis.error_event import ErrorEvent
from sealane_investigator.errors import StoreUnavailable
from sealane_investigator.incident.incident import Analysed
from sealane_investigator.intake.acceptance import Accepted
from sealane_investigator.intake.cleaning import TURN_SECONDS, is_long
from sealane_investigator.interfaces import IncidentChange, Recorded, Store
from sealane_telemetry.investigator_metrics import InvestigatorMetrics
from sealane_telemetry.logs import get_logger

#: Events of one transaction: short enough that others get their turn, long enough to be worth a commit.
MAX_TRANSACTION = 500
#: So many refusals one by one and nothing taken: it is the store. So many of one event that comes alone: the event.
_BROKEN = 8
_TRIES_ALONE = 5

#: Seconds; what took longer comes from a clock that was never set.
_LONGEST_DELAY = 400 * 86_400.0

_log = get_logger("sealane.investigator.recorder")

Listener = Callable[[Sequence[IncidentChange]], None]


@dataclass(slots=True)
class _Halving:
    """What came of looking for events that the store refuses."""

    taken: int = 0
    refused: list[Analysed] = field(default_factory=list)
    error: Exception | None = None


@dataclass(slots=True)
class Recorder:
    """``record`` returns when everything is committed; ``listeners`` hear of every change after its commit."""

    store: Store
    analyse: Callable[[ErrorEvent], Analysed]
    metrics: InvestigatorMetrics
    listeners: list[Listener] = field(default_factory=list)
    now: Callable[[], float] = time.time
    _alone: tuple[str, int] = ("", 0)

    async def record(self, batches: Sequence[Accepted]) -> int:
        """Count each event once, however often it is given; returns how many no database takes.

        Raises:
            StoreUnavailable: some of it may be committed; give all of it again.
        """
        lost: dict[str, int] = {}
        for accepted in batches:
            for reporter, count in accepted.lost.items():
                lost[reporter] = max(lost.get(reporter, 0), count)
        analysed: list[Analysed] = []
        turn = time.perf_counter()
        for event in _events(batches):
            if is_long(event):
                analysed.append(await asyncio.to_thread(self.analyse, event))
                turn = time.perf_counter()
                continue
            analysed.append(self.analyse(event))
            if time.perf_counter() - turn > TURN_SECONDS:
                await asyncio.sleep(0)
                turn = time.perf_counter()
        refused = 0
        for begin in range(0, max(1, len(analysed)), MAX_TRANSACTION):
            refused += await self._transaction(analysed[begin : begin + MAX_TRANSACTION], lost)
        return refused

    async def _transaction(self, events: list[Analysed], lost: dict[str, int]) -> int:
        """Commit; when the store refuses for a reason of its own, find the events that it refuses and go on without.

        An event is only given up when the store took others meanwhile, or refused it alone again and again: a store
        that refuses everything is broken, and what is broken is waited for.
        """
        if not events and not lost:
            return 0
        halving = _Halving()
        await self._halve(events, lost, halving)
        if not halving.refused:
            return 0
        if not halving.taken and not self._given_up(halving.refused):
            raise StoreUnavailable("the store refuses every event") from halving.error
        self.metrics.events.labels("refused").inc(len(halving.refused))
        remedy = "the segment of the spool is kept aside"
        _log.error("events_refused", count=len(halving.refused), exc_info=halving.error, remedy=remedy)
        return len(halving.refused)

    async def _halve(self, events: list[Analysed], lost: dict[str, int], halving: _Halving) -> None:
        try:
            recorded = await self.store.record(events, lost)
        except StoreUnavailable:
            raise
        except Exception as error:
            if len(events) > 1:
                middle = len(events) // 2
                await self._halve(events[:middle], lost, halving)
                await self._halve(events[middle:], lost, halving)
                return
            halving.refused.extend(events)
            halving.error = error
            if not halving.taken and len(halving.refused) >= _BROKEN:
                raise StoreUnavailable("the store refuses every event") from error
            return
        halving.taken += len(events)
        self._committed(events, recorded)

    def _given_up(self, events: Sequence[Analysed]) -> bool:
        """Whether what was refused alone was refused alone often enough."""
        if len(events) != 1:
            return False
        identity = events[0].event.id
        self._alone = (identity, self._alone[1] + 1 if self._alone[0] == identity else 1)
        return self._alone[1] >= _TRIES_ALONE

    def _committed(self, events: Sequence[Analysed], recorded: Recorded) -> None:
        now = self.now()
        self.metrics.events.labels("counted").inc(recorded.counted)
        self.metrics.events.labels("replayed").inc(recorded.replayed)
        if not recorded.replayed:  # when something was told again says nothing of when it was found
            detection = self.metrics.detection_seconds.labels()
            for each in events:
                if now - each.event.occurred_at <= _LONGEST_DELAY:
                    detection.observe(max(0.0, now - each.event.occurred_at))
        for change in recorded.changes:
            self.metrics.changes.labels(change.kind.value).inc()
        for listener in self.listeners:
            listener(recorded.changes)


def _events(batches: Sequence[Accepted]) -> Iterator[ErrorEvent]:
    for accepted in batches:
        yield from accepted.events
