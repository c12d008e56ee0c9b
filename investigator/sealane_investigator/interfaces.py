"""What the pipeline needs from the world; the rim implements it, tests fake it.

Every method may raise :class:`~sealane_investigator.errors.StoreUnavailable`; nothing that was accepted is lost by it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from sealane_investigator.incident.diagnosis import Diagnosis
from sealane_investigator.incident.facts import BreakerChange, Facts, RevisionChange
from sealane_investigator.incident.incident import Analysed, Incident, State, Trigger
from sealane_investigator.incident.recommendation import Recommendation


class ChangeOf(StrEnum):
    """What a transaction did to an incident; the kinds of events on the stream, and what notifications tell."""

    NEW = "new"
    COUNTED = "counted"
    REGRESSED = "regressed"
    ESCALATING = "escalating"
    RESOLVED = "resolved"
    DIAGNOSED = "diagnosed"
    EDITED = "edited"


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentChange:
    """One entry of the stream; ``number`` rises by one in the order of commits."""

    number: int
    kind: ChangeOf
    incident: Incident


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of a batch: how many events were new, how many had been counted before, and what changed."""

    counted: int
    replayed: int
    changes: tuple[IncidentChange, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to investigate one (incident, episode, trigger); ``fence`` is checked when the result is written."""

    incident: int
    episode: int
    trigger: Trigger
    fence: int


#: What a page can be sorted by, and how long it can be.
SORTS = ("last_seen", "first_seen", "count")
MAX_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What incidents are wanted, newest first; ``after`` is the cursor of the page before.

    ``sort`` is one of :data:`SORTS`, always from the most. ``facets`` is one value for each facet that is named;
    ``text`` is looked for in title, template and subject. Those that were merged into another one are left out, unless
    ``merged_into`` asks for those of one.
    """

    states: tuple[State, ...] = ()
    classes: tuple[str, ...] = ()
    facets: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    since: float | None = None
    until: float | None = None
    unsure: bool | None = None
    parent: int | None = None
    assignee: str | None = None
    origin: str | None = None
    merged_into: int | None = None
    sort: str = "last_seen"
    after: str | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Incidents, and the cursor of the next page."""

    incidents: tuple[Incident, ...]
    next: str | None = None


class Deed(StrEnum):
    """What a person does to incidents."""

    RESOLVE = "resolve"
    REOPEN = "reopen"
    IGNORE = "ignore"
    ASSIGN = "assign"
    COMMENT = "comment"
    FEEDBACK = "feedback"
    RECLASSIFY = "reclassify"
    MERGE = "merge"
    UNMERGE = "unmerge"
    INVESTIGATE = "investigate"


#: How many rows one step of tidying touches.
TIDY_STEP = 1_000

#: How many incidents one deed may be done to.
MAX_DEEDS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A deed that was done: the audit, and with it the comments and the feedback of an incident."""

    id: int
    incident: int
    at: float
    by: str
    deed: Deed
    arguments: Mapping[str, object]


#: How many incidents one answer gives a glance of, over how many hours, and how many values of each facet it names.
MAX_GLANCES = 100
GLANCE_HOURS = 24
GLANCE_VALUES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What a list shows beside an incident: the count of each hour from ``since`` on, oldest first, where it happens
    most (:data:`GLANCE_VALUES` values of route, provider and model), and how many incidents it explains."""

    incident: int
    since: float
    hours: tuple[int, ...]
    facets: Mapping[str, Mapping[str, int]]
    children: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StateChange:
    """When an incident was new, regressed, escalating or resolved, whoever did it."""

    at: float
    kind: ChangeOf


@dataclass(frozen=True, slots=True, kw_only=True)
class Investigated:
    """An investigation: why, when it was asked for, and when its result was written (None: not yet)."""

    trigger: Trigger
    asked_at: float
    done_at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How an incident went, newest first."""

    states: tuple[StateChange, ...]
    investigations: tuple[Investigated, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An investigation that nobody has begun, or that its replica let go."""

    incident: int
    episode: int
    trigger: Trigger
    asked_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One message that is due, claimed by one replica for a while; ``attempts`` counts from 1."""

    id: int
    kind: ChangeOf
    incident: Incident
    attempts: int
    fence: int
    created_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits, for metrics: investigations, notices, those a parent holds back; the stream's end; dropped events."""

    investigations: int
    notices: int
    held: int
    stream: int
    dropped: int


class Store(Protocol):
    """Incidents in a database."""

    async def record(self, batch: Sequence[Analysed], dropped: Mapping[str, int]) -> Recorded:
        """Count events once each; ``dropped`` is by reporter and epoch (``reporter/epoch``).

        One transaction. A batch that failed, or whose fate is unknown, is given again as it was.
        """

    async def incident(self, number: int) -> Incident | None:
        """Return one incident."""

    async def incidents(self, query: Query) -> Page:
        """Return a page of incidents."""

    async def facets(self, number: int) -> dict[str, dict[str, int]]:
        """Return the counts of an incident by facet and value."""

    async def timeline(self, number: int, hours: int) -> list[tuple[float, int]]:
        """Return the count of each hour, oldest first."""

    async def occurrences(self, number: int, limit: int) -> list[Analysed]:
        """Return the newest samples."""

    async def glances(self, numbers: Sequence[int]) -> list[Glance]:
        """Return a glance of each incident that there is, at most :data:`MAX_GLANCES`."""

    async def totals(self) -> dict[State, int]:
        """Return how many incidents are in each state, without those that were merged into another one."""

    async def course(self, number: int, limit: int) -> Course:
        """Return the newest changes of an incident's state, and its newest investigations."""

    async def act(self, numbers: Sequence[int], deed: Deed, by: str, arguments: Mapping[str, object]) -> list[Incident]:
        """Do what a person asks; all or nothing.

        Arguments: RESOLVE ``revisions`` ({route: revision}, else the highest that were seen); IGNORE ``until``; ASSIGN
        ``assignee`` (None: nobody); COMMENT ``text``; FEEDBACK ``right`` (true or false), perhaps ``class`` and
        ``text``; RECLASSIFY ``class``, perhaps ``cause``; MERGE ``into``; the others none. Texts must be redacted
        already. ``versions`` ({incident: version}) may be there with any deed: then it is done only if nobody changed
        them meanwhile. Raises :class:`~sealane_investigator.errors.DeedRefused`, of it StaleVersion.
        """

    async def lease(self, number: int, episode: int, trigger: Trigger, owner: str, seconds: float) -> Lease | None:
        """Take an investigation unless somebody has it or it is done; by the clock of the database."""

    async def write_back(
        self, lease: Lease, diagnosis: Diagnosis, recommendation: Recommendation | None, facts: Facts | None
    ) -> Incident:
        """Write a result; raises :class:`~sealane_investigator.errors.StaleFence` when another took over."""

    async def changes(self, after: int, limit: int) -> list[IncidentChange] | None:
        """Return what was committed after a number; None when that is no longer kept, so the client must reload."""

    async def history(self, number: int, limit: int) -> list[Done]:
        """Return what people did to an incident, newest first."""

    async def waiting(self, limit: int) -> list[Waiting]:
        """Return investigations to begin, oldest first; :meth:`lease` takes one."""

    async def release(self, lease: Lease, retry_in: float) -> None:
        """Give an investigation back without a result; after five tries it is given up."""

    async def spend(self, limit: int) -> bool:
        """Record one call of a model and return True, or False when today's ``limit`` is spent; before the call."""

    async def note(self, changes: Sequence[RevisionChange | BreakerChange]) -> None:
        """Keep facts for the timeline; what is known already is kept once."""

    async def noted(self, since: float, until: float, route: str | None) -> Facts:
        """Return the revision and breaker changes of a time, of one route or all, oldest first and at most 1,000."""

    async def claim(self, owner: str, seconds: float, limit: int) -> list[Notice]:
        """Take notices that are due for a while; those of children wait while their parent is open."""

    async def settle(self, notice: Notice, outcome: str, retry_in: float | None = None) -> bool:
        """Say what became of a claimed notice; with ``retry_in`` seconds it is due again. False when another has it."""

    async def link(self, parent: int, children: Sequence[int]) -> list[Incident]:
        """Make incidents the children of a provider's incident; those that have children themselves are left alone."""

    async def backlog(self) -> Backlog:
        """Return what waits."""

    async def tidy(self) -> dict[str, int]:
        """Do what time does and delete what is too old, in bounded steps; return how many by what was done.

        A figure that reached :data:`TIDY_STEP` means that there is more: call again.
        """

    async def close(self) -> None:
        """Close every connection."""
