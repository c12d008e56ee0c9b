"""``kubectl sealane history``: the revisions of a route, newest first."""

from collections.abc import Sequence

from sealane_cli.cluster.routes import Routes
from sealane_kube.raw import Raw, text_at
from sealane_operator.judgement.revisions import history_of
from sealane_operator.rollout.model import RevisionFacts

from .screen import Cell, Colour, Screen, age, listing
from .view import RouteView, view_of

_HEAD = ("REV", "STATE", "HASH", "REQUESTED-BY", "PROMOTED", "AGE")

#: Digits of a hash; all 64 with ``-o wide``.
_SHORT = 12

_STATES = {"Stable": Colour.GOOD, "Candidate": Colour.HELD, "Rejected": Colour.BAD}


async def show_history(routes: Routes, screen: Screen, name: str, *, form: str) -> int:
    """Print the revisions that are this very route's; returns the exit code."""
    view = view_of(await routes.get(name))
    found = await routes.revisions(view.name)
    facts = newest_first(found, view)
    if form in {"json", "yaml"}:
        own = {each.name for each in facts}
        screen.document(listing([item for item in found if text_at(item, "metadata", "name") in own]), form)
        return 0
    if not facts:
        screen.say(f"{view.title} has no revisions yet; why: kubectl sealane why {view.name}")
        return 0
    screen.table(_HEAD, [_row(each, view, screen.now(), wide=form == "wide") for each in facts])
    return 0


def newest_first(found: Sequence[Raw], view: RouteView) -> list[RevisionFacts]:
    """Return what belongs to the route, by falling number; foreign and forged revisions are left out."""
    own = history_of(found, view.name, view.uid).own
    return [own[number] for number in sorted(own, reverse=True)]


def _row(facts: RevisionFacts, view: RouteView, now: float, *, wide: bool) -> list[Cell]:
    state = facts.state.value if facts.state is not None else "-"
    return [
        Cell(f"{facts.number}{_marker(facts.number, view)}"),
        Cell(state, _STATES.get(state, Colour.PLAIN)),
        Cell(facts.hash if wide else facts.hash[:_SHORT]),
        Cell(facts.requested_by or "-"),
        Cell(age(now - facts.promoted_at) if facts.promoted_at else "-"),
        Cell(age(now - facts.created)),
    ]


def _marker(number: int, view: RouteView) -> str:
    """What the status points at; it may be ahead of the label."""
    stable, candidate = view.status.stable, view.status.candidate
    if stable is not None and stable.revision == number:
        return " *"
    return " ?" if candidate is not None and candidate.revision == number else ""
