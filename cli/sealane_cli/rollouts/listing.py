"""``kubectl sealane list``: one line for each route, and with ``-w`` one more for each change."""

from collections.abc import Iterable, Sequence

from sealane_api.crd.status import ConditionType
from sealane_cli.cluster.routes import Routes
from sealane_kube.errors import KubeError, Unavailable
from sealane_kube.raw import Raw

from .screen import Cell, Colour, Screen, age, listing
from .view import RouteView, view_of

_HEAD = ("NAME", "READY", "STABLE", "CANDIDATE", "WEIGHT", "STEP", "REASON", "AGE")
_WIDE = ("PROGRAMMED", "LAST-ROLLBACK", "MESSAGE")

#: Seconds before a watch that broke off is begun again.
_REST = 2.0

_READY = {"True": Colour.GOOD, "False": Colour.BAD, "Unknown": Colour.HELD}
_PROGRESSING = {"True": Colour.PLAIN, "False": Colour.PLAIN, "Unknown": Colour.HELD}


async def show_list(routes: Routes, screen: Screen, *, everywhere: bool, form: str, watch: bool) -> int:
    """List routes; returns the exit code. With ``watch`` it goes on until it is interrupted."""
    found, version = await routes.listed(everywhere=everywhere)
    if form in {"json", "yaml"}:
        screen.document(listing(found), form)
        return 0
    if not found and not watch:
        place = "this cluster" if everywhere else f"namespace {routes.namespace}"
        screen.say(f"No routes found in {place}." + ("" if everywhere else " See all with: kubectl sealane list -A"))
        return 0
    page = _Page(screen, everywhere=everywhere, wide=form == "wide")
    page.add(found)
    while watch:
        version = await _follow(routes, screen, page, version, everywhere=everywhere)
    return 0


async def _follow(routes: Routes, screen: Screen, page: "_Page", version: str, *, everywhere: bool) -> str:
    """Print changes until the watch ends; return the version from which to go on."""
    try:
        async for kind, raw in routes.changes(version, everywhere=everywhere):
            if kind in {"ADDED", "MODIFIED"}:
                page.add([raw])
            version = str(raw["metadata"]["resourceVersion"])
    except Unavailable:
        await screen.sleep(_REST)
    except KubeError as error:
        if error.status not in {410, 429, 500, 504}:
            raise routes.explain(error) from error
        await screen.sleep(_REST)
        found, version = await routes.listed(everywhere=everywhere)
        page.add(found)
    return version


class _Page:
    """A table that grows: its columns stay where they are, and a line that says nothing new is left out."""

    def __init__(self, screen: Screen, *, everywhere: bool, wide: bool) -> None:
        self._screen = screen
        self._everywhere = everywhere
        self._wide = wide
        self._widths: Sequence[int] = ()
        self._last: dict[str, list[Cell]] = {}

    def add(self, items: Iterable[Raw]) -> None:
        """Print a line for each route that looks different now."""
        rows = []
        for view in map(view_of, items):
            cells = self._cells(view)
            if self._last.get(view.uid) != cells:
                self._last[view.uid] = cells
                rows.append([*cells, Cell(age(self._screen.now() - view.created)), *self._more(view)])
        if not rows:
            return
        head = [*(["NAMESPACE"] if self._everywhere else []), *_HEAD, *(_WIDE if self._wide else ())]
        self._widths = self._screen.table([] if self._widths else head, rows, self._widths)

    def _cells(self, view: RouteView) -> list[Cell]:
        stable, candidate = view.status.stable, view.status.candidate
        ready, progressing = view.word(ConditionType.READY), view.word(ConditionType.PROGRESSING)
        rolled_back = view.word(ConditionType.ROLLED_BACK) == "True"
        colour = Colour.BAD if rolled_back else _PROGRESSING[progressing]
        return [
            *([Cell(view.namespace)] if self._everywhere else []),
            Cell(view.name),
            Cell(ready, _READY[ready]),
            Cell(str(stable.revision) if stable else "-"),
            Cell(str(candidate.revision) if candidate else "-"),
            Cell(str(candidate.weight) if candidate else "-"),
            Cell(view.step),
            Cell(view.reason(ConditionType.PROGRESSING) or "-", colour),
        ]

    def _more(self, view: RouteView) -> list[Cell]:
        if not self._wide:
            return []
        programmed, rollback = view.status.programmed, view.status.last_rollback
        ready = view.conditions.get(ConditionType.READY)
        return [
            Cell(f"{programmed.ready}/{programmed.desired}" if programmed else "-"),
            Cell(f"{rollback.from_}→{rollback.to} {rollback.reason}" if rollback else "-"),
            Cell(ready.message if ready else "-"),
        ]
