"""``kubectl sealane status``: one line a change until the rollout has ended."""

from sealane_cli.cluster.failures import CommandFailed
from sealane_cli.cluster.routes import Routes

from .outcome import Code, Outcome, outcome_of, progress_of
from .screen import Colour, Screen, age
from .view import RouteView, view_of

#: Seconds between two looks. A look is one GET, so nobody needs another permission than to get the route, and a
#: connection that died silently costs one look.
LOOK_SECONDS = 1.0

_COLOURS = {Code.DONE: Colour.GOOD, Code.GIVEN_UP: Colour.BAD, Code.TIMEOUT: Colour.HELD}


async def show_status(routes: Routes, screen: Screen, name: str, *, limit: float, promoted: bool, watch: bool) -> int:
    """Follow a rollout for at most ``limit`` seconds; returns the exit code, a :class:`Code`.

    Without ``watch`` it looks once, and a rollout under way is TIMEOUT. An API server that goes away meanwhile is
    waited for; one that is away at the first look is a failed command.
    """
    ends = screen.monotonic() + limit
    view = view_of(await routes.get(name))
    uid, said = view.uid, ""
    while True:
        outcome = outcome_of(view, promoted=promoted)
        if outcome is None and not watch:
            outcome = Outcome(Code.TIMEOUT, progress_of(view))
        if outcome is not None:
            return _end(screen, view, outcome)
        line = progress_of(view)
        if line != said:
            screen.say(f"{view.title}: {line}")
            said = line
        left = ends - screen.monotonic()
        if left <= 0:
            late = f"not ended within {age(limit)}; what it waits for: kubectl sealane why {view.name}"
            return _end(screen, view, Outcome(Code.TIMEOUT, late))
        await screen.sleep(min(LOOK_SECONDS, left))
        view = await next_look(routes, view)
        if view.uid != uid:
            return _end(screen, view, Outcome(Code.GIVEN_UP, "the route was deleted, and another one has its name"))


async def next_look(routes: Routes, last: RouteView) -> RouteView:
    """Return the route as it is now, or as it was while the API server does not answer. Raises CommandFailed."""
    try:
        return view_of(await routes.get(last.name))
    except CommandFailed as failure:
        if not failure.passing:
            raise
        return last


def _end(screen: Screen, view: RouteView, outcome: Outcome) -> int:
    screen.say(f"{view.title}: {outcome.sentence}", _COLOURS[outcome.code])
    return int(outcome.code)
