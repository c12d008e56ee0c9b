"""What a running router goes by: its routes from one source, its callers, its credentials; each swapped whole."""

from collections.abc import Mapping, Sequence

from sealane_api.route_table import RouteTable
from sealane_router.routing.matcher import Matcher
from sealane_router.serving import Serving, ServingMeans
from sealane_telemetry.health import Check
from sealane_telemetry.logs import get_logger

from .callers import Callers
from .changes import Changes
from .garbage import TableKeeper
from .source import RouteSource
from .stand_ins import Players, substitute

_log = get_logger("sealane.configuration")


class Configuration:
    """Routes, callers and credentials as they are now.

    ``serving`` is replaced whole by :meth:`poll`; what cannot be served leaves it as it is and is told by
    :meth:`problem`. Raises ConfigurationError.
    """

    def __init__(self, source: RouteSource, callers: Callers, means: ServingMeans, changes: Changes) -> None:
        self._source = source
        self.callers = callers
        self._means = means
        self._changes = changes
        self._players: Players = {}
        self._keeper = TableKeeper()
        self.serving = Serving(source.first(self._dressed), means)
        self._keeper.swapped(self.serving.made)

    def problem(self, kind: str) -> str | None:
        """Why the newest ``routes`` or ``keys`` are not in force, None when they are."""
        return self._source.problem if kind == "routes" else self.callers.problem

    @property
    def route_problems(self) -> Mapping[str, str]:
        """Routes that are not served as their statuses point at them, and why; routes from files have no status."""
        return self._source.route_problems

    @property
    def checks(self) -> Sequence[Check]:
        """How the sources are doing."""
        return [*self._source.checks, *self.callers.checks]

    def play(self, players: Players) -> None:
        """Let ``players`` stand in for providers, in this table and in those to come."""
        self._players = players
        self.apply(self._next_matcher(self.serving.table))

    def apply(self, matcher: Matcher) -> None:
        """Serve the table of ``matcher`` from now on; exchanges under way keep the one they began with."""
        before = self.serving
        self.serving = Serving(matcher, self._means, before)
        before.retire(self.serving)
        self._keeper.swapped(self.serving.made)

    async def open(self) -> None:
        """Begin to look for changes; raises ConfigurationError."""
        await self.callers.open()
        await self._source.open()

    async def wait(self, seconds: float) -> None:
        """Return when it is time to :meth:`poll`: after ``seconds`` at the latest."""
        await self._source.wait(seconds)

    async def poll(self) -> bool:
        """Look at everything once and take over what changed; True when there is a new route table."""
        changed = self._means.credentials.refresh()
        if changed:
            self.serving.credentials_changed(changed)
            self._changes.take("credentials")
            _log.info("credentials_changed", count=len(changed))
        await self.callers.poll()
        matcher = await self._source.next(self._next_matcher)
        if matcher is None:
            return False
        self.apply(matcher)
        return True

    async def close(self) -> None:
        """Stop looking."""
        await self._source.close()
        await self.callers.close()

    def _dressed(self, table: RouteTable) -> Matcher:
        return Matcher(substitute(table, self._players))

    def _next_matcher(self, table: RouteTable) -> Matcher:
        return Matcher(substitute(table, self._players), self.serving.matcher)
