"""Investigations: one for each (incident, episode, trigger), whichever replica is first, done again when it dies.

A worker asks the store what waits, takes a lease, gathers facts, judges causes, asks the model where that is allowed,
recommends, and writes back under the fence of its lease. What it finds is only advice until it is written, so a replica
that dies in between costs nothing but time.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from sealane_api.diagnosis.error_event import Origin
from sealane_investigator.errors import InvestigatorError, StaleFence, StoreUnavailable
from sealane_investigator.incident.diagnosis import Diagnosis
from sealane_investigator.incident.facts import Facts
from sealane_investigator.incident.incident import Analysed, Incident, Trigger
from sealane_investigator.incident.recommendation import Recommendation
from sealane_investigator.interfaces import ChangeOf, IncidentChange, Lease, Store, Waiting
from sealane_investigator.model.asking import Opinion
from sealane_telemetry.investigator_metrics import InvestigatorMetrics
from sealane_telemetry.logs import get_logger

#: What dead replicas left is looked for this often, in seconds; new work wakes a worker at once.
LOOK_SECONDS = 5.0
#: How many waiting investigations are looked at together.
_PAGE = 50
#: A failed investigation is tried again after so many seconds.
RETRY_SECONDS = 10.0

_WANTED = {ChangeOf.NEW, ChangeOf.REGRESSED, ChangeOf.EDITED}

_log = get_logger("sealane.investigator.investigation")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is investigated: the incident, its newest occurrence, its facets, and why."""

    incident: Incident
    newest: Analysed
    facets: dict[str, dict[str, int]]
    trigger: Trigger


class Gathering(Protocol):
    """The facts of the gateway."""

    async def gather(self, subject: Subject) -> Facts:
        """Return what is known; never raises, what is missing is said to be missing."""


class Asking(Protocol):
    """A model's opinion."""

    async def ask(self, subject: Subject, diagnosis: Diagnosis, facts: Facts) -> Opinion:
        """Return a better diagnosis, or the one given; never raises."""


#: From the facts: the diagnosis with its cause.
Judging = Callable[[Subject, Facts], Diagnosis]
#: From the diagnosis: what to do; may read the live object first.
Recommending = Callable[[Subject, Opinion, Facts], Awaitable[Recommendation | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """The stages after the count, in their order."""

    gather: Gathering
    judge: Judging
    ask: Asking | None
    recommend: Recommending


class Investigations:
    """``run`` it as one task; ``hear`` is a listener of the recorder."""

    def __init__(
        self,
        store: Store,
        stages: Stages,
        metrics: InvestigatorMetrics,
        *,
        owner: str,
        at_once: int,
        lease_seconds: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._stages = stages
        self._metrics = metrics
        self._owner = owner
        self._lease_seconds = lease_seconds
        self._sleep = sleep
        self._now = now
        self._at_once = at_once
        self._woken = asyncio.Event()
        self._running: dict[tuple[int, int, Trigger], asyncio.Task[str]] = {}
        metrics.investigations_waiting.read_from(lambda: [((), float(len(self._running)))])

    def hear(self, changes: Sequence[IncidentChange]) -> None:
        """Wake up when one of these changes calls for an investigation."""
        if any(change.kind in _WANTED for change in changes):
            self._woken.set()

    async def run(self) -> None:
        """Work on what waits; never returns."""
        while True:
            self._woken.clear()
            try:
                await self.begin()
            except Exception as error:  # noqa: BLE001 - what waits is looked at again, whatever this was
                if not isinstance(error, StoreUnavailable):
                    _log.error("investigations_not_read", error=type(error).__name__, exc_info=error)
            await self._rest()

    async def begin(self) -> int:
        """Begin as many as may run at once; returns how many. Raises StoreUnavailable."""
        if self._full():
            return 0
        began = 0
        for waiting in await self._store.waiting(_PAGE):
            key = (waiting.incident, waiting.episode, waiting.trigger)
            if key in self._running or self._full():
                continue
            task = asyncio.get_running_loop().create_task(
                self._guarded(waiting), name=f"investigate-{waiting.incident}"
            )
            self._running[key] = task
            task.add_done_callback(partial(self._ended, key))
            began += 1
        return began

    async def finish(self, seconds: float) -> None:
        """Let what runs end, then cancel it: its leases run out by themselves."""
        tasks = set(self._running.values())
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _full(self) -> bool:
        return len(self._running) >= self._at_once

    def _ended(self, key: tuple[int, int, Trigger], task: "asyncio.Task[str]") -> None:
        del self._running[key]
        # There is room again. What others have, and what failed, is looked at later.
        if not task.cancelled() and task.result() == "written":
            self._woken.set()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _guarded(self, waiting: Waiting) -> str:
        """An investigation that raises is given back; the log says where, and never what the error said."""
        result = "failed"
        lease: Lease | None = None
        try:
            lease = await self._store.lease(
                waiting.incident, waiting.episode, waiting.trigger, self._owner, self._lease_seconds
            )
            if lease is None:
                result = "taken"
            else:
                async with asyncio.timeout(self._lease_seconds):
                    result = await self._investigate(waiting, lease)
        except StaleFence:
            result = "stale"
        except Exception as error:  # noqa: BLE001 - it is given back to be tried again, whatever the error
            _log.error("investigation_failed", error=type(error).__name__, exc_info=error)
            await self._give_back(lease)
        finally:
            self._metrics.investigations.labels(waiting.trigger.value, result).inc()
        return result

    async def _investigate(self, waiting: Waiting, lease: Lease) -> str:
        subject = await self._subject(waiting)
        if subject is None:
            await self._give_back(lease)
            return "failed"
        facts = replace(await self._stages.gather.gather(subject), facets=subject.facets)
        opinion = Opinion(diagnosis=self._stages.judge(subject, facts))
        if self._stages.ask is not None and subject.incident.origin is not Origin.SELF:
            opinion = await self._stages.ask.ask(subject, opinion.diagnosis, facts)
        recommendation = await self._stages.recommend(subject, opinion, facts)
        await self._store.write_back(lease, opinion.diagnosis, recommendation, facts)
        self._metrics.diagnosis_seconds.labels().observe(max(0.0, self._now() - waiting.asked_at))
        return "written"

    async def _subject(self, waiting: Waiting) -> Subject | None:
        incident = await self._store.incident(waiting.incident)
        newest = await self._store.occurrences(waiting.incident, 1)
        if incident is None or not newest:
            return None
        facets = await self._store.facets(waiting.incident)
        return Subject(incident=incident, newest=newest[0], facets=facets, trigger=waiting.trigger)

    async def _give_back(self, lease: Lease | None) -> None:
        if lease is None:
            return
        try:
            await self._store.release(lease, RETRY_SECONDS)
        except InvestigatorError as error:
            # It runs out by itself.
            _log.warning("lease_not_given_back", error=type(error).__name__)
