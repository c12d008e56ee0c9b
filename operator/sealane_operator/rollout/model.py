"""The values of a rollout: what is live (state), what was seen (observation), what to do (decision).

Times are seconds since the epoch, because they are read again by another process after a restart; ages within a
series are monotonic seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from sealane_api.crd.revision import RevisionState
from sealane_api.report import Figures
from sealane_api.resource.rollout import RolloutSpec

#: The reason of a rollback that people asked for, by a verb or by the spec.
MANUAL = "ManualRollback"


class Phase(StrEnum):
    """Where a route's rollout is."""

    IDLE = "Idle"
    """Stable serves and nothing is to be done."""
    WAITING = "Waiting"
    """A new revision waits for its window, or for a stable one that the routers have programmed."""
    PROGRAMMING = "Programming"
    """The candidate has its next weight as soon as every ready router holds it."""
    STEPPING = "Stepping"
    """The candidate has the weight of its step and is watched."""
    BAKING = "Baking"
    """The promoted revision serves everybody and is still watched."""
    CHALLENGING = "Challenging"
    """The previous revision has half of the traffic for one window, as the candidate: stable is suspected."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """A revision that the status points at."""

    revision: int
    hash: str
    since: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """The revision on trial; ``weight`` is percent, ``step`` counts from 1 and is 0 before the first."""

    revision: int
    hash: str
    weight: int
    step: int
    since: float


@dataclass(frozen=True, slots=True)
class RevisionFacts:
    """A revision as its metadata tells it; only those whose owner UID is the route's come here."""

    name: str
    number: int
    hash: str
    state: RevisionState | None
    resource_version: str
    created: float
    promoted_at: float | None = None
    requested_by: str | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """What a revision did while it served, to be compared with later: ``p95`` in seconds, None without content."""

    exchanges: int
    bad: int
    p95: float | None


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """The last request by hand that was carried out or refused."""

    id: str
    verb: str
    by: str
    at: float
    outcome: str

    @property
    def was_refused(self) -> bool:
        """Whether nothing was done."""
        return self.outcome.startswith("refused")


@dataclass(frozen=True, slots=True)
class RollbackRecord:
    """The last rollback; ``reason`` is a condition's reason."""

    from_revision: int
    to_revision: int
    reason: str
    at: float
    by: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class RolloutState:
    """Everything that a rollout remembers; the status holds it, so a restart goes on where it was.

    ``previous`` is what a bake falls back to. ``started`` is when the rollout began, ``progressed`` when it last made
    a step: the deadline counts from there. ``held`` is the hash that ``undo`` or ``abort`` keeps from starting again.
    ``highest`` is the highest number that a revision of the route has had: it outlives revisions deleted by hand.
    ``obstacle`` is why it does not go on (the reason of the condition ``Progressing``), None while it does.
    """

    phase: Phase = Phase.IDLE
    phase_since: float = 0.0
    stable: Pointer | None = None
    candidate: Candidate | None = None
    previous: Pointer | None = None
    started: float = 0.0
    progressed: float = 0.0
    paused_by: str | None = None
    obstacle: str | None = None
    obstacle_since: float = 0.0
    highest: int = 0
    held: str | None = None
    rejected: tuple[str, ...] = ()
    baseline: Rate | None = None
    last_request: RequestRecord | None = None
    last_rollback: RollbackRecord | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """The revision that holds what the spec asks for; it exists."""

    revision: int
    hash: str


@dataclass(frozen=True, slots=True)
class Routers:
    """The routers at this moment.

    ``ready`` are those that answered the last poll and are ready; ``desired`` are all that are known. ``stable`` and
    ``candidate`` count ready routers that hold exactly the state's pointers (the candidate's weight included).
    ``lagging`` names ready routers that do not, with the seconds since they should; ``problems`` is what routers say is
    wrong with the route, those that follow included: ``keyless`` ones serve stable and lack a Secret of it.
    """

    ready: int = 0
    desired: int = 0
    stable: int = 0
    candidate: int = 0
    lagging: Mapping[str, float] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    keyless: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """Both arms at one moment, summed over the routers and counted from the beginning of the series."""

    at: float
    stable: Figures
    candidate: Figures


@dataclass(frozen=True, slots=True)
class Series:
    """Samples of one pair of revisions, oldest first, about one a second and at most 900; ``at`` is monotonic.

    It begins anew whenever a pointer or the weight changes. ``now`` is the clock of the samples.
    """

    stable: int | None = None
    candidate: int | None = None
    weight: int = 0
    samples: tuple[Sample, ...] = ()
    now: float = 0.0
    sources: int = 0
    """Routers whose counters are in the last sample; 0: no figures can be had."""


@dataclass(frozen=True, slots=True)
class ManualRequest:
    """A request by hand, not carried out yet; ``arguments`` are the verb's own."""

    id: str
    verb: str
    arguments: tuple[str, ...]
    user: str
    at: float
    verified: bool = True


@dataclass(frozen=True, slots=True)
class Observation:
    """What was gathered about one route.

    ``wanted`` is None while the spec cannot be served (``why_not_wanted`` says why): what serves goes on serving.
    ``begun`` is when this operator began to look, in seconds since the epoch: what happened before nobody watched.
    """

    wanted: Wanted | None
    policy: RolloutSpec
    suspended: bool = False
    why_not_wanted: str = ""
    request: ManualRequest | None = None
    revisions: Mapping[int, RevisionFacts] = field(default_factory=dict)
    routers: Routers = field(default_factory=Routers)
    series: Series = field(default_factory=Series)
    begun: float = 0.0


@dataclass(frozen=True, slots=True)
class Note:
    """Something to tell people as a Kubernetes Event of the route; ``revision`` is the related one."""

    type: Literal["Normal", "Warning"]
    reason: str
    action: str
    message: str
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Aspect:
    """One condition, without the bookkeeping."""

    status: Literal["True", "False", "Unknown"]
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What the state becomes, and what people are told.

    ``rolled_back``, ``stalled`` and ``suspended`` are conditions that are there only while they are true.
    ``check_after`` is in seconds; None: nothing changes by time alone. ``finished`` counts a rollout that ended:
    Promoted, Aborted, Superseded, RolledBack, FastPromoted or FastRolledBack. ``detection`` is how many seconds lay
    between the first bad exchange of the candidate and the decision.
    """

    state: RolloutState
    progressing: Aspect
    candidate_healthy: Aspect | None = None
    rolled_back: Aspect | None = None
    stalled: Aspect | None = None
    suspended: Aspect | None = None
    notes: tuple[Note, ...] = ()
    check_after: float | None = None
    finished: str | None = None
    detection: float | None = None
    verdicts: Mapping[str, str] = field(default_factory=dict)
