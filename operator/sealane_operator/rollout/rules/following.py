"""The spec is intent: what it asks for starts, and what it does not ask for any more ends."""

from sealane_operator.rollout.model import MANUAL, Note, Phase, RollbackRecord, Wanted
from sealane_operator.rollout.phases import become_first, begin, return_to, settle, supersede, wait
from sealane_operator.rollout.turn import WATCHED, Turn
from sealane_operator.rollout.windows.openings import is_open


def follow(turn: Turn) -> Turn:
    """Bring the rollout in line with what the spec asks for now."""
    wanted, waits = turn.seen.wanted, turn.state.phase is Phase.WAITING
    if wanted is None:
        return settle(turn) if waits else turn
    if turn.state.held not in {None, wanted.hash}:
        turn = turn.become(held=None)
    trial = turn.trial
    if trial is not None and trial.hash != wanted.hash:
        turn = supersede(turn, f"the spec asks for revision {wanted.revision}")
    elif trial is not None:
        return turn
    if turn.given_up is not None:
        return settle(turn) if waits else turn
    stable, previous = turn.state.stable, turn.state.previous
    if stable is None:
        return turn if turn.seen.suspended else become_first(turn, wanted)
    if stable.hash == wanted.hash:
        return supersede(turn, f"the spec returned to revision {stable.revision}") if waits else turn
    if previous is not None and previous.hash == wanted.hash and turn.state.phase in WATCHED:
        return _return(turn, wanted)
    return _start(turn, wanted)


def _start(turn: Turn, wanted: Wanted) -> Turn:
    """Start what is wanted, or let it wait; a challenge that runs is decided first, and a bake goes on meanwhile."""
    if turn.state.phase is Phase.CHALLENGING:
        return turn
    paused = turn.state.phase is Phase.WAITING and turn.state.paused_by is not None
    may_start = not (turn.seen.suspended or paused) and is_open(turn.seen.policy.windows, turn.now)
    if may_start and turn.is_stable_programmed:
        return begin(turn, wanted)
    return wait(turn) if turn.state.phase is Phase.IDLE else turn


def _return(turn: Turn, wanted: Wanted) -> Turn:
    """The spec takes a promotion back while it bakes: what served before serves again at once, as after ``undo``."""
    stable, previous = turn.state.stable, turn.state.previous
    if stable is None or previous is None:
        return turn
    words = f"the spec returned to revision {wanted.revision} before revision {stable.revision} finished its bake"
    record = RollbackRecord(stable.revision, previous.revision, MANUAL, turn.now, "spec", words)
    move = f"revision {stable.revision}→{previous.revision}: {words}"
    note = Note("Normal", "RolledBack", "RollBack", move, previous.revision)
    return return_to(turn, previous, record, note, finished="FastRolledBack")
