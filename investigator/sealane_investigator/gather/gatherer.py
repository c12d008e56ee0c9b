"""Gathers the facts of one error: figures of the routers, what revisions changed, which breakers moved.

Every few seconds all routers are asked, for a figure is the difference of two looks; what is noticed goes into the
timeline. An investigation then asks once more and takes what is there. Whatever cannot be had is said in words, and
nothing here ever fails an investigation.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable

from sealane_api.diagnosis.error_event import ErrorEvent
from sealane_api.report import RouterFacts
from sealane_investigator.causes.outage import RECENT
from sealane_investigator.errors import InvestigatorError
from sealane_investigator.incident.facts import BreakerChange, Facts, RevisionChange, Traffic
from sealane_kube.errors import KubeError
from sealane_telemetry.logs import get_logger

from .counters import Counters, relevant
from .file_routes import FileRoutes
from .interfaces import Routes, Timeline
from .routers import Routers

#: Seconds between two looks at the routers.
INTERVAL = 10.0

#: A look that is not older than this, in seconds, is new enough for an investigation of what happened before it.
FRESH = 2.0

#: Seconds that revisions and the timeline may take.
PATIENCE = 2.0

#: How far before the first occurrence, and how far back from now, changes are of interest; in seconds.
BEFORE = 3_600.0

#: Rows (of the last minutes, of the last minute) and changes of one investigation.
MAX_ROWS = 150
MAX_RECENT = 50
MAX_CHANGES = 50

#: Breaker changes that are remembered besides the timeline.
_MAX_BREAKERS = 1_000

_log = get_logger("sealane.investigator.gather")


class Gatherer:
    """Run :meth:`run` as a task, and ask for the :meth:`facts` of an error."""

    def __init__(
        self,
        routers: Routers,
        routes: Routes | None,
        timeline: Timeline | None,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """``routes`` is None where neither a cluster nor a router shows them."""
        self._routers = routers
        self._routes = routes
        self._timeline = timeline
        self._now = now
        self._sleep = sleep
        self._counters = Counters()
        self._breakers: deque[BreakerChange] = deque(maxlen=_MAX_BREAKERS)
        self._seen: dict[tuple[str, str, str, str], float] = {}
        self._looked = float("-inf")
        self._missing: tuple[str, ...] = ()
        self._looking = asyncio.Lock()

    async def run(self) -> None:
        """Look every few seconds; never returns."""
        while True:
            await self.look()
            await self._sleep(INTERVAL)

    async def look(self, after: float = float("inf")) -> None:
        """Ask every router and keep what is new, unless the last look is new enough and came ``after`` a moment."""
        async with self._looking:
            if self._looked >= after and self._now() - self._looked <= FRESH:
                return  # whoever waited for the one before needs no other
            answers = await self._routers.facts()
            now = self._now()
            moved: list[BreakerChange] = []
            for report in answers.reports:
                self._counters.add(report, now)
                moved += self._moved(report, now)
            if isinstance(self._routes, FileRoutes):
                await self._routes.look(now)
            self._breakers.extend(moved)
            self._missing, self._looked = answers.missing, now
        await self._note(moved)

    def figures(self) -> Facts:
        """Return what everybody did in the last minute, as of the last look."""
        now = self._now()
        return Facts(at=now, traffic=self._counters.traffic(now, RECENT), breakers=tuple(self._breakers))

    async def facts(self, event: ErrorEvent, began: float) -> Facts:
        """Return what is known about an error that began at ``began``; never raises."""
        await self.look(after=event.occurred_at)
        now = self._now()
        missing = list(self._missing)
        traffic = self._of(event, now)
        if not traffic and not missing:
            missing.append("no router counted anything of this route, host or key in the last 10 min")
        revisions = await self._revisions(event.route, missing)
        since = min(began, now) - BEFORE
        kept = await self._noted(since, now, event.route, missing)
        known = {(each.route, each.revision): each for each in (*kept.revisions, *revisions) if each.at >= since}
        moved = {_mark(each): each for each in (*kept.breakers, *self._breakers) if _concerns(each, event, since)}
        return Facts(
            at=now,
            traffic=traffic,
            revisions=tuple(sorted(known.values(), key=lambda each: each.at)[-MAX_CHANGES:]),
            breakers=tuple(sorted(moved.values(), key=lambda each: each.at)[-MAX_CHANGES:]),
            missing=tuple(dict.fromkeys(missing)),
        )

    def _of(self, event: ErrorEvent, now: float) -> tuple[Traffic, ...]:
        about = (event.route, event.base_url_host, event.credential)
        recent = relevant(self._counters.traffic(now, RECENT), *about)
        rows = relevant(self._counters.traffic(now), *about)
        # Where the same key is used elsewhere comes first: in it there are no errors, and it must not be cut off.
        ordered = sorted(
            rows, key=lambda row: row.credential != event.credential or row.base_url_host == event.base_url_host
        )
        return (*ordered[:MAX_ROWS], *list(recent)[:MAX_RECENT])

    def _moved(self, report: RouterFacts, now: float) -> list[BreakerChange]:
        """The breaker changes of a router that were not told before, by our clock."""
        found = []
        for fact in report.breakers:
            place = (report.process, fact.route, fact.provider, fact.arm)
            if fact.at <= self._seen.get(place, float("-inf")):
                continue
            self._seen.pop(place, None)
            self._seen[place] = fact.at
            change = BreakerChange(
                route=fact.route,
                provider=fact.provider,
                router=report.name,
                before=fact.before,
                after=fact.after,
                at=fact.at + now - report.at,
            )
            found.append(change)
        while len(self._seen) > _MAX_BREAKERS:
            del self._seen[next(iter(self._seen))]
        return found

    async def _revisions(self, route: str | None, missing: list[str]) -> tuple[RevisionChange, ...]:
        if route is None:
            return ()
        if self._routes is None:
            missing.append("what revisions changed: no cluster is followed")
            return ()
        try:
            async with asyncio.timeout(PATIENCE):
                found = await self._routes.changes(route)
        except (KubeError, TimeoutError) as error:
            missing.append(f"what revisions of {route} changed ({type(error).__name__})")
            return ()
        await self._note(found)
        return found

    async def _noted(self, since: float, until: float, route: str | None, missing: list[str]) -> Facts:
        if self._timeline is not None:
            try:
                async with asyncio.timeout(PATIENCE):
                    return await self._timeline.noted(since, until, route)
            except (InvestigatorError, TimeoutError) as error:
                missing.append(f"what was noticed before ({type(error).__name__})")
        return Facts(at=until)

    async def _note(self, changes: "list[BreakerChange] | tuple[RevisionChange, ...]") -> None:
        if self._timeline is None or not changes:
            return
        try:
            async with asyncio.timeout(PATIENCE):
                await self._timeline.note(changes)
        except (InvestigatorError, TimeoutError) as error:
            _log.warning("timeline_not_written", error=type(error).__name__)


def _concerns(change: BreakerChange, event: ErrorEvent, since: float) -> bool:
    return change.at >= since and (change.route == event.route or change.provider == event.provider)


def _mark(change: BreakerChange) -> tuple[str, str, str, str, int]:
    """What makes two of them one; the clock of a router is known to a second or so."""
    return (change.route, change.provider, change.router, change.after, round(change.at))
