"""The transitions: each moves pointer, weight and phase in one go, and says so once."""

from typing import Any

from sealane_operator.rollout.analysis.comparison import ANALYSED, Failure
from sealane_operator.rollout.analysis.figures import rate_of, stretch
from sealane_operator.rollout.analysis.suspicion import Suspicion, raised
from sealane_operator.rollout.model import (
    Candidate,
    Note,
    Phase,
    Pointer,
    Rate,
    RollbackRecord,
    Wanted,
)
from sealane_operator.rollout.turn import Turn

#: So many failed revisions are remembered; the oldest is forgotten first.
MAX_REJECTED = 10

#: The share of the traffic, in percent, that the previous revision gets back while stable is under suspicion.
CHALLENGE_WEIGHT = 50

OPERATOR = "operator"

#: Figures over so many exchanges are good enough, however many older ones there are.
_TELLING_EXCHANGES = 200


def become_first(turn: Turn, wanted: Wanted) -> Turn:
    """A route without a stable revision serves its first one at once: there is nothing to fall back to."""
    note = Note(
        "Normal",
        "RolloutCompleted",
        "Promote",
        f"revision {wanted.revision} is the first of this route and serves at once",
        wanted.revision,
    )
    return turn.become(
        note,
        finished="Promoted",
        phase=Phase.IDLE,
        stable=Pointer(wanted.revision, wanted.hash, turn.now),
        candidate=None,
        previous=None,
        started=turn.now,
        progressed=turn.now,
        **_UNHINDERED,
    )


def wait(turn: Turn) -> Turn:
    """A new revision is there and may not start yet."""
    if turn.state.phase is Phase.WAITING:
        return turn
    return turn.become(phase=Phase.WAITING, started=turn.now, progressed=turn.now, candidate=None, **_UNHINDERED)


def begin(turn: Turn, wanted: Wanted) -> Turn:
    """The new revision becomes the candidate, without traffic at first."""
    stable = turn.state.stable
    against = f", against revision {stable.revision}" if stable is not None else ""
    steps = ", ".join(f"{step.weight} %" for step in turn.steps)
    plan = f"steps {steps}, 100 %" if steps else "all of the traffic as soon as the routers hold it"
    note = Note("Normal", "RolloutStarted", "Start", f"revision {wanted.revision}{against}: {plan}", wanted.revision)
    return turn.become(
        note,
        phase=Phase.PROGRAMMING,
        phase_since=turn.now,
        candidate=Candidate(wanted.revision, wanted.hash, 0, 0, turn.now),
        started=turn.now,
        progressed=turn.now,
        baseline=_figures_of_stable(turn) or turn.state.baseline,
        **_UNHINDERED,
    )


def set_step(turn: Turn, candidate: Candidate, step: int, weight: int) -> Turn:
    """The candidate gets the weight of a step; it counts once the routers hold it."""
    return turn.become(
        phase=Phase.PROGRAMMING,
        phase_since=turn.now,
        candidate=Candidate(candidate.revision, candidate.hash, weight, step, turn.now),
        progressed=turn.now,
        **_GOING,
    )


def watch(turn: Turn, candidate: Candidate) -> Turn:
    """Every ready router holds the weight of the step: from here on the hold counts."""
    ready = turn.seen.routers.ready
    message = f"revision {candidate.revision}: {candidate.weight} % on {ready}/{ready} routers"
    note = Note("Normal", "WeightUpdated", "SetWeight", message, candidate.revision)
    return turn.become(note, phase=Phase.STEPPING, progressed=turn.now)


def promote(turn: Turn, candidate: Candidate, why: str) -> Turn:
    """The candidate becomes stable and is watched; what finished its own bake last is what it falls back to."""
    state = turn.state
    message = f"revision {candidate.revision}: {candidate.weight}→100 %, {why}"
    note = Note("Normal", "WeightUpdated", "Promote", message, candidate.revision)
    return turn.become(
        note,
        phase=Phase.BAKING,
        stable=Pointer(candidate.revision, candidate.hash, turn.now),
        candidate=None,
        previous=state.previous or state.stable,
        progressed=turn.now,
        rejected=tuple(each for each in state.rejected if each != candidate.hash),
        baseline=_better_known(_figures_of_stable(turn), state.baseline),
        **_GOING,
    )


def complete(turn: Turn, why: str) -> Turn:
    """The bake is over: the promoted revision is trusted, and nothing is kept to fall back to."""
    stable = turn.state.stable
    number = stable.revision if stable is not None else 0
    note = Note("Normal", "RolloutCompleted", "Complete", f"revision {number} serves everybody: {why}", number)
    request = turn.state.last_request
    by_hand = (
        request is not None
        and request.verb == "promote"
        and request.at >= turn.state.started
        and not request.was_refused
    )
    return turn.become(
        note,
        finished="FastPromoted" if by_hand else "Promoted",
        phase=Phase.IDLE,
        candidate=None,
        previous=None,
        baseline=None,
        **_UNHINDERED,
    )


def supersede(turn: Turn, by: str) -> Turn:
    """The spec asks for something else: the candidate is given up, and nothing is held against it."""
    candidate = turn.state.candidate
    number = candidate.revision if candidate is not None else None
    what = f"revision {number}" if number is not None else "what waited"
    note = Note("Normal", "RolloutSuperseded", "Supersede", f"{what} is given up: {by}", number)
    return settle(turn.become(note, finished="Superseded"))


def settle(turn: Turn) -> Turn:
    """Nothing is on trial any more; a promoted revision that did not finish its bake goes on with it."""
    if turn.state.previous is not None:
        return turn.become(phase=Phase.BAKING, candidate=None, **_UNHINDERED)
    return turn.become(phase=Phase.IDLE, candidate=None, baseline=None, **_UNHINDERED)


def fall_back(turn: Turn, reason: str, evidence: str, *, cause: str) -> Turn:
    """The candidate failed: stable serves everybody, and the candidate's hash is refused from now on.

    ``cause`` says how the trial ended, for people.
    """
    state = turn.state
    stable = state.stable
    to = stable.revision if stable is not None else 0
    number, content = _accused(turn)
    record = RollbackRecord(number, to, reason, turn.now, OPERATOR, evidence)
    notes = _rolled_back(record, cause)
    finished = "RolledBack" if reason in ANALYSED else "Aborted"
    return settle(turn).become(
        *notes, finished=finished, rejected=_rejecting(state.rejected, content), last_rollback=record
    )


def return_to(turn: Turn, target: Pointer, record: RollbackRecord, *notes: Note, finished: str) -> Turn:
    """Stable moves to a revision that served before; nothing is on trial and nothing is baked."""
    return turn.become(
        *notes,
        finished=finished,
        phase=Phase.IDLE,
        stable=Pointer(target.revision, target.hash, turn.now),
        candidate=None,
        previous=None,
        rejected=tuple(each for each in turn.state.rejected if each != target.hash),
        baseline=None,
        last_rollback=record,
        progressed=turn.now,
        **_UNHINDERED,
    )


def challenge(turn: Turn, suspicion: Suspicion) -> Turn:
    """Half of the traffic goes back to the previous revision, so that both can be compared.

    What is suspected counts as the baseline from here on: unless it is proven, only worse is suspected again.
    """
    state = turn.state
    if state.previous is None or state.stable is None:
        return turn
    message = (
        f"revision {state.stable.revision} is under suspicion: {suspicion.words}; revision {state.previous.revision} "
        f"gets {CHALLENGE_WEIGHT} % to compare"
    )
    note = Note("Warning", "ChallengeStarted", "Challenge", message, state.stable.revision)
    previous = state.previous
    return turn.become(
        note,
        phase=Phase.CHALLENGING,
        candidate=Candidate(previous.revision, previous.hash, CHALLENGE_WEIGHT, 0, turn.now),
        baseline=raised(state.baseline, suspicion.rate),
        **_GOING,
    )


def end_challenge(turn: Turn, seen: Rate | None, why: str) -> Turn:
    """The promoted revision is no worse, or nobody can tell: its bake goes on."""
    state = turn.state
    number = state.stable.revision if state.stable is not None else None
    note = Note("Normal", "ChallengeEnded", "Challenge", f"revision {number} stays: {why}", number)
    return turn.become(note, phase=Phase.BAKING, candidate=None, baseline=raised(state.baseline, seen), **_GOING)


def lose_challenge(turn: Turn, failure: Failure) -> Turn:
    """The promoted revision is worse than the previous one, which serves again."""
    state = turn.state
    if state.previous is None or state.stable is None:
        return turn
    failed, target = state.stable, state.previous
    record = RollbackRecord(
        failed.revision,
        target.revision,
        failure.reason,
        turn.now,
        OPERATOR,
        f"{failure.words} after its promotion{failure.classes}",
    )
    notes = _rolled_back(record, "the challenge proved it")
    moved = return_to(turn, target, record, *notes, finished="RolledBack")
    return moved.become(rejected=_rejecting(moved.state.rejected, failed.hash))


_GOING: dict[str, Any] = {"obstacle": None, "obstacle_since": 0.0}
_UNHINDERED: dict[str, Any] = {**_GOING, "paused_by": None}


def _accused(turn: Turn) -> tuple[int, str]:
    """Return number and hash of what fails: the candidate, or what waits to become one."""
    candidate, wanted = turn.state.candidate, turn.seen.wanted
    if candidate is not None:
        return candidate.revision, candidate.hash
    return (wanted.revision, wanted.hash) if wanted is not None else (0, "")


def _rejecting(rejected: tuple[str, ...], content: str) -> tuple[str, ...]:
    kept = tuple(each for each in rejected if each != content)
    return (*kept, content)[-MAX_REJECTED:] if content else kept


def _rolled_back(record: RollbackRecord, cause: str) -> tuple[Note, ...]:
    move = f"revision {record.from_revision}→{record.to_revision}"
    failed = Note("Warning", "AnalysisFailed", "Analyse", record.evidence, record.from_revision)
    triggered = Note(
        "Warning",
        "RollbackTriggered",
        "RollBack",
        f"{move}: {record.evidence or cause} ({record.reason})",
        record.from_revision,
    )
    done = Note("Normal", "RolledBack", "RollBack", f"{move}: {cause}", record.to_revision)
    return (failed, triggered, done) if record.reason in ANALYSED else (triggered, done)


def _figures_of_stable(turn: Turn) -> Rate | None:
    series = turn.series
    return None if series is None else rate_of(stretch(series).stable)


def _better_known(last: Rate | None, before: Rate | None) -> Rate | None:
    """Return the figures of the last step, unless they say little and older ones say more."""
    if last is None or (before is not None and last.exchanges < min(before.exchanges, _TELLING_EXCHANGES)):
        return before
    return last
