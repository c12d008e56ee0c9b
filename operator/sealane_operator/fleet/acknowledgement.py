"""Which routers hold what a route's state points at, and since when the others should.

A router acknowledges a pointer by serving exactly that revision with exactly that hash; a candidate's weight is
acknowledged by serving it. Pure: a function of what routers said last.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sealane_api.report import KEYLESS_PROBLEM
from sealane_operator.rollout.model import Candidate, Pointer, RolloutState, Routers

from .roster import Held, KnownRouter

#: Words that are kept of what routers say, and names beside each.
_MAX_PROBLEMS = 5
_MAX_NAMES = 3


@dataclass(frozen=True, slots=True)
class Since:
    """When the pointers of a state, the weight included, were first seen; monotonic seconds."""

    stable: float
    candidate: float


_NONE = Held()


def acknowledged(key: str, state: RolloutState, since: Since, routers: Iterable[KnownRouter], now: float) -> Routers:
    """Return how far the routers follow.

    ``desired`` are all that are not about to end; what only they say who are not ready is said while none is.
    """
    ready = desired = stable = candidate = keyless = 0
    lagging: dict[str, float] = {}
    said: defaultdict[str, list[str]] = defaultdict(list)
    unready: defaultdict[str, list[str]] = defaultdict(list)
    for router in routers:
        if router.endpoint.terminating:
            continue
        desired += 1
        held = router.held.get(key, _NONE)
        if not router.is_ready(now):
            if held.problem:
                unready[held.problem].append(router.name)
            continue
        ready += 1
        if held.problem:
            said[held.problem].append(router.name)
        has_stable = state.stable is None or holds_stable(held, state.stable)
        has_candidate = state.candidate is None or holds_candidate(held, state.candidate)
        stable += state.stable is not None and has_stable
        keyless += has_stable and KEYLESS_PROBLEM in held.problem
        candidate += state.candidate is not None and has_candidate
        if has_stable and has_candidate:
            continue
        due = since.stable if not has_stable else since.candidate
        name = router.name if router.name not in lagging else router.endpoint.address
        lagging[name] = max(0.0, now - max(due, router.ready_since))
    return Routers(ready, desired, stable, candidate, lagging, _problems(said if ready else unready), keyless)


def holds_stable(held: Held, pointer: Pointer) -> bool:
    """Whether a router serves a pointer as its stable revision."""
    return held.stable is not None and (held.stable.revision, held.stable.hash) == (pointer.revision, pointer.hash)


def holds_candidate(held: Held, candidate: Candidate) -> bool:
    """Whether a router serves a candidate with its weight; without a weight it has only to be there."""
    arm = held.candidate
    if arm is None or (arm.revision, arm.hash) != (candidate.revision, candidate.hash):
        return False
    return candidate.weight == 0 or arm.weight == candidate.weight


def _problems(said: dict[str, list[str]]) -> tuple[str, ...]:
    """Each problem once, with who has it: ``the Secret moonshot is missing (router-a, router-b)``."""
    return tuple(f"{problem} ({_names(said[problem])})" for problem in sorted(said)[:_MAX_PROBLEMS])


def _names(names: list[str]) -> str:
    shown = ", ".join(sorted(names)[:_MAX_NAMES])
    return shown if len(names) <= _MAX_NAMES else f"{shown} and {len(names) - _MAX_NAMES} more"
