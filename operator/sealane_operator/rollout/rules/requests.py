"""Requests by hand: each is carried out once or refused, and recorded with what came of it."""

from collections.abc import Callable

from sealane_operator.rollout.model import (
    MANUAL,
    ManualRequest,
    Note,
    Phase,
    Pointer,
    RequestRecord,
    RevisionFacts,
    RollbackRecord,
)
from sealane_operator.rollout.phases import begin, complete, promote, return_to, settle
from sealane_operator.rollout.rules.advancing import go_on
from sealane_operator.rollout.turn import TRIAL, Turn

_MAX_USER = 240


class _Refused(Exception):
    """The request cannot be carried out; the text says why and what to do instead."""


class _Later(Exception):
    """The request is carried out as soon as the routers follow; until then it stays open."""


def obey(turn: Turn) -> Turn:
    """Carry out what is asked by hand, once."""
    request, last = turn.seen.request, turn.state.last_request
    if request is None or (last is not None and last.id == request.id):
        return turn
    verb = _VERBS.get(request.verb)
    try:
        if verb is None:
            raise _Refused(f"{request.verb[:32]!r} is not known; use one of {', '.join(_VERBS)}")
        moved, outcome = verb(turn, request)
    except _Later:
        return turn
    except _Refused as refusal:
        note = Note("Warning", "RequestRefused", "Refuse", f"{request.verb} by {user_of(request)}: {refusal}")
        moved, outcome = turn.become(note), f"refused: {refusal}"
    record = RequestRecord(request.id, request.verb, user_of(request), turn.now, outcome)
    return moved.become(last_request=record)


def user_of(request: ManualRequest) -> str:
    """Return who asks, and whether anybody made sure of it."""
    user = request.user[:_MAX_USER]
    return user if request.verified else f"{user} (unverified)"


def _promote(turn: Turn, request: ManualRequest) -> tuple[Turn, str]:
    full, user = "full" in request.arguments, user_of(request)
    phase, wanted, candidate = turn.state.phase, turn.seen.wanted, turn.trial
    before = turn.before.candidate if turn.before.phase in TRIAL else None
    if before is not None and wanted is not None and wanted.hash != before.hash:
        # It may have been asked for the one before, and waited for the routers since.
        raise _Refused(f"the spec asks for revision {wanted.revision} since; see what it is and ask again")
    if phase in TRIAL | {Phase.WAITING} and turn.seen.suspended:
        raise _Refused("spec.suspend is true; set it to false first")
    if phase is Phase.WAITING and wanted is not None:
        if not turn.is_stable_programmed:
            raise _Refused("not every ready router holds the stable revision yet; ask again when they do")
        rest = "; ask again to promote it all the way" if full else ""
        return begin(turn, wanted), f"started revision {wanted.revision} without waiting for a window{rest}"
    if candidate is not None and wanted is None:
        raise _Refused(f"the spec cannot be served any more; correct it, or abort: {turn.seen.why_not_wanted}")
    if candidate is not None:
        if not turn.is_programmed:
            raise _Later
        turn = turn.become(paused_by=None if full else turn.state.paused_by)
        moved = promote(turn, candidate, f"by {user}") if full else go_on(turn, candidate, f"by {user}")
        if moved.state.candidate is None:
            return moved, f"promoted revision {candidate.revision}"
        return moved, f"revision {candidate.revision} goes to {moved.state.candidate.weight} %"
    if phase is Phase.BAKING and turn.state.stable is not None:
        return complete(turn, f"{user} ended its bake"), f"ended the bake of revision {turn.state.stable.revision}"
    if phase is Phase.CHALLENGING:
        raise _Refused("the promoted revision is under suspicion and is compared now; wait, or use undo")
    if turn.given_up is not None:
        raise _Refused(f"revision {turn.given_up.revision} was given up; use retry to start it again")
    raise _Refused("nothing to promote: the spec asks for no other revision than the one that serves")


def _pause(turn: Turn, request: ManualRequest) -> tuple[Turn, str]:
    state, user = turn.state, user_of(request)
    if state.phase is Phase.IDLE:
        raise _Refused("nothing to pause: no rollout is under way; spec.suspend: true keeps the next one from starting")
    if state.paused_by is not None:
        return turn, f"paused already, by {state.paused_by}"
    note = Note("Normal", "RolloutPaused", "Pause", f"by {user}; kubectl sealane resume goes on", _number(turn))
    return turn.become(note, paused_by=user), "paused; what fails is still rolled back"


def _resume(turn: Turn, request: ManualRequest) -> tuple[Turn, str]:
    if turn.state.paused_by is None:
        raise _Refused("nothing is paused")
    note = Note("Normal", "RolloutResumed", "Resume", f"by {user_of(request)}", _number(turn))
    return turn.become(note, paused_by=None), "goes on"


def _abort(turn: Turn, request: ManualRequest) -> tuple[Turn, str]:
    state, stable, candidate, wanted = turn.state, turn.state.stable, turn.trial, turn.seen.wanted
    if state.phase in {Phase.BAKING, Phase.CHALLENGING} and stable is not None:
        raise _Refused(f"revision {stable.revision} is promoted already; use undo to go back to the one before it")
    if stable is None or (candidate is None and state.phase is not Phase.WAITING):
        raise _Refused("nothing to abort: no rollout is under way")
    number, content = _given(turn)
    record = RollbackRecord(number, stable.revision, MANUAL, turn.now, user_of(request), request.verb + _where(turn))
    notes = _by_hand(record, request.verb)
    held = wanted.hash if wanted is not None else content
    moved = settle(turn).become(*notes, finished="Aborted", held=held, last_rollback=record)
    return moved, f"gave up revision {number}; revision {stable.revision} serves everybody"


def _retry(turn: Turn, _request: ManualRequest) -> tuple[Turn, str]:
    wanted, given_up = turn.seen.wanted, turn.given_up
    if wanted is None:
        raise _Refused(f"the spec cannot be served: {turn.seen.why_not_wanted}")
    if given_up is None:
        raise _Refused("nothing to retry: what the spec asks for was not given up")
    rejected = tuple(each for each in turn.state.rejected if each != wanted.hash)
    return turn.become(rejected=rejected, held=None), f"revision {wanted.revision} may start again"


def _undo(turn: Turn, request: ManualRequest) -> tuple[Turn, str]:
    stable, wanted = turn.state.stable, turn.seen.wanted
    if stable is None:
        raise _Refused("nothing serves yet, so there is nothing to go back from")
    if not request.arguments and turn.state.phase in TRIAL | {Phase.WAITING}:
        return _abort(turn, request)  # the one before what is on trial serves already
    target = _named(turn, request.arguments[0]) if request.arguments else _before(turn)
    if target.revision == stable.revision:
        raise _Refused(f"revision {target.revision} serves already; abort gives up what is on trial")
    record = RollbackRecord(stable.revision, target.revision, MANUAL, turn.now, user_of(request), "undo")
    notes = _by_hand(record, request.verb)
    held = wanted.hash if wanted is not None and wanted.hash != target.hash else None
    moved = return_to(turn, target, record, *notes, finished="FastRolledBack")
    words = " until the spec changes, or retry" if held is not None else ""
    return moved.become(held=held), f"revision {target.revision} serves everybody{words}"


_VERBS: dict[str, Callable[[Turn, ManualRequest], tuple[Turn, str]]] = {
    "promote": _promote,
    "pause": _pause,
    "resume": _resume,
    "abort": _abort,
    "retry": _retry,
    "undo": _undo,
}


def _named(turn: Turn, argument: str) -> Pointer:
    facts = turn.seen.revisions.get(int(argument)) if argument.isascii() and argument.isdigit() else None
    if facts is None:
        raise _Refused(f"there is no revision {argument[:32]}; kubectl sealane history lists them")
    return Pointer(facts.number, facts.hash, turn.now)


def _before(turn: Turn) -> Pointer:
    """Return what served before stable: what its bake falls back to, else what was promoted last before it.

    What served and was given up is never gone back to unless somebody names it: two undos go back twice.
    """
    state = turn.state
    if state.previous is not None:
        return state.previous
    given_up = {*state.rejected, state.held}
    served = [
        each
        for each in turn.seen.revisions.values()
        if each.promoted_at is not None and each.hash not in given_up and _differs(each, state.stable)
    ]
    last = max(served, key=lambda each: (each.promoted_at or 0.0, each.number), default=None)
    if last is None:
        raise _Refused("no other revision is known to have served; name one with --to-revision")
    return Pointer(last.number, last.hash, turn.now)


def _differs(facts: RevisionFacts, stable: Pointer | None) -> bool:
    return stable is None or (facts.number != stable.revision and facts.hash != stable.hash)


def _given(turn: Turn) -> tuple[int, str]:
    """Return number and hash of what is given up."""
    candidate, wanted = turn.trial, turn.seen.wanted
    if candidate is not None:
        return candidate.revision, candidate.hash
    return (wanted.revision, wanted.hash) if wanted is not None else (0, "")


def _where(turn: Turn) -> str:
    candidate = turn.trial
    return f" at {candidate.weight} %" if candidate is not None else " before it started"


def _number(turn: Turn) -> int | None:
    return _given(turn)[0] or None


def _by_hand(record: RollbackRecord, verb: str) -> tuple[Note, Note]:
    move = f"revision {record.from_revision}→{record.to_revision}"
    asked = Note(
        "Normal", "ManualRollbackRequested", "RollBack", f"{move}: {verb} by {record.by}", record.from_revision
    )
    return asked, Note("Normal", "RolledBack", "RollBack", f"{move}: {verb} by {record.by}", record.to_revision)
