"""An incident: one deduplicated kind of error, with its count, diagnosis and state."""

from dataclasses import dataclass, field
from enum import StrEnum

from sealane_api.diagnosis.error_event import ErrorEvent, Origin
from sealane_investigator.incident.diagnosis import Diagnosis
from sealane_investigator.incident.recommendation import Recommendation


class State(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    REGRESSED = "regressed"
    ESCALATING = "escalating"
    RESOLVED = "resolved"
    IGNORED = "ignored"


class Trigger(StrEnum):
    """Why an episode of an incident is investigated; once each, whatever the number of replicas."""

    NEW = "new"
    UNSURE = "unsure"
    REGRESSED = "regressed"
    ASKED = "asked"


#: What the reporters of alerts are called: this and the name of the token.
ALERT_REPORTERS = "alert/"

#: What is counted beside an incident; each holds so many values, everything further is ``other``.
FACETS = ("route", "revision", "provider", "model", "tenant", "status")
MAX_FACET_VALUES = 50
OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysed:
    """One event after the pure stages: what the store needs to count it.

    ``fingerprint`` is ``v1:`` and a hash; ``former`` is what the version before would have given, so that an upgrade
    makes no second incident.
    """

    event: ErrorEvent
    fingerprint: str
    template: str
    diagnosis: Diagnosis
    former: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """When and at which revision of each route an incident was called resolved; ``quiet`` when nobody did."""

    at: float
    revisions: dict[str, int] = field(default_factory=dict)
    by: str = "quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One row of ``error_investigations``. ``episode`` grows each time it comes back; times are seconds since 1970.

    ``count`` is exact. ``at_least`` says that a reporter dropped events, so that there may have been more.
    """

    id: int
    title: str
    fingerprint: str
    subject: str
    origin: Origin
    state: State
    episode: int
    count: int
    first_seen: float
    last_seen: float
    diagnosis: Diagnosis
    recommendation: Recommendation | None = None
    at_least: bool = False
    parent: int | None = None
    assignee: str | None = None
    ignored_until: float | None = None
    resolution: Resolution | None = None
    version: int = 1
    episode_began: float | None = None
    merged_into: int | None = None

    @property
    def began(self) -> float:
        """When the present episode began; what changed shortly before may be its cause."""
        return self.first_seen if self.episode_began is None else self.episode_began
