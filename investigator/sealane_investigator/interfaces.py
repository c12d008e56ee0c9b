"""What the pipeline needs from the world; the rim implements it, tests fake it.

Every method may raise :class:`~sealane_investigator.errors.StoreUnavailable`; nothing that was accepted is lost by it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from sealane_investigator.incident.diagnosis import Diagnosis
from sealane_investigator.incident.facts import Facts
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What incidents are wanted, newest first; ``after`` is the cursor of the page before."""

    states: tuple[State, ...] = ()
    classes: tuple[str, ...] = ()
    facets: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    since: float | None = None
    until: float | None = None
    unsure: bool | None = None
    parent: int | None = None
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


class Store(Protocol):
    """Incidents in a database."""

    async def record(self, batch: Sequence[Analysed], dropped: Mapping[str, int]) -> Recorded:
        """Count events once each; ``dropped`` is by reporter and epoch (``reporter/epoch``)."""

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

    async def act(self, numbers: Sequence[int], deed: Deed, by: str, arguments: Mapping[str, object]) -> list[Incident]:
        """Do what a person asks; all or nothing."""

    async def lease(self, number: int, episode: int, trigger: Trigger, owner: str, seconds: float) -> Lease | None:
        """Take an investigation unless somebody has it or it is done; by the clock of the database."""

    async def write_back(
        self, lease: Lease, diagnosis: Diagnosis, recommendation: Recommendation | None, facts: Facts | None
    ) -> Incident:
        """Write a result; raises :class:`~sealane_investigator.errors.StaleFence` when another took over."""

    async def changes(self, after: int, limit: int) -> list[IncidentChange] | None:
        """Return what was committed after a number; None when that is no longer kept, so the client must reload."""
