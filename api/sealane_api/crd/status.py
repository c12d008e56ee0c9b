"""What the operator writes into the status of a ``ProviderRoute``: what is live, what is on trial, and why."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from sealane_api.provider_route import MAX_PROVIDERS
from sealane_api.resource.fields import UNORDERED, Name
from sealane_api.resource.metadata import Timestamp
from sealane_api.resource.part import Part

MAX_REJECTED = 10
MAX_CONDITIONS = 16

Number = Annotated[int, Field(ge=0, le=2**31 - 1)]
# JSON numbers are exact to 53 bits, and the API server refuses to compare with the largest of 64.
Generation = Annotated[int, Field(ge=0, le=2**53 - 1)]
Hash = Annotated[str, Field(min_length=64, max_length=64, pattern="^[0-9a-f]{64}$")]
Word = Annotated[str, Field(max_length=256)]
Sentence = Annotated[str, Field(max_length=4096)]
Reason = Annotated[str, Field(min_length=1, max_length=256, pattern="^[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?$")]


class ConditionType(StrEnum):
    """The conditions of a route; the last three are there only while they are true."""

    READY = "Ready"
    ACCEPTED = "Accepted"
    RESOLVED_REFS = "ResolvedRefs"
    PROGRAMMED = "Programmed"
    PROGRESSING = "Progressing"
    CANDIDATE_HEALTHY = "CandidateHealthy"
    ROLLED_BACK = "RolledBack"
    STALLED = "Stalled"
    SUSPENDED = "Suspended"


class Observed(Part):
    """The base of what is observed: made by the operator under the names Python has, written under the API's."""

    model_config = ConfigDict(validate_by_name=True)


class ConditionStatus(Observed):
    """One aspect of the route's state, as Kubernetes' own conditions are."""

    type: Annotated[str, Field(min_length=1, max_length=64, pattern="^[A-Z][A-Za-z]*$")]
    """Which aspect: Ready is the summary, true while stable serves."""
    status: Literal["True", "False", "Unknown"]
    """Whether it is so."""
    observed_generation: Generation | None = None
    """The generation of the route that was judged."""
    last_transition_time: Timestamp
    """When status changed last."""
    reason: Reason
    """Why, in one word for programs."""
    message: Annotated[str, Field(max_length=32768)]
    """Why, in words for people, and what to do about it."""


class StableStatus(Observed):
    """The revision that serves."""

    revision: Number
    """Its number."""
    hash: Hash
    """The SHA-256 of its canonical JSON."""
    since: Timestamp | None = None
    """When it became stable."""


class CandidateStatus(Observed):
    """The revision on trial."""

    revision: Number
    """Its number."""
    hash: Hash
    """The SHA-256 of its canonical JSON."""
    weight: Annotated[int, Field(ge=0, le=100)]
    """Its share of the traffic, in percent."""
    step: Number
    """The step it is at, from 1; 0 before the first."""
    since: Timestamp | None = None
    """When it came to this step."""


class ProgrammedStatus(Observed):
    """How far the routers follow; a summary, at most once a minute."""

    ready: Number
    """Routers that serve what this status points at."""
    desired: Number
    """Routers that should."""


class BreakersStatus(Observed):
    """In how many routers a breaker has which state."""

    closed: Number
    """Routers that use the provider."""
    half_open: Number
    """Routers that are trying it again."""
    open: Number
    """Routers that leave it alone."""


class ProviderStatus(Observed):
    """How a provider is doing; a summary, at most once a minute."""

    name: Name
    """The provider, by its name in the spec."""
    breaker: BreakersStatus
    """The state of its breaker, counted over the routers."""


class RequestStatus(Observed):
    """The last request by hand that was carried out or refused."""

    id: Annotated[str, Field(min_length=1, max_length=128)]
    """Its id; the same id is never carried out again."""
    verb: Word | None = None
    """What was asked for: promote, pause, resume, abort, retry, undo."""
    by: Word | None = None
    """Who asked."""
    at: Timestamp | None = None
    """When it was carried out or refused."""
    outcome: Sentence | None = None
    """What came of it."""


class RollbackStatus(Observed):
    """The last rollback."""

    from_: Annotated[Number, Field(alias="from")]
    """The number of the revision that was given up."""
    to: Number
    """The number of the revision that serves since."""
    reason: Reason
    """Why, in one word for programs."""
    at: Timestamp
    """When the pointer moved."""
    by: Word
    """The operator, or the person who asked."""
    evidence: Sentence | None = None
    """The figures that decided it."""


class RateStatus(Observed):
    """What a revision did while it served, to be compared with later."""

    exchanges: Generation
    """Exchanges that were counted."""
    bad: Generation
    """Those among them that went wrong."""
    p95_milliseconds: Generation | None = None
    """The 95th percentile of the time to first content; absent without content."""


class RolloutStatus(Observed):
    """What the rollout remembers, so that an operator that starts anew goes on where the last one was."""

    phase: Word = "Idle"
    """Where it is: Idle, Waiting, Programming, Stepping, Baking, Challenging."""
    phase_since: Timestamp | None = None
    """When it came there."""
    previous: StableStatus | None = None
    """The revision that a bake falls back to."""
    started: Timestamp | None = None
    """When the rollout began."""
    progressed: Timestamp | None = None
    """When it made its last step; the progress deadline counts from here."""
    paused_by: Word | None = None
    """Who paused it; absent when nobody did."""
    obstacle: Word | None = None
    """Why it does not go on, in one word; absent while it does."""
    obstacle_since: Timestamp | None = None
    """When that began; what stops without anybody's fault does not count toward the deadline."""
    highest: Number | None = None
    """The highest number that a revision of this route has had; none at or below it is used again."""
    held: Hash | None = None
    """What was given up by hand and does not start again by itself."""
    baseline: RateStatus | None = None
    """What stable did before the promotion; a bake compares with it."""


class ProviderRouteStatus(Observed):
    """What is live; written by the operator alone."""

    observed_generation: Generation | None = None
    """The generation of the spec that this status is about."""
    stable: StableStatus | None = None
    """The revision that serves; absent before the first one."""
    candidate: CandidateStatus | None = None
    """The revision on trial; absent when there is none."""
    programmed: ProgrammedStatus | None = None
    """How far the routers follow."""
    providers: Annotated[tuple[ProviderStatus, ...], Field(strict=False, max_length=MAX_PROVIDERS), UNORDERED] = ()
    """How each provider is doing."""
    rejected_hashes: Annotated[tuple[Hash, ...], Field(strict=False, max_length=MAX_REJECTED), UNORDERED] = ()
    """What was rolled back and is refused until the spec changes or someone asks to retry."""
    last_request: RequestStatus | None = None
    """The last request by hand that was carried out or refused."""
    last_rollback: RollbackStatus | None = None
    """The last rollback."""
    rollout: RolloutStatus | None = None
    """What the rollout remembers."""
    conditions: Annotated[tuple[ConditionStatus, ...], Field(strict=False, max_length=MAX_CONDITIONS), UNORDERED] = ()
    """The state of the route, aspect by aspect."""


#: What a route says until the operator has looked at it, so that a dead operator can be seen.
PENDING: tuple[ConditionStatus, ...] = tuple(
    ConditionStatus(
        type=kind,
        status="Unknown",
        last_transition_time="1970-01-01T00:00:00Z",
        reason="Pending",
        message="Waiting for controller",
    )
    for kind in (
        ConditionType.READY,
        ConditionType.ACCEPTED,
        ConditionType.RESOLVED_REFS,
        ConditionType.PROGRAMMED,
        ConditionType.PROGRESSING,
    )
)
