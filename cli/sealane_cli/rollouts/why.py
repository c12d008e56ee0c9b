"""``kubectl sealane why``: the evidence behind a route's state, and what to do about it."""

from sealane_api.crd.status import ConditionStatus
from sealane_cli.cluster.failures import CommandFailed
from sealane_cli.cluster.routes import Routes
from sealane_kube.raw import Raw, mapping_at, text_at
from sealane_operator.judgement.times import seconds_of

from .advice import advice_on, is_as_wished
from .outcome import progress_of
from .screen import Cell, Colour, Screen, age
from .view import RouteView, view_of

#: Events that are read and shown; the operator keeps few, one for each kind of news.
MAX_EVENTS = 500
SHOWN_EVENTS = 15

_COLOURS = {"True": Colour.GOOD, "False": Colour.BAD, "Unknown": Colour.HELD}


async def show_why(routes: Routes, screen: Screen, name: str, *, form: str) -> int:
    """Print the facts of a route's rollout and what to do; returns the exit code."""
    raw = await routes.get(name)
    view = view_of(raw)
    if form in {"json", "yaml"}:
        screen.document(mapping_at(raw, "status"), form)
        return 0
    screen.say(f"{view.title}: {progress_of(view)}")
    _programmed(screen, view)
    _breakers(screen, view)
    _rollback(screen, view)
    _requests(screen, view)
    screen.say("\nConditions")
    for condition in view.status.conditions:
        _condition(screen, view, condition)
    await _events(routes, screen, view)
    return 0


def _programmed(screen: Screen, view: RouteView) -> None:
    programmed = view.status.programmed
    if programmed is not None:
        behind = programmed.ready < programmed.desired
        text = f"{programmed.ready} of {programmed.desired} routers hold the stable revision"
        screen.say(f"Routers: {text}", Colour.HELD if behind else Colour.PLAIN)


def _breakers(screen: Screen, view: RouteView) -> None:
    for provider in view.status.providers:
        breaker = provider.breaker
        if breaker.open or breaker.half_open:
            all_of_them = breaker.open + breaker.half_open + breaker.closed
            screen.say(
                f"Provider {provider.name}: its breaker is open in {breaker.open} and half-open in "
                f"{breaker.half_open} of {all_of_them} routers; ask sealane explain, or the provider's status page",
                Colour.HELD,
            )


def _rollback(screen: Screen, view: RouteView) -> None:
    rollback = view.status.last_rollback
    if rollback is None:
        return
    ago = age(screen.now() - (seconds_of(rollback.at) or 0.0))
    screen.say(f"Last rollback: {rollback.from_} → {rollback.to}, {rollback.reason}, {ago} ago by {rollback.by}")
    if rollback.evidence:
        screen.say(f"  evidence: {rollback.evidence}")
    screen.say(f"  what changed: kubectl sealane diff {view.name} {rollback.to} {rollback.from_}")


def _requests(screen: Screen, view: RouteView) -> None:
    last = view.status.last_request
    if last is not None:
        ago = age(screen.now() - (seconds_of(last.at) or 0.0))
        screen.say(f"Last request: {last.verb or '?'} by {last.by or '?'}, {ago} ago: {last.outcome or 'done'}")
    if view.pending is not None:
        ago = age(screen.now() - view.pending.at)
        screen.say(
            f"Waiting request: {view.pending.verb} by {view.pending.user}, {ago} ago; the operator has not taken it up",
            Colour.HELD,
        )


def _condition(screen: Screen, view: RouteView, condition: ConditionStatus) -> None:
    colour = Colour.PLAIN if is_as_wished(condition) else _COLOURS[condition.status]
    if condition.type in {"RolledBack", "Stalled", "Suspended"} and condition.status == "True":
        colour = Colour.BAD
    screen.say(f"  {condition.type}={condition.status} ({condition.reason}): {condition.message}", colour)
    advice = advice_on(condition, view)
    if advice:
        screen.say(f"    → {advice}")


async def _events(routes: Routes, screen: Screen, view: RouteView) -> None:
    screen.say("\nEvents")
    try:
        found = await routes.events(view.raw, MAX_EVENTS)
    except CommandFailed as failure:
        screen.say(f"  not shown: {failure}")
        return
    newest = sorted(found, key=_last_seen)[-SHOWN_EVENTS:]
    if not newest:
        screen.say("  none; Kubernetes keeps them for an hour")
        return
    screen.table(("  AGE", "TYPE", "REASON", "MESSAGE"), [_event(each, screen.now()) for each in newest])


def _event(event: Raw, now: float) -> list[Cell]:
    kind = text_at(event, "type")
    times = mapping_at(event, "series").get("count") or event.get("count") or 1
    repeated = f" ({times} times)" if times != 1 else ""
    return [
        Cell(f"  {age(now - _last_seen(event))}"),
        Cell(kind, Colour.HELD if kind == "Warning" else Colour.PLAIN),
        Cell(text_at(event, "reason")),
        Cell(" ".join(text_at(event, "message").split()) + repeated),
    ]


def _last_seen(event: Raw) -> float:
    """Return when it was last seen, since the epoch; Kubernetes has four fields for it and fills one or two."""
    times = (
        text_at(event, "series", "lastObservedTime"),
        text_at(event, "lastTimestamp"),
        text_at(event, "eventTime"),
        text_at(event, "metadata", "creationTimestamp"),
    )
    return next((seconds for text in times if (seconds := seconds_of(_whole_seconds(text))) is not None), 0.0)


def _whole_seconds(text: str) -> str:
    """``2026-11-22T23:00:00.123456Z`` → ``2026-11-22T23:00:00Z``: Events count microseconds."""
    return text.partition(".")[0] + "Z" if "." in text else text
