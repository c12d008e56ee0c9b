"""The machine: a state, what is seen, the time; and out of them the next state and what people are told.

Each rule is a function from turn to turn, and their order is the priority: figures judge before anybody asks for
anything, what is asked by hand goes before what the spec asks, and only what is left goes forward.
"""

from collections.abc import Callable

from sealane_operator.rollout.model import Decision, Observation, Phase, RolloutState
from sealane_operator.rollout.obstacles import PAUSED, SUSPENDED, WINDOW
from sealane_operator.rollout.rules.advancing import advance
from sealane_operator.rollout.rules.following import follow
from sealane_operator.rollout.rules.judging import judge
from sealane_operator.rollout.rules.mending import mend
from sealane_operator.rollout.rules.patience import expire, hinder
from sealane_operator.rollout.rules.requests import obey
from sealane_operator.rollout.telling.aspects import candidate_healthy, progressing, rolled_back, stalled, suspended
from sealane_operator.rollout.turn import Turn
from sealane_operator.rollout.windows.openings import next_opening

#: Whatever is on trial is looked at so often, in seconds.
CHECK_SECONDS = 1.0

#: A window that opens later is looked at again after so many seconds: clocks and policies change.
_MAX_WAIT_SECONDS = 3_600.0

#: Every rule, first to last.
RULES: tuple[Callable[[Turn], Turn], ...] = (
    mend,
    judge,
    follow,
    obey,
    follow,  # what was asked by hand may let a revision start
    advance,
    hinder,
    expire,
)


def decide(state: RolloutState, seen: Observation, now: float) -> Decision:
    """Return what becomes of a route's rollout; ``now`` is in seconds since the epoch. Never raises."""
    turn = Turn(state, state, seen, now)
    for rule in RULES:
        turn = rule(turn)
    return Decision(
        state=turn.state,
        progressing=progressing(turn),
        candidate_healthy=candidate_healthy(turn),
        rolled_back=rolled_back(turn),
        stalled=stalled(turn),
        suspended=suspended(turn),
        notes=turn.notes,
        check_after=_check_after(turn),
        finished=turn.finished,
        detection=turn.detection,
        verdicts=turn.verdicts,
    )


def _check_after(turn: Turn) -> float | None:
    if turn.state.phase is Phase.IDLE:
        return None if _is_at_rest(turn) else CHECK_SECONDS
    if turn.state.phase is Phase.WAITING and turn.state.obstacle in {SUSPENDED, PAUSED}:
        return None
    if turn.state.obstacle != WINDOW:
        return CHECK_SECONDS
    opening = next_opening(turn.seen.policy.windows, turn.now)
    wait = _MAX_WAIT_SECONDS if opening is None else opening - turn.now
    return min(max(wait, CHECK_SECONDS), _MAX_WAIT_SECONDS)


def _is_at_rest(turn: Turn) -> bool:
    """Whether nothing happens until somebody changes something."""
    wanted, stable = turn.seen.wanted, turn.state.stable
    if wanted is None or turn.given_up is not None:
        return True
    return turn.seen.suspended if stable is None else stable.hash == wanted.hash
