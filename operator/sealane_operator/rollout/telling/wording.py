"""What people are told about a rollout that stands still. No number in it changes by the second: words are written."""

from datetime import UTC, datetime

from sealane_operator.rollout.analysis.comparison import Verdict
from sealane_operator.rollout.analysis.figures import stretch
from sealane_operator.rollout.model import Phase, Routers
from sealane_operator.rollout.obstacles import (
    LAGGING,
    PAUSED,
    SPEC_REFUSED,
    SUSPENDED,
    UNPROGRAMMED,
    UNREACHABLE,
    WINDOW,
    laggards,
)
from sealane_operator.rollout.turn import Turn
from sealane_operator.rollout.windows.openings import next_opening

SUSPENDED_WORDS = "spec.suspend is true: nothing goes forward, and what fails on trial is still rolled back"

_MAX_NAMED = 5


def obstacle_words(turn: Turn, obstacle: str) -> str:
    """Return why a rollout does not go on, and what would help."""
    if obstacle == WINDOW:
        return _window_words(turn)
    if obstacle == LAGGING:
        names = names_words(laggards(turn.seen.routers))
        return f"ready routers that do not follow for 2 minutes: {names}{_problem_words(turn.seen.routers)}"
    if obstacle == SPEC_REFUSED:
        return turn.seen.why_not_wanted or "what the spec asks for now cannot be served"
    if obstacle == PAUSED:
        return f"paused by {turn.state.paused_by}: kubectl sealane resume goes on"
    if obstacle == Verdict.INCONCLUSIVE:
        return _inconclusive_words(turn)
    return _PLAIN.get(obstacle, obstacle)


def stuck_words(turn: Turn) -> str:
    """Return why a rollout made no progress, once its deadline is over."""
    routers, candidate = turn.seen.routers, turn.trial
    if turn.state.phase is Phase.STEPPING and turn.state.obstacle is not None:
        return obstacle_words(turn, turn.state.obstacle)
    if turn.state.phase is Phase.WAITING:
        held, what = routers.stable, "the stable revision"
    else:
        held, what = routers.candidate, f"revision {candidate.revision if candidate is not None else '-'}"
    behind = names_words(tuple(sorted(routers.lagging)))
    named = f", behind: {behind}" if behind else ""
    return f"{held} of {routers.ready} ready routers hold {what}{named}{_problem_words(routers)}"


def names_words(names: tuple[str, ...]) -> str:
    """Return a few names, and how many more there are."""
    rest = len(names) - _MAX_NAMED
    return ", ".join(names[:_MAX_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def time_words(seconds: float) -> str:
    """Return ``2026-11-22 23:00 UTC``."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


_PLAIN = {
    SUSPENDED: SUSPENDED_WORDS,
    UNREACHABLE: "no router is ready; it goes on when one is",
    UNPROGRAMMED: "not every ready router holds the stable revision yet; it starts when they do",
    Verdict.NO_DATA.value: "nothing to compare: no traffic, no model that both revisions claim, or an outage of both; "
    "it goes on afterwards, or with kubectl sealane promote",
    Verdict.UNAVAILABLE.value: "no router tells its figures; see whether the operator reaches their admin ports",
}


def _window_words(turn: Turn) -> str:
    opening = next_opening(turn.seen.policy.windows, turn.now)
    when = f"the next one opens at {time_words(opening)}" if opening is not None else "none opens within eight years"
    return f"outside its maintenance windows; {when}, or kubectl sealane promote starts it now"


def _inconclusive_words(turn: Turn) -> str:
    needed = turn.seen.policy.analysis.min_requests
    series = turn.series
    if series is None or stretch(series).candidate.exchanges < needed:
        return f"fewer than {needed} exchanges of the candidate so far; kubectl sealane promote goes on without them"
    return "worse figures than stable's, and not enough to call it failed; kubectl sealane promote or abort decides"


def _problem_words(routers: Routers) -> str:
    return f": {'; '.join(routers.problems[:_MAX_NAMED])}" if routers.problems else ""
