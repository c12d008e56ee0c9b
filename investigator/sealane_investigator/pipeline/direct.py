"""Without a spool, accepted means committed: requests of the same moment share one transaction."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from sealane_investigator.errors import InvestigatorError, SpoolFull, StoreUnavailable
from sealane_investigator.intake.acceptance import Accepted
from sealane_telemetry.logs import get_logger

from .recorder import MAX_TRANSACTION, Recorder

#: Events that may wait for a commit at the same time.
MAX_WAITING = 10_000

_log = get_logger("sealane.investigator.direct")


@dataclass(frozen=True, slots=True)
class _Waiting:
    accepted: Accepted
    done: "asyncio.Future[None]"


class CommitKeeping:
    """A :class:`~sealane_investigator.intake.acceptance.Keeping` whose durability is the database's."""

    def __init__(
        self, recorder: Recorder, *, limit: int = MAX_WAITING, prepared: Callable[[], bool] = lambda: True
    ) -> None:
        self._recorder = recorder
        self._prepared = prepared
        self._limit = limit
        self._queue: list[_Waiting] = []
        self._events = 0
        self._working: asyncio.Task[None] | None = None
        #: None while the database takes what it is given.
        self.stuck: str | None = None

    @property
    def waiting(self) -> int:
        """Events that wait for their commit."""
        return self._events

    async def keep(self, accepted: Accepted) -> None:
        """Return after the commit.

        Raises:
            SpoolFull: too many wait already.
            StoreUnavailable: the database does not take it.
        """
        if not self._prepared():
            raise StoreUnavailable("the tables have not been looked at yet")
        if self._events + len(accepted.events) > self._limit:
            raise SpoolFull("too many events wait for the database; there is no spool (SEALANE_SPOOL)")
        done = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(accepted, done))
        self._events += len(accepted.events)
        if self._working is None:
            self._working = asyncio.get_running_loop().create_task(self._work(), name="direct-commits")
        await asyncio.shield(done)

    async def finish(self) -> None:
        """Return when nobody waits any more."""
        while self._working is not None:
            await asyncio.wait([self._working])

    async def _work(self) -> None:
        try:
            while self._queue:
                await self._commit(self._take())
        finally:
            self._working = None

    def _take(self) -> list[_Waiting]:
        taken, events = 0, 0
        for waiting in self._queue:
            if taken and events + len(waiting.accepted.events) > MAX_TRANSACTION:
                break
            taken, events = taken + 1, events + len(waiting.accepted.events)
        group, self._queue = self._queue[:taken], self._queue[taken:]
        return group

    async def _commit(self, group: list[_Waiting]) -> None:
        refusal: InvestigatorError | None = None
        try:
            await self._recorder.record([waiting.accepted for waiting in group])
            self.stuck = None
        except StoreUnavailable as error:
            refusal, self.stuck = error, "the database does not answer"
        except Exception as error:  # noqa: BLE001 - who waits for it must be answered, whatever the error
            _log.error("commit_failed", error=type(error).__name__, exc_info=error)
            refusal = StoreUnavailable("the events could not be written; see the log")
        for waiting in group:
            self._events -= len(waiting.accepted.events)
            if not waiting.done.done():
                if refusal is None:
                    waiting.done.set_result(None)
                else:
                    waiting.done.set_exception(refusal)
