"""The drain: moves what the spool holds into the database, for as long as it takes, and deletes it only then."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from sealane_investigator.errors import BatchRefused, StoreUnavailable
from sealane_investigator.intake.acceptance import Accepted, decode_accepted
from sealane_investigator.intake.segments import Portion
from sealane_investigator.intake.spool import Spool
from sealane_telemetry.investigator_metrics import InvestigatorMetrics
from sealane_telemetry.logs import get_logger

from .recorder import Recorder

#: What arrives within so many seconds shares a transaction, unless so many bytes wait already: a commit costs as much
#: as hundreds of events in it, and would take the processor from whoever reports.
GATHER_SECONDS = 0.05
ENOUGH_BYTES = 64 * 1024
#: Without arrivals for so long, the segment that is being written is ended and goes; dead replicas are looked for.
IDLE_SECONDS = 2.0
ADOPT_SECONDS = 15.0
#: Pauses while the database does not answer; the next is twice as long.
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0

_log = get_logger("sealane.investigator.drain")


class Drain:
    """``run`` it as a task; :meth:`empty` waits until everything that was accepted is committed."""

    def __init__(
        self,
        spool: Spool,
        recorder: Recorder,
        metrics: InvestigatorMetrics,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random_unit: Callable[[], float] = random.random,
    ) -> None:
        self._spool = spool
        self._recorder = recorder
        self._metrics = metrics
        self._sleep = sleep
        self._random_unit = random_unit
        self._pause = FIRST_PAUSE
        # At the end of the process two want to move what is left: one after the other.
        self._turning = asyncio.Lock()
        #: None while the database takes what it is given.
        self.stuck: str | None = None

    async def run(self) -> None:
        """Never returns; an error of the database or the disk is waited out."""
        while True:
            if await self.turn():
                if self._spool.waiting < ENOUGH_BYTES:
                    await self._sleep(GATHER_SECONDS)
                continue
            try:
                async with asyncio.timeout(IDLE_SECONDS):
                    await self._spool.arrived.wait()
            except TimeoutError:
                await self._seal()

    async def adopt(self) -> None:
        """Look for spools of dead replicas again and again; never returns."""
        while True:
            await self._sleep(ADOPT_SECONDS)
            try:
                self._spool.adopt()
            except OSError as error:
                _log.warning("spool_not_adopted", error=type(error).__name__, exc_info=error)

    async def empty(self) -> None:
        """Return once the spool holds nothing that the database has not; used when the process ends."""
        while self._spool.waiting:
            if not await self.turn():
                await self._sleep(FIRST_PAUSE)

    async def turn(self) -> bool:
        """Move one portion; returns whether there was one, and pauses when it could not be moved."""
        async with self._turning:
            return await self._move()

    async def _move(self) -> bool:
        try:
            portion = await self._spool.next()
            if portion is None:
                return False
            if await self._recorder.record(self._read(portion)):
                portion.segment.bad = True
            await self._spool.committed(portion)
        except (StoreUnavailable, OSError) as error:
            await self._wait_out(error)
            return True
        self._recovered()
        return True

    def _read(self, portion: Portion) -> list[Accepted]:
        """The batches of a portion; one that nobody understands keeps its segment aside."""
        batches = []
        for payload in portion.payloads:
            try:
                batches.append(decode_accepted(payload))
            except BatchRefused as error:
                portion.segment.bad = True
                self._spool.figures.damaged += 1
                _log.error("frame_not_understood", file=str(portion.segment.path), reason=str(error))
        return batches

    async def _seal(self) -> None:
        try:
            await self._spool.seal()
        except OSError as error:
            _log.warning("segment_not_removed", error=type(error).__name__, exc_info=error)

    async def _wait_out(self, error: Exception) -> None:
        if self.stuck is None:
            _log.error("drain_stuck", error=type(error).__name__, exc_info=error, remedy="what was accepted waits")
        self.stuck = "the database does not answer" if isinstance(error, StoreUnavailable) else "the spool's disk fails"
        self._metrics.drain_failures.labels(type(error).__name__).inc()
        pause, self._pause = self._pause, min(LONGEST_PAUSE, self._pause * 2)
        await self._sleep(pause * (0.5 + self._random_unit() / 2))

    def _recovered(self) -> None:
        if self.stuck is not None:
            _log.info("drain_recovered")
        self.stuck = None
        self._pause = FIRST_PAUSE
