"""A batch of events by the incident they will belong to. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from sealane_api.diagnosis.error_event import ErrorEvent, Origin
from sealane_investigator.incident.incident import Analysed
from sealane_investigator.store.rows import storable
from sealane_investigator.store.states import HOUR

#: One event stands for at most so many occurrences.
MAX_COUNT = 1_000_000_000

#: A reporter's clock may be ahead by so many seconds, and an event may wait for so many to be told. What says otherwise
#: comes from a clock that was never set, and is counted when it arrived.
MAX_AHEAD = 60.0
MAX_BEHIND = 400 * 24 * HOUR

K = TypeVar("K", int, tuple[str, str])


@dataclass(slots=True)
class Tally:
    """What one batch adds to one incident. ``key`` and ``former`` are fingerprint and subject."""

    key: str
    former: str | None
    latest: Analysed
    count: int = 0
    first_seen: float = float("inf")
    last_seen: float = 0.0
    hours: dict[int, int] = field(default_factory=dict)
    facets: dict[tuple[str, str], int] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    events: list[tuple[float, Analysed]] = field(default_factory=list)
    at_least: bool = False

    def absorb(self, other: "Tally") -> None:
        """Count what another tally counts, too: both belong to one incident."""
        self.count += other.count
        self.first_seen = min(self.first_seen, other.first_seen)
        self.last_seen = max(self.last_seen, other.last_seen)
        _add(self.hours, other.hours)
        _add(self.facets, other.facets)
        for route, revision in other.revisions.items():
            self.revisions[route] = max(revision, self.revisions.get(route, 0))
        self.events.extend(other.events)
        self.at_least |= other.at_least

    @property
    def source(self) -> str:
        """Who reported it first, for the limit of new incidents."""
        event = self.latest.event
        return storable(f"{event.origin.value}/{event.reporter}")

    def occurred(self) -> Iterable[ErrorEvent]:
        """The events themselves."""
        return (analysed.event for _, analysed in self.events)


def tallied(batch: Iterable[Analysed], at: float, short: frozenset[str] = frozenset()) -> dict[str, Tally]:
    """Group events by key; ``short`` are the ``reporter/epoch`` that had to drop some lately."""
    tallies: dict[str, Tally] = {}
    for analysed in batch:
        key = key_of(analysed.event, analysed.fingerprint)
        tally = tallies.get(key)
        if tally is None:
            former = key_of(analysed.event, analysed.former) if analysed.former else None
            tally = tallies[key] = Tally(key=key, former=former if former != key else None, latest=analysed)
        _count(tally, analysed, _believed(analysed.event.occurred_at, at))
        if short and f"{analysed.event.reporter}/{analysed.event.epoch}" in short:
            tally.at_least = True
    return tallies


def key_of(event: ErrorEvent, fingerprint: str) -> str:
    """What makes two events one incident. Sealane's own trouble is never counted with that of its users."""
    own = "self " if event.origin is Origin.SELF else ""
    return storable(f"{own}{fingerprint} {event.subject}")


def facets_of(event: ErrorEvent) -> Iterable[tuple[str, str]]:
    """The values of an event by facet; what it does not say is no value."""
    if event.route:
        yield "route", storable(event.route)
    if event.revision is not None:
        yield "revision", str(event.revision)
    if event.provider:
        yield "provider", storable(event.provider)
    if event.model:
        yield "model", storable(event.model)
    if event.tenant:
        yield "tenant", storable(event.tenant)
    if event.status is not None:
        yield "status", str(event.status)


def _believed(occurred_at: float, at: float) -> float:
    """When an event occurred; a time that cannot be is when it arrived."""
    return occurred_at if at - MAX_BEHIND <= occurred_at <= at + MAX_AHEAD else at


def _count(tally: Tally, analysed: Analysed, occurred_at: float) -> None:
    event = analysed.event
    number = max(1, min(event.count, MAX_COUNT))
    tally.count += number
    tally.first_seen = min(tally.first_seen, occurred_at)
    if occurred_at >= tally.last_seen:
        tally.last_seen, tally.latest = occurred_at, analysed
    hour = int(occurred_at // HOUR)
    tally.hours[hour] = tally.hours.get(hour, 0) + number
    facets = tally.facets
    for pair in facets_of(event):
        facets[pair] = facets.get(pair, 0) + number
    if event.route and event.revision is not None and event.revision > tally.revisions.get(event.route, -1):
        tally.revisions[event.route] = event.revision
    tally.events.append((occurred_at, analysed))


def _add(into: dict[K, int], more: dict[K, int]) -> None:
    for key, number in more.items():
        into[key] = into.get(key, 0) + number
