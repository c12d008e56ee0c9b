"""The store as everybody else knows it: each method is one transaction."""

import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from sqlalchemy import Connection, func, select

from sealane_investigator.errors import DeedRefused
from sealane_investigator.incident.diagnosis import Diagnosis
from sealane_investigator.incident.facts import BreakerChange, Facts, RevisionChange
from sealane_investigator.incident.incident import Analysed, Incident, State, Trigger
from sealane_investigator.incident.recommendation import Recommendation
from sealane_investigator.interfaces import (
    Backlog,
    ChangeOf,
    Course,
    Deed,
    Done,
    Glance,
    IncidentChange,
    Lease,
    Notice,
    Page,
    Query,
    Recorded,
    Waiting,
)
from sealane_investigator.settings.database import DatabaseSettings
from sealane_investigator.store.database import Database, open_database
from sealane_investigator.store.deeds import deeds
from sealane_investigator.store.journal import STREAM, Entry, publish
from sealane_investigator.store.migration import check, migrate
from sealane_investigator.store.outages import give_parent
from sealane_investigator.store.reading import changes, courses, details, glances, pages
from sealane_investigator.store.recording.record import Memory, record
from sealane_investigator.store.rows import incident_of
from sealane_investigator.store.schema import counters, incidents, investigations, reporters
from sealane_investigator.store.work import ageing, budget, leases, notices, retention, timeline

Clock = Callable[[], float]


async def open_store(settings: DatabaseSettings, clock: Clock = time.time) -> "SqlStore":
    """Open the store that the settings name. SQLite belongs to this process and is brought up to this code at once.

    Raises SchemaTooOld when PostgreSQL's tables are of an older release, StoreUnavailable.
    """
    database = open_database(settings)
    try:
        if database.is_sqlite:
            await migrate(database)
        await check(database)
    except BaseException:
        await database.close()
        raise
    return SqlStore(database, settings, clock)


class SqlStore:
    """Implements :class:`sealane_investigator.interfaces.Store`. ``clock`` is in seconds since 1970."""

    def __init__(self, database: Database, settings: DatabaseSettings, clock: Clock = time.time) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock
        self._memory = Memory()

    async def record(self, batch: Sequence[Analysed], dropped: Mapping[str, int]) -> Recorded:
        """See :class:`~sealane_investigator.interfaces.Store`, here and below."""
        at = self._clock()
        try:
            return await self._database.write(lambda to: record(to, batch, dropped, at, self._memory))
        except BaseException:
            self._memory.forget()  # the transaction may have failed after its work was done
            raise

    async def incident(self, number: int) -> Incident | None:
        """One incident."""
        return await self._database.read(lambda to: details.incident(to, number))

    async def incidents(self, query: Query) -> Page:
        """A page."""
        return await self._database.read(lambda to: pages.page(to, query))

    async def facets(self, number: int) -> dict[str, dict[str, int]]:
        """Counts by facet and value."""
        return await self._database.read(lambda to: details.facet_counts(to, number))

    async def timeline(self, number: int, hours: int) -> list[tuple[float, int]]:
        """Counts by hour."""
        at = self._clock()
        return await self._database.read(lambda to: details.timeline(to, number, hours, at))

    async def occurrences(self, number: int, limit: int) -> list[Analysed]:
        """Samples."""
        return await self._database.read(lambda to: details.samples(to, number, limit))

    async def history(self, number: int, limit: int) -> list[Done]:
        """Deeds."""
        return await self._database.read(lambda to: details.history(to, number, limit))

    async def glances(self, numbers: Sequence[int]) -> list[Glance]:
        """What a list shows beside incidents."""
        at = self._clock()
        return await self._database.read(lambda to: glances.glances(to, numbers, at))

    async def totals(self) -> dict[State, int]:
        """How many there are."""
        return await self._database.read(glances.totals)

    async def course(self, number: int, limit: int) -> Course:
        """How one went."""
        return await self._database.read(lambda to: courses.course(to, number, limit))

    async def changes(self, after: int, limit: int) -> list[IncidentChange] | None:
        """The stream."""
        return await self._database.read(lambda to: changes.changes(to, after, limit))

    async def act(self, numbers: Sequence[int], deed: Deed, by: str, arguments: Mapping[str, object]) -> list[Incident]:
        """A deed."""
        at = self._clock()
        return await self._database.write(lambda to: deeds.act(to, numbers, deed, by, arguments, at))

    async def link(self, parent: int, children: Sequence[int]) -> list[Incident]:
        """A parent."""
        at = self._clock()
        return await self._database.write(lambda to: _link(to, parent, children, at))

    async def waiting(self, limit: int) -> list[Waiting]:
        """Investigations to begin."""
        return await self._database.read(lambda to: leases.waiting(to, limit))

    async def lease(self, number: int, episode: int, trigger: Trigger, owner: str, seconds: float) -> Lease | None:
        """One of them."""
        at = self._clock()
        return await self._database.write(lambda to: leases.lease(to, number, episode, trigger, owner, seconds, at))

    async def release(self, lease: Lease, retry_in: float) -> None:
        """Given back."""
        await self._database.write(lambda to: leases.release(to, lease, retry_in))

    async def write_back(
        self, lease: Lease, diagnosis: Diagnosis, recommendation: Recommendation | None, facts: Facts | None
    ) -> Incident:
        """A result."""
        work = partial(leases.write_back, held=lease, diagnosis=diagnosis, recommendation=recommendation, facts=facts)
        at = self._clock()
        return await self._database.write(lambda to: work(to, at=at))

    async def spend(self, limit: int) -> bool:
        """One call of a model."""
        return await self._database.write(lambda to: budget.spend(to, limit))

    async def note(self, changes: Sequence[RevisionChange | BreakerChange]) -> None:
        """Facts."""
        await self._database.write(lambda to: timeline.note(to, changes))

    async def noted(self, since: float, until: float, route: str | None) -> Facts:
        """Facts of a time."""
        at = self._clock()
        return await self._database.read(lambda to: timeline.noted(to, since, until, route, at))

    async def claim(self, owner: str, seconds: float, limit: int) -> list[Notice]:
        """Notices that are due."""
        at = self._clock()
        return await self._database.write(lambda to: notices.claim(to, owner, seconds, limit, at))

    async def settle(self, notice: Notice, outcome: str, retry_in: float | None = None) -> bool:
        """What became of one."""
        return await self._database.write(lambda to: notices.settle(to, notice, outcome, retry_in))

    async def backlog(self) -> Backlog:
        """What waits."""
        at = self._clock()
        return await self._database.read(lambda to: _backlog(to, at))

    async def tidy(self) -> dict[str, int]:
        """One step of each kind of tidying."""
        at = self._clock()
        done = {
            "quiet": await self._database.write(lambda to: ageing.resolve_quiet(to, at)),
            "unignored": await self._database.write(lambda to: ageing.end_ignoring(to, at)),
            "calmed": await self._database.write(lambda to: ageing.calm_down(to, at)),
        }
        for name, step in retention.STEPS.items():
            done[name] = await self._step(step, at)
        return done

    async def _step(self, step: retention.Step, at: float) -> int:
        return await self._database.write(lambda to: step(to, self._settings, at))

    async def close(self) -> None:
        """Close every connection."""
        await self._database.close()


def _link(connection: Connection, parent: int, children: Sequence[int], at: float) -> list[Incident]:
    rows = deeds.rows_of(connection, sorted({parent, *children}))
    if rows[parent]["parent"] is not None:
        raise DeedRefused(f"incident {parent} is a child itself, of {rows[parent]['parent']}")
    parents = set(connection.execute(select(incidents.c.parent).where(incidents.c.parent.in_(children))).scalars())
    linked = [number for number in rows if number != parent and number not in parents]
    give_parent(connection, linked, parent, at)
    fresh = connection.execute(select(incidents).where(incidents.c.id.in_(linked)).order_by(incidents.c.id)).all()
    publish(connection, [Entry(ChangeOf.EDITED, row.id, row.episode) for row in fresh], at)
    return [incident_of(row) for row in fresh]


def _backlog(connection: Connection, at: float) -> Backlog:
    undone = select(func.count()).where(investigations.c.done_at.is_(None), investigations.c.tries < leases.MAX_TRIES)
    due, held = notices.waiting(connection, at)
    return Backlog(
        investigations=connection.execute(undone).scalar_one(),
        notices=due,
        held=held,
        stream=connection.execute(select(counters.c.value).where(counters.c.name == STREAM)).scalar_one(),
        dropped=int(connection.execute(select(func.coalesce(func.sum(reporters.c.dropped), 0))).scalar_one()),
    )
