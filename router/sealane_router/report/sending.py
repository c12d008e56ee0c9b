"""When what waits is sent, how often again, and what is given up: the one task behind the backlog."""

import asyncio
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from sealane_api.diagnosis.error_event import MAX_BATCH, MAX_MESSAGE
from sealane_router.aio.tasks import spawn, stop
from sealane_telemetry.logs import get_logger
from sealane_telemetry.report_metrics import ReportMetrics

from .backlog import Backlog
from .delivery import Answer, Verdict
from .describing import EventWriter
from .entry import Entry
from .folding import WINDOW, Folding

_log = get_logger("sealane.report")

#: Seconds in which what follows the first event goes into the same batch.
LINGER = 0.2
#: Bytes of one batch, unless a single event is longer.
MAX_BATCH_BYTES = 1 << 20
#: Seconds of writing events at once. A provider's text may take a hundred times as long as an exchange, so events are
#: written in a thread, and for each second of it three are left to everything else.
_PIECE = 0.005
_REST = 3.0
#: Seconds after which a batch is sent with the events that have been written.
_WRITING = 1.0
#: So many events that wait are a reason to hurry: no more than the beginning of a message is redacted and told.
_MANY = 1000
_BEGINNING = 512
#: Seconds between attempts, doubling; half of each is drawn by chance, so that routers do not come together.
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 30.0
#: Seconds behind an event that was refused by itself: an investigator that refuses everything is not stormed.
_REFUSED_WAIT = 0.05
#: At the end nobody waits as long.
_LAST_WAIT = 0.25
#: Seconds between two lines of the log about the same trouble.
_QUIET = 60.0


class Posts(Protocol):
    """Brings one batch to the investigator."""

    async def post(self, batch: bytes) -> Answer:
        """Send it; every way in which that can fail is an answer."""
        ...


class Sender:
    """Sends the backlog in order, batch by batch, until :meth:`close`.

    A batch that the investigator cannot take now is sent again, and everything behind it waits. One that it refuses is
    sent again by halves, so that in the end only the event that cannot be taken is given up.
    """

    def __init__(
        self,
        backlog: Backlog,
        folding: Folding,
        writer: EventWriter,
        delivery: Posts,
        metrics: ReportMetrics,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._backlog = backlog
        self._folding = folding
        self._writer = writer
        self._delivery = delivery
        self._metrics = metrics
        self._clock = clock
        self._sleep = sleep
        self._chance = chance
        self._written: deque[bytes] = deque()  # the events of the oldest entries
        self._most = MAX_BATCH
        self._failures = 0
        self._ending = False
        self._told: dict[str, float] = {}
        self._dropped_before = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to send."""
        self._task = spawn(self._run(), name="send error events")

    async def close(self, seconds: float) -> None:
        """Send what is left for as long as ``seconds``, and count what could not be sent."""
        if self._task is not None:
            await stop(self._task)
        self._ending = True
        self._folding.settle(float("inf"))
        try:
            async with asyncio.timeout(seconds):
                while len(self._backlog):
                    await self._sleep(min(await self._send(), _LAST_WAIT))
        except TimeoutError:
            left = len(self._backlog)
            self._backlog.give_up(left, "shutdown")
            _log.warning("events_left", count=left)

    async def _run(self) -> None:
        while True:
            try:
                await self._turn()
            except Exception:  # noqa: BLE001 - one defect must not end the reports of all further errors
                if self._may_tell("failed"):
                    _log.exception("report_failed")
                await self._sleep(_LONGEST_WAIT)

    async def _turn(self) -> None:
        await self._something()
        self._folding.settle(self._clock())
        self._tell_drops()
        if not len(self._backlog):
            return
        if len(self._backlog) < self._most:
            await self._sleep(LINGER)
        wait = await self._send()
        if wait:
            await self._sleep(wait)

    async def _something(self) -> None:
        """Wait for an event, but not longer than what is folded may be held."""
        if len(self._backlog):
            return
        try:
            async with asyncio.timeout(WINDOW if self._folding.open else None):
                await self._backlog.wait()
        except TimeoutError:
            return

    async def _send(self) -> float:
        """Send one batch; returns the seconds to wait before the next."""
        await self._write()
        number = self._fitting()
        events = [self._written[at] for at in range(number)]
        answer = await self._delivery.post(self._writer.batch(events, self._backlog.dropped))
        self._metrics.batches.labels(answer.result).inc()
        if answer.verdict is Verdict.LATER:
            return self._later(answer)
        self._failures = 0
        self._most = min(self._most * 2, MAX_BATCH)
        if answer.verdict is Verdict.ACCEPTED:
            self._backlog.release(number)
            self._metrics.sent.labels().inc(number)
        elif number > 1:
            self._most = number // 2
            return 0.0
        else:
            self._backlog.give_up(1, "refused")
            self._most = 1
        for _ in range(number):
            self._written.popleft()
        return 0.0 if answer.verdict is Verdict.ACCEPTED else _REFUSED_WAIT

    def _later(self, answer: Answer) -> float:
        if self._may_tell("unavailable"):
            _log.warning("investigator_unavailable", result=answer.result, count=len(self._backlog))
        wait = min(_FIRST_WAIT * 2.0**self._failures, _LONGEST_WAIT)
        self._failures = min(self._failures + 1, 16)
        return max(wait * (0.5 + 0.5 * self._chance()), answer.retry_after)

    async def _write(self) -> None:
        """Write the events of the next batch, in pieces that leave exchanges their turns."""
        began = self._clock()
        room = MAX_BATCH_BYTES - sum(map(len, self._written))
        while room > 0 and (entries := self._backlog.part(len(self._written), self._most)):
            longest = _BEGINNING if self._ending or len(self._backlog) > _MANY else MAX_MESSAGE
            events, spent = await asyncio.to_thread(self._piece, entries, longest, room)
            self._written.extend(events)
            room -= sum(map(len, events))
            if not self._ending:
                await self._sleep(spent * _REST)
            if self._clock() - began >= _WRITING:
                return

    def _piece(self, entries: Sequence[Entry], longest: int, room: int) -> tuple[list[bytes], float]:
        """The events of the first of ``entries`` that ``room`` bytes hold, and the seconds that they took."""
        began = self._clock()
        events = []
        for entry in entries:
            events.append(self._writer.event(entry, longest))
            room -= len(events[-1])
            if room <= 0 or self._clock() - began >= _PIECE:
                break
        return events, self._clock() - began

    def _fitting(self) -> int:
        """How many of the written events go into the next batch: at least one."""
        size = number = 0
        for event in self._written:
            size += len(event)
            if number and (number >= self._most or size > MAX_BATCH_BYTES):
                break
            number += 1
        return number

    def _tell_drops(self) -> None:
        dropped = self._backlog.dropped
        if dropped > self._dropped_before and self._may_tell("dropped"):
            _log.warning("events_dropped", count=dropped - self._dropped_before, limit=len(self._backlog))
            self._dropped_before = dropped

    def _may_tell(self, what: str) -> bool:
        now = self._clock()
        if now - self._told.get(what, -_QUIET) < _QUIET:
            return False
        self._told[what] = now
        return True
