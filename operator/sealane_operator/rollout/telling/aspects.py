"""The conditions of a rollout: where it is, in a word for programs and a sentence for people."""

from sealane_operator.rollout.analysis.comparison import ANALYSED, Verdict
from sealane_operator.rollout.model import MANUAL, Aspect, Phase, RollbackRecord, Wanted
from sealane_operator.rollout.obstacles import HELD, PAUSED, SUSPENDED
from sealane_operator.rollout.telling.wording import SUSPENDED_WORDS, obstacle_words
from sealane_operator.rollout.turn import Turn

_RETRY = "change the spec, or ask for it again with kubectl sealane retry"

#: What Progressing says after a rollback for a reason.
_ENDED = {
    "ErrorRateExceeded": "AnalysisFailed",
    "LatencyExceeded": "AnalysisFailed",
    "DeadlineExceeded": "DeadlineExceeded",
    "ProgrammingFailed": "ProgrammingFailed",
}

#: Obstacles that somebody wants; of all others nobody knows whether they go away.
_WANTED = frozenset({PAUSED, SUSPENDED})


def progressing(turn: Turn) -> Aspect:
    """Where the rollout is, or how the last one ended."""
    state = turn.state
    if state.obstacle is not None and state.phase is not Phase.IDLE:
        words = obstacle_words(turn, state.obstacle)
        return Aspect("False" if state.obstacle in _WANTED else "Unknown", state.obstacle, words)
    return _at_rest(turn) if state.phase is Phase.IDLE else _under_way(turn)


def candidate_healthy(turn: Turn) -> Aspect | None:
    """What the analysis says of the revision on trial; nothing when none is, and the last one did not fail it."""
    phase, given_up = turn.state.phase, turn.given_up
    if phase is Phase.STEPPING:
        return _health(turn.analysis().verdict)
    if phase is Phase.PROGRAMMING:
        return _TOO_LITTLE
    if phase is Phase.CHALLENGING:
        return Aspect("Unknown", "InsufficientData", "it does worse than before; a comparison decides")
    if phase is Phase.BAKING and given_up is None:
        passed = turn.verdicts.get("bake") == Verdict.PASS
        return Aspect("True", "ChecksPassed", "no worse than what served before it") if passed else _TOO_LITTLE
    record = _record(turn, given_up) if given_up is not None else None
    if record is not None and record.reason in ANALYSED:
        return Aspect("False", "ChecksFailed", record.evidence)
    return None


def rolled_back(turn: Turn) -> Aspect | None:
    """True from a rollback until the spec asks for something else."""
    wanted = turn.given_up
    if wanted is None:
        return None
    record = _record(turn, wanted)
    if record is not None:
        words = f"revision {record.from_revision}→{record.to_revision} by {record.by}: {record.evidence}"
        return Aspect("True", record.reason, words)
    if wanted.hash == turn.state.held:
        return Aspect("True", MANUAL, _held_back(turn, wanted))
    return Aspect("True", "RolledBackEarlier", f"revision {wanted.revision} failed in an earlier rollout")


def stalled(turn: Turn) -> Aspect | None:
    """True while the spec asks for what was given up: nothing happens until somebody does something."""
    wanted = turn.given_up
    return None if wanted is None else Aspect("True", "RolledBack", f"revision {wanted.revision} is refused: {_RETRY}")


def suspended(turn: Turn) -> Aspect | None:
    """True while the spec says so."""
    return Aspect("True", "SuspendedByUser", SUSPENDED_WORDS) if turn.seen.suspended else None


_TOO_LITTLE = Aspect("Unknown", "InsufficientData", "too few exchanges to tell")


def _at_rest(turn: Turn) -> Aspect:
    stable, seen, given_up = turn.state.stable, turn.seen, turn.given_up
    if stable is None:
        why = SUSPENDED_WORDS if seen.suspended else seen.why_not_wanted or "there is no revision to be served"
        return Aspect("False", SUSPENDED if seen.suspended else "Pending", why)
    serves = f"revision {stable.revision} serves everybody"
    if given_up is not None:
        record = _record(turn, given_up)
        reason = _ENDED.get(record.reason, "Aborted") if record is not None else "Aborted"
        return Aspect("False", reason, f"{serves}; revision {given_up.revision} was given up: {_RETRY}")
    if seen.wanted is None:
        return Aspect("False", "SpecRefused", f"{serves}; {seen.why_not_wanted or 'the spec cannot be served'}")
    return Aspect("False", "RolloutComplete", serves)


def _under_way(turn: Turn) -> Aspect:
    state, steps = turn.state, len(turn.steps)
    stable, candidate, step = state.stable, turn.trial, turn.step
    if state.phase is Phase.BAKING and stable is not None:
        return Aspect("True", "Baking", f"revision {stable.revision} serves everybody and is watched{_fallback(turn)}")
    if state.phase is Phase.CHALLENGING and stable is not None:
        words = f"revision {stable.revision} is under suspicion and is compared with the one before it"
        return Aspect("True", "Challenging", words)
    if candidate is None:
        return Aspect("True", state.phase.value, "a new revision is there")
    where = f"step {candidate.step} of {steps}: {candidate.weight} %"
    if state.phase is Phase.PROGRAMMING:
        words = f"revision {candidate.revision}, {where}, as soon as every ready router holds it"
        return Aspect("True", "Programming", words)
    hold = f" for {step.hold}" if step is not None else ""
    return Aspect("True", "StepRunning", f"revision {candidate.revision}, {where}{hold}")


def _fallback(turn: Turn) -> str:
    previous, bake = turn.state.previous, turn.seen.policy.bake_time
    back = f"; revision {previous.revision} is what it falls back to" if previous is not None else ""
    return f" for {bake}{back}"


def _health(verdict: Verdict) -> Aspect:
    if verdict is Verdict.PASS:
        return Aspect("True", "ChecksPassed", "no worse than stable over the same time")
    if verdict is Verdict.FAIL:
        return Aspect("False", "ChecksFailed", "worse than stable over the same time")
    words = "too few exchanges to tell" if verdict.value in HELD else "no figures can be had"
    return Aspect("Unknown", "InsufficientData", words)


def _held_back(turn: Turn, wanted: Wanted) -> str:
    """Say who holds the spec's revision back; what an undo moved stable from may be another one."""
    record = turn.state.last_rollback
    if record is None or record.reason != MANUAL:
        return f"revision {wanted.revision} was given up by hand"
    return (
        f"revision {record.from_revision}→{record.to_revision} by {record.by}: {record.evidence}; revision "
        f"{wanted.revision}, which the spec asks for, is held back"
    )


def _record(turn: Turn, wanted: Wanted) -> RollbackRecord | None:
    """The rollback of what the spec asks for, if it was the last one."""
    record = turn.state.last_rollback
    return record if record is not None and record.from_revision == wanted.revision else None
