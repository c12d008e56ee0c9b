"""How long a rollout may stand still: what stands in its way is remembered and told, and the deadline ends it.

Some obstacles are nobody's failure: while one of those stands, the deadline does not come nearer.
"""

from sealane_operator.rollout.analysis.comparison import Verdict
from sealane_operator.rollout.model import Note, Phase
from sealane_operator.rollout.obstacles import HELD, LAGGING, PATIENT, WINDOW, obstacle_of
from sealane_operator.rollout.phases import fall_back
from sealane_operator.rollout.telling.wording import obstacle_words, stuck_words
from sealane_operator.rollout.turn import TRIAL, Turn


def hinder(turn: Turn) -> Turn:
    """Note what stands in the way now; tell of it when it begins."""
    state, now = turn.state, turn.now
    obstacle = obstacle_of(turn)
    if obstacle == state.obstacle:
        return turn
    progressed = state.progressed
    if state.obstacle in PATIENT:
        progressed = min(now, _counts_from(turn) + max(0.0, now - state.obstacle_since))
    notes = () if obstacle is None else _notes(turn, obstacle)
    since = now if obstacle is not None else 0.0
    return turn.become(*notes, obstacle=obstacle, obstacle_since=since, progressed=progressed)


def expire(turn: Turn) -> Turn:
    """Give up what has made no progress for too long."""
    state, deadline = turn.state, turn.seen.policy.progress_deadline
    if state.phase not in TRIAL | {Phase.WAITING} or state.obstacle in PATIENT:
        return turn
    if turn.watched(_counts_from(turn)) < deadline.seconds:
        return turn
    reason = "DeadlineExceeded" if state.phase is Phase.STEPPING else "ProgrammingFailed"
    why = f"no progress for {deadline}: {stuck_words(turn)}"
    return fall_back(turn, reason, why, cause="the progress deadline is over")


def _counts_from(turn: Turn) -> float:
    """When the deadline began to count: a hold that runs is no lack of progress."""
    state = turn.state
    return max(state.progressed, turn.hold_ends) if state.phase is Phase.STEPPING else state.progressed


def _notes(turn: Turn, obstacle: str) -> tuple[Note, ...]:
    candidate = turn.trial
    number = candidate.revision if candidate is not None else None
    if obstacle in HELD:
        words = f"revision {number} stays at {candidate.weight if candidate else 0} %: {obstacle_words(turn, obstacle)}"
        return (Note("Normal", "AnalysisHeld", "Analyse", words, number),)
    if obstacle == Verdict.UNAVAILABLE.value:
        return (Note("Warning", "MetricsUnavailable", "Analyse", obstacle_words(turn, obstacle), number),)
    if obstacle == LAGGING:
        return (Note("Warning", "RouterLagging", "Program", obstacle_words(turn, obstacle), number),)
    if obstacle == WINDOW:
        wanted = turn.seen.wanted
        return (Note("Normal", WINDOW, "Wait", obstacle_words(turn, obstacle), wanted.revision if wanted else None),)
    return ()
