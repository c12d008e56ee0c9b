"""``promote``, ``pause``, ``resume``, ``abort``, ``retry``, ``undo``: one annotation, carried out by the operator once.

Two people may ask at once. Each writes on the copy that they read, so the second one reads again and then finds the
first one's request: one that is not carried out yet is never replaced unless ``force`` says so.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from sealane_api.request import Request, Verb
from sealane_cli.cluster.failures import CommandFailed
from sealane_cli.cluster.routes import Routes
from sealane_kube.errors import Conflict, KubeError
from sealane_kube.raw import Raw
from sealane_operator.judgement.requests import request_text
from sealane_operator.rollout.model import Phase
from sealane_operator.rollout.turn import TRIAL

from .outcome import Code
from .screen import Colour, Screen, age
from .status import LOOK_SECONDS, next_look
from .view import RouteView, view_of

#: Attempts to write on a route that the operator keeps writing on.
MAX_ATTEMPTS = 5

#: How an outcome begins when the operator did not do it.
REFUSED = "refused: "


@dataclass(frozen=True, slots=True)
class Asked:
    """What was typed: ``dry_run`` is ``""``, ``client`` or ``server``; ``wait`` is seconds, 0 for not at all."""

    verb: Verb
    arguments: tuple[str, ...] = ()
    dry_run: str = ""
    wait: float = 0.0
    force: bool = False


def new_id() -> str:
    """Return an id that nobody had before: 80 random bits."""
    return secrets.token_hex(10)


async def send_request(
    routes: Routes, screen: Screen, name: str, asked: Asked, make_id: Callable[[], str] = new_id
) -> int:
    """Write a request, and wait for its outcome if that is asked for; returns the exit code, a :class:`Code`."""
    user = await routes.whoami()
    view = view_of(await routes.get(name))
    request = Request(user, asked.verb, asked.arguments, make_id(), screen.now())
    text = _text(request)
    screen.say(f"{view.title}: {announcement(view, asked)}")
    if asked.dry_run == "client":
        _check_free(view, asked)
        screen.say(f"{view.title}: {asked.verb} would be requested as {user} (client dry run)")
        return Code.DONE
    written = await _write(routes, view, text, asked)
    if asked.dry_run:
        screen.say(f"{view.title}: {asked.verb} would be requested as {user} (server dry run)")
        return Code.DONE
    screen.say(f"{view.title}: {asked.verb} requested as {user}, id {request.id}")
    if not asked.wait:
        screen.say(f"{view.title}: the operator may refuse it; what became of it: kubectl sealane why {view.name}")
        return Code.DONE
    return await _outcome(routes, screen, view_of(written), request, asked.wait)


def announcement(view: RouteView, asked: Asked) -> str:
    """Say what the operator will do, judging by the route as it is now."""
    stable, candidate = view.status.stable, view.status.candidate
    serving = f"revision {stable.revision}" if stable is not None else "no revision"
    on_trial = candidate is not None and view.phase in TRIAL
    trial = f"revision {candidate.revision} ({candidate.weight} %)" if candidate is not None else ""
    match asked.verb:
        case Verb.ABORT | Verb.UNDO if on_trial and not asked.arguments:
            return f"{asked.verb} gives {trial} up at once; {serving} serves everybody, until the spec changes or retry"
        case Verb.UNDO:
            return f"undo goes back from {serving} to {_target(view, asked)} at once, until the spec changes or retry"
        case Verb.PROMOTE if on_trial and asked.arguments:
            return f"promote --full lets {trial} serve everybody, without further steps"
        case Verb.PROMOTE if on_trial:
            return f"promote takes {trial} to its next step, without waiting for the verdict"
        case Verb.PROMOTE if view.phase is Phase.WAITING:
            return "promote starts what waits now, without a maintenance window"
        case Verb.PROMOTE if view.phase is Phase.BAKING:
            return f"promote ends the bake of {serving}; nothing is kept to fall back to"
        case Verb.PAUSE if on_trial:
            return f"pause keeps {trial} where it is; a failing check still rolls it back"
        case Verb.RETRY:
            return "retry lets what was rolled back or given up start again"
        case Verb.RESUME:
            return "resume goes on from where the rollout was paused"
        case _:
            return f"{asked.verb}: {serving} serves, {view.phase}; the operator decides"


def _target(view: RouteView, asked: Asked) -> str:
    if asked.arguments:
        return f"revision {asked.arguments[0]}"
    previous = view.status.rollout.previous if view.status.rollout is not None else None
    return f"revision {previous.revision}" if previous is not None else "the revision that served before"


async def _write(routes: Routes, view: RouteView, text: str, asked: Asked) -> Raw:
    """Write the request on the newest copy. Raises CommandFailed when another one waits, or the API refuses."""
    for _ in range(MAX_ATTEMPTS):
        _check_free(view, asked)
        try:
            return await routes.annotate(view.raw, text, dry_run=asked.dry_run == "server")
        except Conflict:
            view = view_of(await routes.get(view.name))
        except KubeError as error:
            raise routes.explain(error) from error
    raise CommandFailed(f"{view.title} changed with each of {MAX_ATTEMPTS} attempts to write; try again", passing=True)


def _check_free(view: RouteView, asked: Asked) -> None:
    waiting = view.pending
    if waiting is None or asked.force:
        return
    raise CommandFailed(
        f"{view.title} has a request that is not carried out yet: {' '.join((waiting.verb, *waiting.arguments))} by "
        f"{waiting.user} ({waiting.id}); wait for it, or replace it with --force"
    )


def _text(request: Request) -> str:
    try:
        return request.text()
    except ValueError as error:
        raise CommandFailed(f"a request of the user {request.user!r} cannot be written: {error}") from error


async def _outcome(routes: Routes, screen: Screen, view: RouteView, request: Request, limit: float) -> int:
    """Print what the operator made of the request; returns the exit code."""
    ends = screen.monotonic() + limit
    while True:
        last = view.status.last_request
        if last is not None and last.id == request.id:
            refused = (last.outcome or "").startswith(REFUSED)
            text = f"{view.title}: {request.verb} {last.outcome or 'done'}"
            screen.say(text, Colour.BAD if refused else Colour.GOOD)
            return Code.GIVEN_UP if refused else Code.DONE
        if request_text(view.raw) != request.text():
            screen.say(
                f"{view.title}: another request took the place of {request.verb} before its outcome was seen; "
                f"what happened: kubectl sealane why {view.name}",
                Colour.BAD,
            )
            return Code.GIVEN_UP
        left = ends - screen.monotonic()
        if left <= 0:
            screen.say(
                f"{view.title}: {request.verb} is not carried out within {age(limit)}; it stays asked for, and why it "
                f"waits says: kubectl sealane why {view.name}",
                Colour.HELD,
            )
            return Code.TIMEOUT
        await screen.sleep(min(LOOK_SECONDS, left))
        view = await next_look(routes, view)
