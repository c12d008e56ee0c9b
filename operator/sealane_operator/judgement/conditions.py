"""Conditions: what was judged, decided and seen, as Kubernetes tells it.

``lastTransitionTime`` changes with the status alone; every condition carries the generation it was judged at. A spec
that cannot be accepted takes nothing away from the stable revision: ``Ready`` stays true while that one serves.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sealane_api.crd.status import ConditionStatus, ConditionType
from sealane_operator.judgement.refusal import Refusal
from sealane_operator.judgement.times import timestamp
from sealane_operator.rollout.model import Aspect, Decision, Routers
from sealane_operator.rollout.obstacles import laggards

ACCEPTED = Aspect("True", "Accepted", "the spec is valid, and every model it claims is this route's")
RESOLVED = Aspect("True", "ResolvedRefs", "every Secret that the spec refers to exists and has the key")

#: Without its key a provider serves nobody; another refusal of references says nothing about the routers.
KEYLESS = frozenset({"SecretNotFound", "KeyNotFound"})

_MAX_MESSAGE = 32_768
_MAX_PROBLEMS = 5


@dataclass(frozen=True, slots=True)
class Judged:
    """What a spec was found to be. ``keyless`` says what stable lacks to serve, whatever the spec asks for now."""

    accepted: Aspect
    resolved: Aspect
    keyless: str = ""

    @property
    def why_not(self) -> str:
        """Why the spec cannot be served; empty when it can."""
        return "; ".join(aspect.message for aspect in (self.accepted, self.resolved) if aspect.status == "False")


def judged(accepted: Refusal | None, resolved: Refusal | None, *, keyless: str = "") -> Judged:
    """Return the two aspects of a judgement; references are not looked at while a spec is not accepted."""
    if accepted is not None:
        unknown = Aspect("Unknown", "Pending", "not looked at while the spec is not accepted")
        return Judged(_no(accepted), unknown, keyless)
    return Judged(ACCEPTED, RESOLVED if resolved is None else _no(resolved), keyless)


def programmed(routers: Routers, *, has_stable: bool) -> Aspect:
    """Return how far the routers follow: true when every ready router holds stable."""
    if not has_stable:
        return Aspect("Unknown", "Pending", "no revision is to be served yet")
    if routers.ready == 0:
        known = f"none of {routers.desired} routers is ready" if routers.desired else "no router is known"
        return Aspect("False", "RouterUnreachable", f"{known}{_because(routers)}")
    if routers.stable == 0 and 0 < len(routers.lagging) == len(laggards(routers)):
        return Aspect(
            "False", "NotProgrammed", f"no router has held the stable revision for minutes{_because(routers)}"
        )
    if routers.stable < routers.ready:
        count = f"{routers.stable} of {routers.ready} ready routers hold the stable revision"
        return Aspect("False", "PartiallyProgrammed", f"{count}{_because(routers)}")
    return Aspect("True", "Programmed", f"every ready router holds the stable revision{_because(routers)}")


def conditions(
    before: Iterable[ConditionStatus],
    judgement: Judged,
    decision: Decision,
    routers: Aspect | None,
    *,
    generation: int,
    now: float,
) -> tuple[ConditionStatus, ...]:
    """Return all conditions, in the order of :class:`ConditionType`.

    ``routers`` is what :func:`programmed` says; None while the routers were not asked yet: then nothing is said that
    was not said before.
    """
    old = {condition.type: condition for condition in before}
    programmed_now = routers if routers is not None else _aspect(old.get(ConditionType.PROGRAMMED))
    aspects: dict[ConditionType, Aspect | None] = {
        ConditionType.READY: _ready(old.get(ConditionType.READY), judgement, decision, programmed_now),
        ConditionType.ACCEPTED: judgement.accepted,
        ConditionType.RESOLVED_REFS: judgement.resolved,
        ConditionType.PROGRAMMED: programmed_now,
        ConditionType.PROGRESSING: decision.progressing,
        ConditionType.CANDIDATE_HEALTHY: decision.candidate_healthy,
        ConditionType.ROLLED_BACK: decision.rolled_back,
        ConditionType.STALLED: decision.stalled,
        ConditionType.SUSPENDED: decision.suspended,
    }
    return tuple(
        _condition(kind, aspect, old, generation, now) for kind, aspect in aspects.items() if aspect is not None
    )


def _ready(before: ConditionStatus | None, judgement: Judged, decision: Decision, programmed_now: Aspect) -> Aspect:
    """Whether stable serves. Once something did, it does so for 2 minutes more: who lags serves the one before."""
    stable = decision.state.stable
    unresolved = judgement.resolved.status == "False"
    if stable is None:
        if judgement.accepted.status == "False":
            return Aspect("False", "NotAccepted", judgement.accepted.message)
        if unresolved:
            return Aspect("False", "RefsNotResolved", judgement.resolved.message)
        return Aspect("False", "Pending", "no revision serves yet")
    if judgement.keyless:
        return Aspect("False", "RefsNotResolved", judgement.keyless)
    served = before is not None and before.status == "True"
    lagging = programmed_now.reason == "PartiallyProgrammed"
    unasked = programmed_now.reason == "Pending"
    if programmed_now.status == "True" or (served and (lagging or unasked)):
        return Aspect("True", "Serving", f"revision {stable.revision} serves")
    return Aspect("False", "NotProgrammed", programmed_now.message)


def _condition(
    kind: ConditionType, aspect: Aspect, old: Mapping[str, ConditionStatus], generation: int, now: float
) -> ConditionStatus:
    before = old.get(kind)
    same = before is not None and before.status == aspect.status
    return ConditionStatus(
        type=kind.value,
        status=aspect.status,
        observed_generation=generation,
        last_transition_time=before.last_transition_time if before is not None and same else timestamp(now),
        reason=aspect.reason,
        message=aspect.message[:_MAX_MESSAGE],
    )


def _aspect(condition: ConditionStatus | None) -> Aspect:
    if condition is None:
        return Aspect("Unknown", "Pending", "the routers were not asked yet")
    status: Literal["True", "False", "Unknown"] = condition.status
    return Aspect(status, condition.reason, condition.message)


def _no(refusal: Refusal) -> Aspect:
    return Aspect("False", refusal.reason, refusal.message)


def _because(routers: Routers) -> str:
    """Name what routers say and who lags, without numbers that change by the second."""
    lagging = sorted(routers.lagging)[:_MAX_PROBLEMS]
    said = list(routers.problems[:_MAX_PROBLEMS]) or ([f"behind: {', '.join(lagging)}"] if lagging else [])
    return f": {'; '.join(said)}" if said else ""
