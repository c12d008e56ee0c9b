"""A store in memory that counts as the real one does, and fails when a test says so."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sealane_investigator.errors import DeedRefused, StaleFence, StaleVersion, StoreUnavailable
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


class FakeStore:
    """Implements :class:`sealane_investigator.interfaces.Store`; one incident for each fingerprint.

    ``away``: the database does not answer. ``poison``: ids that it refuses with an error of its own. ``gate``: while
    it is not set, :meth:`record` waits before its commit. ``kept`` is how many changes the stream keeps.
    """

    def __init__(self) -> None:
        self.away = False
        self.poison: set[str] = set()
        self.gate = asyncio.Event()
        self.gate.set()
        self.kept = 1_000_000
        self.events: dict[str, Analysed] = {}
        self.rows: dict[int, Incident] = {}
        self.stream: list[IncidentChange] = []
        self.work: list[Waiting] = []
        self.leases: dict[tuple[int, int, Trigger], int] = {}
        self.dropped: dict[str, int] = {}
        self.deeds: list[Done] = []
        self.notices: list[Notice] = []
        self.settled: list[tuple[int, str, float | None]] = []
        self.transactions: list[int] = []
        self.tidied: list[dict[str, int]] = []
        self.course_of: dict[int, Course] = {}
        self.facts = Facts(at=0.0)
        self.closed = False
        self._fence = 0

    def _answer(self) -> None:
        if self.away:
            raise StoreUnavailable("the database does not answer")

    async def record(self, batch: Sequence[Analysed], dropped: Mapping[str, int]) -> Recorded:
        self._answer()
        await self.gate.wait()
        self._answer()
        if any(each.event.id in self.poison for each in batch):
            raise ValueError("no database takes this")
        self.transactions.append(len(batch))
        self.dropped.update(dropped)
        fresh = {each.event.id: each for each in batch if each.event.id not in self.events}
        changes = [self._count(each) for each in fresh.values()]
        self.events.update(fresh)
        return Recorded(counted=len(fresh), replayed=len(batch) - len(fresh), changes=tuple(changes))

    def _count(self, each: Analysed) -> IncidentChange:
        found = next((row for row in self.rows.values() if row.fingerprint == each.fingerprint), None)
        if found is not None:
            grown = replace(found, count=found.count + each.event.count, version=found.version + 1)
            return self.change(ChangeOf.COUNTED, grown)
        made = Incident(
            id=len(self.rows) + 1,
            title=each.template,
            fingerprint=each.fingerprint,
            subject=each.event.subject,
            origin=each.event.origin,
            state=State.OPEN,
            episode=1,
            count=each.event.count,
            first_seen=each.event.occurred_at,
            last_seen=each.event.occurred_at,
            diagnosis=each.diagnosis,
        )
        self.work.append(Waiting(incident=made.id, episode=1, trigger=Trigger.NEW, asked_at=each.event.occurred_at))
        return self.change(ChangeOf.NEW, made)

    def change(self, kind: ChangeOf, incident: Incident) -> IncidentChange:
        """Commit one change."""
        self.rows[incident.id] = incident
        self.stream.append(IncidentChange(number=len(self.stream) + 1, kind=kind, incident=incident))
        return self.stream[-1]

    async def incident(self, number: int) -> Incident | None:
        self._answer()
        return self.rows.get(number)

    async def incidents(self, query: Query) -> Page:
        self._answer()
        if query.after == "foreign":
            raise DeedRefused("a cursor of another query")
        rows = [row for row in self.rows.values() if not query.states or row.state in query.states]
        return Page(incidents=tuple(rows[: query.limit]), next="more" if len(rows) > query.limit else None)

    async def facets(self, number: int) -> dict[str, dict[str, int]]:
        self._answer()
        return {"route": {"default/chat": self.rows[number].count}}

    async def timeline(self, number: int, hours: int) -> list[tuple[float, int]]:
        self._answer()
        return [(0.0, self.rows[number].count)][:hours]

    async def glances(self, numbers: Sequence[int]) -> list[Glance]:
        self._answer()
        facets = {"route": {"default/chat": 1}}
        known = [number for number in numbers if number in self.rows]
        return [
            Glance(incident=each, since=0.0, hours=(self.rows[each].count,), facets=facets, children=0)
            for each in known
        ]

    async def totals(self) -> dict[State, int]:
        self._answer()
        return {state: sum(row.state is state for row in self.rows.values()) for state in State}

    async def course(self, number: int, limit: int) -> Course:
        self._answer()
        return self.course_of.get(number, Course(states=(), investigations=()))

    async def occurrences(self, number: int, limit: int) -> list[Analysed]:
        self._answer()
        return [each for each in self.events.values() if each.fingerprint == self.rows[number].fingerprint][:limit]

    async def act(self, numbers: Sequence[int], deed: Deed, by: str, arguments: Mapping[str, object]) -> list[Incident]:
        self._answer()
        if deed is Deed.MERGE and arguments["into"] in numbers:
            raise DeedRefused("an incident is not merged into itself")
        versions = arguments.get("versions", {})
        assert isinstance(versions, dict)
        for number, version in versions.items():
            if self.rows[number].version != version:
                raise StaleVersion(number, self.rows[number].version)
        arguments = {name: value for name, value in arguments.items() if name != "versions"}
        states = {Deed.RESOLVE: State.RESOLVED, Deed.IGNORE: State.IGNORED, Deed.REOPEN: State.OPEN}
        for number in numbers:
            row = self.rows[number]
            self.deeds.append(
                Done(id=len(self.deeds) + 1, incident=number, at=0.0, by=by, deed=deed, arguments=dict(arguments))
            )
            self.change(ChangeOf.EDITED, replace(row, state=states.get(deed, row.state), version=row.version + 1))
        # Merging changes the one that is merged into, too.
        into = arguments.get("into")
        changed = {*numbers, into} if isinstance(into, int) else set(numbers)
        return [self.rows[number] for number in sorted(changed)]

    async def lease(self, number: int, episode: int, trigger: Trigger, owner: str, seconds: float) -> Lease | None:
        self._answer()
        if (number, episode, trigger) in self.leases:
            return None
        self._fence += 1
        self.leases[number, episode, trigger] = self._fence
        return Lease(incident=number, episode=episode, trigger=trigger, fence=self._fence)

    async def write_back(
        self, lease: Lease, diagnosis: Diagnosis, recommendation: Recommendation | None, facts: Facts | None
    ) -> Incident:
        self._answer()
        key = (lease.incident, lease.episode, lease.trigger)
        if self.leases.get(key) != lease.fence:
            raise StaleFence("another replica took it over")
        self.work = [each for each in self.work if (each.incident, each.episode, each.trigger) != key]
        row = replace(self.rows[lease.incident], diagnosis=diagnosis, recommendation=recommendation)
        return self.change(ChangeOf.DIAGNOSED, row).incident

    async def changes(self, after: int, limit: int) -> list[IncidentChange] | None:
        self._answer()
        if after < len(self.stream) - self.kept:
            return None
        return self.stream[after : after + limit]

    async def history(self, number: int, limit: int) -> list[Done]:
        self._answer()
        return [done for done in self.deeds if done.incident == number][:limit]

    async def waiting(self, limit: int) -> list[Waiting]:
        self._answer()
        held = {(incident, episode, trigger) for incident, episode, trigger in self.leases}
        return [each for each in self.work if (each.incident, each.episode, each.trigger) not in held][:limit]

    async def release(self, lease: Lease, retry_in: float) -> None:
        self._answer()
        del self.leases[lease.incident, lease.episode, lease.trigger]

    async def spend(self, limit: int) -> bool:
        self._answer()
        return limit > 0

    async def note(self, changes: Sequence[RevisionChange | BreakerChange]) -> None:
        self._answer()

    async def noted(self, since: float, until: float, route: str | None) -> Facts:
        self._answer()
        return replace(self.facts, at=until)

    async def claim(self, owner: str, seconds: float, limit: int) -> list[Notice]:
        self._answer()
        claimed, self.notices = self.notices[:limit], self.notices[limit:]
        return claimed

    async def settle(self, notice: Notice, outcome: str, retry_in: float | None = None) -> bool:
        self._answer()
        self.settled.append((notice.id, outcome, retry_in))
        return True

    async def link(self, parent: int, children: Sequence[int]) -> list[Incident]:
        self._answer()
        return [self.change(ChangeOf.EDITED, replace(self.rows[child], parent=parent)).incident for child in children]

    async def backlog(self) -> Backlog:
        self._answer()
        return Backlog(investigations=len(self.work), notices=0, held=0, stream=len(self.stream), dropped=0)

    async def tidy(self) -> dict[str, int]:
        self._answer()
        return self.tidied.pop(0) if self.tidied else {}

    async def close(self) -> None:
        self.closed = True
