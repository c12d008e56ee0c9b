"""A state that cannot be: written by hand, by another version, half restored, or by a clock that was wrong.

Nothing is refused and nothing raises: what contradicts itself is given up, and the rollout goes on from there.
"""

from dataclasses import replace
from typing import Any

from sealane_operator.rollout.model import Candidate, Phase, Pointer
from sealane_operator.rollout.turn import TRIAL, WATCHED, Turn

_TIMES = ("phase_since", "started", "progressed")


def mend(turn: Turn) -> Turn:
    """Return the turn with a state that makes sense."""
    for rule in (_times, _stable, _previous, _candidate, _phase, _weight):
        turn = rule(turn)
    return turn


def _times(turn: Turn) -> Turn:
    """What lies ahead was written by a clock that was ahead, and what is lost is unknown: both count from now."""
    state, now = turn.state, turn.now
    wrong: dict[str, Any] = {name: now for name in _TIMES if getattr(state, name) > now}
    if state.phase is not Phase.IDLE:
        wrong |= {name: now for name in _TIMES if not getattr(state, name)}
    if state.obstacle_since > now:
        turn = turn.become(obstacle_since=now)
    if state.stable is not None and state.stable.since > now:
        turn = turn.become(stable=replace(state.stable, since=now))
    if state.candidate is not None and state.candidate.since > now:
        turn = turn.become(candidate=replace(state.candidate, since=now))
    return turn.become(**wrong) if wrong else turn


def _stable(turn: Turn) -> Turn:
    """A pointer to what is not there goes to the revision that holds the same, if there is one.

    So it is after a backup: the route has a new UID, and the revisions of before belong to another.
    """
    stable, wanted = turn.state.stable, turn.seen.wanted
    if stable is None or wanted is None or wanted.hash != stable.hash:
        return turn
    there = stable.revision in turn.seen.revisions or wanted.revision not in turn.seen.revisions
    return turn if there else turn.become(stable=replace(stable, revision=wanted.revision))


def _previous(turn: Turn) -> Turn:
    """There is something to fall back to only while it exists and differs from stable, and only until the bake ends."""
    state = turn.state
    previous, stable = state.previous, state.stable
    if previous is None:
        return turn
    pruned = bool(turn.seen.revisions) and not _exists(turn, previous)
    same = stable is None or previous.hash == stable.hash
    at_rest = state.phase in {Phase.IDLE, Phase.WAITING}
    return turn.become(previous=None) if pruned or same or at_rest else turn


def _candidate(turn: Turn) -> Turn:
    """A candidate is on trial against another revision, and it exists."""
    state = turn.state
    candidate, stable = state.candidate, state.stable
    if candidate is None:
        return turn
    pruned = bool(turn.seen.revisions) and not _exists(turn, candidate)
    idle = state.phase not in TRIAL and state.phase is not Phase.CHALLENGING
    if pruned or idle or stable is None or candidate.hash == stable.hash:
        return turn.become(candidate=None)
    return turn


def _phase(turn: Turn) -> Turn:
    """Each phase has the pointers that it speaks of."""
    state = turn.state
    rest = Phase.IDLE if state.previous is None or state.stable is None else Phase.BAKING
    if state.phase in TRIAL and state.candidate is None:
        return turn.become(phase=rest)
    if state.phase is Phase.CHALLENGING:
        candidate, previous = state.candidate, state.previous
        if candidate is None or previous is None or candidate.hash != previous.hash:
            return turn.become(phase=rest, candidate=None)
    if state.phase in WATCHED and state.stable is None:
        return turn.become(phase=Phase.IDLE, candidate=None)
    if state.phase is Phase.IDLE and (state.obstacle is not None or state.paused_by is not None):
        return turn.become(obstacle=None, paused_by=None)
    return turn


def _weight(turn: Turn) -> Turn:
    """The policy is read live: a weight above its step's is lowered at once, which waits for nobody."""
    state, steps, candidate = turn.state, turn.steps, turn.trial
    if candidate is None or (not steps and candidate.step > 0):
        return turn  # without steps, the promotion comes next
    step = min(candidate.step, len(steps))
    allowed = steps[step - 1].weight if step > 0 else 0
    if step == candidate.step and candidate.weight <= allowed:
        return turn
    lowered = replace(candidate, step=step, weight=min(candidate.weight, allowed), since=turn.now)
    phase = Phase.PROGRAMMING if lowered.weight != candidate.weight else state.phase
    return turn.become(phase=phase, candidate=lowered)


def _exists(turn: Turn, pointer: Pointer | Candidate) -> bool:
    wanted = turn.seen.wanted
    return pointer.revision in turn.seen.revisions or (wanted is not None and wanted.revision == pointer.revision)
