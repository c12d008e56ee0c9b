"""Forward: one step at a time, each held by every ready router, watched for its hold, and passed by the analysis."""

from sealane_operator.rollout.analysis.comparison import Analysis, Verdict
from sealane_operator.rollout.analysis.evidence import share_words
from sealane_operator.rollout.analysis.figures import bad_share
from sealane_operator.rollout.model import Candidate, Note, Phase
from sealane_operator.rollout.phases import complete, promote, set_step, watch
from sealane_operator.rollout.turn import Turn

#: So many seconds of a bake, or all of it, are watched by one operator from beginning to end.
LEAST_BAKE = 60.0

#: So it is with a hold: the candidate had no traffic while nobody renewed its lease.
LEAST_HOLD = 10.0


def advance(turn: Turn) -> Turn:
    """Go to what comes next, if nothing stands in the way."""
    state = turn.state
    if turn.finished is not None:
        return turn  # one end at a time, or metrics would miss one
    if turn.seen.suspended or state.paused_by is not None:
        return turn
    if state.phase is Phase.BAKING:
        return _finish_bake(turn)
    candidate = turn.trial
    if candidate is None or turn.seen.wanted is None:
        return turn  # what nobody asks for any more goes no further
    return _programmed(turn, candidate) if state.phase is Phase.PROGRAMMING else _watched(turn, candidate)


def go_on(turn: Turn, candidate: Candidate, why: str) -> Turn:
    """Take the next step, or promote after the last one."""
    if candidate.step < len(turn.steps):
        return set_step(turn, candidate, candidate.step + 1, turn.steps[candidate.step].weight)
    return promote(turn, candidate, why)


def _programmed(turn: Turn, candidate: Candidate) -> Turn:
    if not turn.is_programmed:
        return turn
    if candidate.step == 0 or not turn.steps:
        return go_on(turn, candidate, f"{turn.seen.routers.ready}/{turn.seen.routers.ready} routers hold it")
    return watch(turn, candidate)


def _watched(turn: Turn, candidate: Candidate) -> Turn:
    step = turn.step
    if step is not None and candidate.weight != step.weight:
        return set_step(turn, candidate, candidate.step, step.weight)  # the policy is read live
    if turn.now < turn.hold_ends or not turn.is_programmed:
        return turn
    if step is None:
        return go_on(turn, candidate, "the policy has no steps any more")
    if turn.watched(turn.state.phase_since) < min(step.hold.seconds, LEAST_HOLD):
        return turn
    analysis = turn.analysis()
    if analysis.verdict is not Verdict.PASS:
        return turn
    return go_on(turn.become(*_passed(turn, candidate, analysis)), candidate, "every step passed")


def _finish_bake(turn: Turn) -> Turn:
    stable, bake = turn.state.stable, turn.seen.policy.bake_time
    if stable is None or turn.now - stable.since < bake.seconds:
        return turn
    if turn.watched(stable.since) < min(bake.seconds, LEAST_BAKE):
        return turn  # the operator was away: what went wrong meanwhile is seen in the next moments, or never
    return complete(turn, f"it baked for {bake}")


def _passed(turn: Turn, candidate: Candidate, analysis: Analysis) -> tuple[Note, Note]:
    whole, stable = analysis.whole, turn.state.stable
    other = stable.revision if stable is not None else 0
    words = (
        f"bad exchanges {share_words(bad_share(whole.candidate))} against {share_words(bad_share(whole.stable))} "
        f"of revision {other}"
    )
    done = f"step {candidate.step} of {len(turn.steps)} at {candidate.weight} % is over"
    return (
        Note("Normal", "AnalysisPassed", "Analyse", words, candidate.revision),
        Note("Normal", "StepCompleted", "Advance", done, candidate.revision),
    )
