"""Why a rollout does not go on: the first of what stands in its way."""

from sealane_operator.rollout.analysis.comparison import Verdict
from sealane_operator.rollout.model import Phase, Routers
from sealane_operator.rollout.turn import Turn
from sealane_operator.rollout.windows.openings import is_open

SUSPENDED = "Suspended"
PAUSED = "Paused"
SPEC_REFUSED = "SpecRefused"
WINDOW = "WaitingForWindow"
UNREACHABLE = "RouterUnreachable"
LAGGING = "RouterLagging"
UNPROGRAMMED = "StableNotProgrammed"
_NO_DATA = Verdict.NO_DATA.value

#: While one of these stands, time does not count toward the deadline.
PATIENT = frozenset({SUSPENDED, PAUSED, WINDOW, UNREACHABLE, _NO_DATA})

#: Verdicts that hold a step whose time is over.
HELD = frozenset({_NO_DATA, Verdict.INCONCLUSIVE.value})

#: A ready router that does not follow for so many seconds holds the rollout.
LAG_SECONDS = 120.0

#: So many seconds into a phase routers may be silent: they were told just now, or the operator has just begun.
_GRACE_SECONDS = 10.0


def laggards(routers: Routers) -> tuple[str, ...]:
    """Return the routers that have been behind for too long, by name."""
    return tuple(sorted(name for name, seconds in routers.lagging.items() if seconds >= LAG_SECONDS))


def obstacle_of(turn: Turn) -> str | None:
    """Return the reason of the condition Progressing that keeps it from going on; None when nothing does."""
    phase = turn.state.phase
    if phase in {Phase.IDLE, Phase.CHALLENGING}:
        return None
    if turn.seen.suspended:
        return SUSPENDED
    if turn.state.paused_by is not None:
        return PAUSED
    if phase is Phase.WAITING:
        return _before_start(turn)
    if phase is Phase.BAKING:
        return None
    if turn.seen.wanted is None:
        return SPEC_REFUSED
    return _among_routers(turn) or (_in_figures(turn) if phase is Phase.STEPPING else None)


def _before_start(turn: Turn) -> str | None:
    if not is_open(turn.seen.policy.windows, turn.now):
        return WINDOW
    routers = turn.seen.routers
    if routers.ready == 0:
        return UNREACHABLE
    return LAGGING if laggards(routers) else UNPROGRAMMED


def _among_routers(turn: Turn) -> str | None:
    routers = turn.seen.routers
    if turn.is_programmed:
        return None
    if laggards(routers):
        return LAGGING
    if routers.ready > 0 or not _is_settled(turn):
        return None
    # An operator that begins has heard of nobody yet: that is no news of a rollout that waits for traffic.
    return _NO_DATA if turn.state.obstacle == _NO_DATA else UNREACHABLE


def _in_figures(turn: Turn) -> str | None:
    if turn.seen.series.sources == 0 and turn.seen.routers.ready > 0 and _is_settled(turn):
        return Verdict.UNAVAILABLE.value
    if turn.now < turn.hold_ends or turn.seen.series.sources == 0:
        return None
    verdict = turn.analysis().verdict
    return verdict.value if verdict.value in HELD else None


def _is_settled(turn: Turn) -> bool:
    return turn.now - turn.state.phase_since >= _GRACE_SECONDS
