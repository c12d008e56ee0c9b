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
    """Return how the rollout ended; None while it is under way.

    ``promoted``: promotion is an end; else the bake after it is part of the rollout, for it can still roll back.
    """
    if not view.seen:
        return None
    refused = _refused(view)
    if refused is not None:
        return refused
    if view.phase is Phase.BAKING and promoted:
        return Outcome(Code.DONE, f"revision {_stable(view)} is promoted; it is watched for its bake time")
    if view.phase is not Phase.IDLE or view.status.candidate is not None or view.status.stable is None:
        return None
    given_up = _given_up(view)
    if given_up is None and view.word(ConditionType.SUSPENDED) == "True" and not _complete(view):
        return None
    return given_up or Outcome(Code.DONE, f"revision {_stable(view)} serves, and nothing is under way")


def progress_of(view: RouteView) -> str:
    """Say in one line where the rollout is."""
    if not view.seen:
        return "waiting for the operator to look at the route's newest spec"
    serves = f"revision {_stable(view)} serves" if view.status.stable else "no revision serves yet"
    candidate = view.status.candidate
    if candidate is not None:
        step = f", step {view.step}" if candidate.step else ""
        serves += f"; revision {candidate.revision} has {candidate.weight} %{step}"
    progressing = view.conditions.get(ConditionType.PROGRESSING)
    told = "the operator said nothing yet" if progressing is None else f"{progressing.reason}: {progressing.message}"
    suspended = view.conditions.get(ConditionType.SUSPENDED)
    held = f" (suspended: {suspended.message})" if suspended is not None and suspended.status == "True" else ""
    return f"{serves}; {told}{held}"


def _refused(view: RouteView) -> Outcome | None:
    for kind, what in _REFUSALS.items():
        condition = view.conditions.get(kind)
        if condition is not None and condition.status == "False":
            return Outcome(Code.GIVEN_UP, f"{what} ({condition.reason}): {condition.message}; {_still(view)}")
    return None


def _given_up(view: RouteView) -> Outcome | None:
    rolled_back, stalled = (view.conditions.get(kind) for kind in (ConditionType.ROLLED_BACK, ConditionType.STALLED))
    for condition in (rolled_back, stalled):
        if condition is not None and condition.status == "True":
            return Outcome(Code.GIVEN_UP, f"rolled back ({condition.reason}): {condition.message}; {_still(view)}")
    if view.status.rollout is not None and view.status.rollout.held is not None:
        until = f"{_still(view)} until the spec changes or somebody asks to retry"
        return Outcome(Code.GIVEN_UP, f"what the spec asks for was given up by hand; {until}")
    return None


def _complete(view: RouteView) -> bool:
    return view.reason(ConditionType.PROGRESSING) == "RolloutComplete"


def _stable(view: RouteView) -> str:
    return str(view.status.stable.revision) if view.status.stable is not None else "-"


def _still(view: RouteView) -> str:
    return f"revision {_stable(view)} serves" if view.status.stable is not None else "no revision serves"
