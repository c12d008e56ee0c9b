"""What a rollout has come to, told from the route alone."""

from dataclasses import dataclass
from enum import IntEnum

from sealane_api.crd.status import ConditionType
from sealane_operator.rollout.model import Phase

from .view import RouteView

_REFUSALS = {
    ConditionType.ACCEPTED: "the spec is refused",
    ConditionType.RESOLVED_REFS: "a reference of the spec leads nowhere",
}

#: The reason of Progressing while the spec serves and nothing is under way.
_COMPLETE = "RolloutComplete"


class Code(IntEnum):
    """The exit codes of ``status`` and of requests that are waited for."""

    DONE = 0
    """What the spec asks for serves, or the request was carried out."""
    GIVEN_UP = 1
    """It was rolled back, given up, refused, or deleted."""
    TIMEOUT = 3
    """It was still under way when the time was over."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An end: the exit code, and the sentence that goes with it."""

    code: Code
    sentence: str


def outcome_of(view: RouteView, *, promoted: bool) -> Outcome | None:
    """Return how the rollout ended; None while it is under way, or while somebody asks for something else.

    ``promoted``: promotion is an end; else the bake after it is part of the rollout, for it can still roll back.
    """
    if not view.seen or view.pending is not None:
        return None
    ended_badly = _refused(view) or _given_up(view)
    if ended_badly is not None:
        return ended_badly
    if view.word(ConditionType.READY) == "False":
        return None  # the status points at it, and no router serves it
    if view.phase is Phase.BAKING and promoted:
        return Outcome(Code.DONE, f"revision {_stable(view)} is promoted; it is watched for its bake time")
    if view.phase is Phase.IDLE and view.reason(ConditionType.PROGRESSING) == _COMPLETE:
        return Outcome(Code.DONE, f"revision {_stable(view)} serves, and nothing is under way")
    return None


def progress_of(view: RouteView) -> str:
    """Say in one line where the rollout is."""
    if not view.seen:
        return "waiting for the operator to look at the route's newest spec"
    ready = view.conditions.get(ConditionType.READY)
    serves = f"revision {_stable(view)} serves" if view.status.stable else "no revision serves yet"
    if view.status.stable and ready is not None and ready.status == "False":
        serves = f"revision {_stable(view)} is to serve, and does not ({ready.reason}: {ready.message})"
    candidate = view.status.candidate
    if candidate is not None:
        step = f", step {view.step}" if candidate.step else ""
        serves += f"; revision {candidate.revision} has {candidate.weight} %{step}"
    progressing = view.conditions.get(ConditionType.PROGRESSING)
    told = "the operator said nothing yet" if progressing is None else f"{progressing.reason}: {progressing.message}"
    suspended = view.conditions.get(ConditionType.SUSPENDED)
    held = f" (suspended: {suspended.message})" if suspended is not None and suspended.status == "True" else ""
    pending = view.pending
    asked = f"; {pending.verb} by {pending.user} waits to be carried out" if pending is not None else ""
    return f"{serves}; {told}{held}{asked}"


def _refused(view: RouteView) -> Outcome | None:
    for kind, what in _REFUSALS.items():
        condition = view.conditions.get(kind)
        if condition is not None and condition.status == "False":
            return Outcome(Code.GIVEN_UP, f"{what} ({condition.reason}): {condition.message}; {_still(view)}")
    return None


def _given_up(view: RouteView) -> Outcome | None:
    """What the spec asks for was given up; meanwhile the bake of what serves may go on, which is another rollout."""
    rolled_back, stalled = (view.conditions.get(kind) for kind in (ConditionType.ROLLED_BACK, ConditionType.STALLED))
    for condition in (rolled_back, stalled):
        if condition is not None and condition.status == "True":
            return Outcome(Code.GIVEN_UP, f"rolled back ({condition.reason}): {condition.message}; {_still(view)}")
    return None


def _stable(view: RouteView) -> str:
    return str(view.status.stable.revision) if view.status.stable is not None else "-"


def _still(view: RouteView) -> str:
    return f"revision {_stable(view)} serves" if view.status.stable is not None else "no revision serves"
