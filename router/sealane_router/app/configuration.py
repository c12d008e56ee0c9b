"""The files behind a running router: read whole, swapped whole, and the last good ones kept."""

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path

from sealane_api.problems import InvalidRoutes
from sealane_router.policy.authentication import Authenticator, Caller
from sealane_router.policy.key_file import KeyFileError, parse_key_file
from sealane_router.policy.limits import RequestLimits
from sealane_router.routing.claims import MatcherError
from sealane_router.routing.files import load_routes
from sealane_router.routing.matcher import Matcher
from sealane_router.routing.watcher import FileWatcher
from sealane_router.serving import Serving, ServingMeans
from sealane_router.settings.groups import SourceSettings
from sealane_telemetry.logs import get_logger
from sealane_telemetry.metrics import RouterMetrics

from .garbage import TableKeeper
from .stand_ins import Players, substitute

_log = get_logger("sealane.configuration")

MAX_KEY_FILE = 64 * 1024 * 1024
#: The rest is on ``/-/config``; a log line holds so much text and no more.
_LOGGED_PROBLEMS = 10
_LOGGED_LENGTH = 250


class ConfigurationError(Exception):
    """Files that cannot be served; the text has one problem a line."""


@dataclass(slots=True)
class _Refusal:
    """Why the newest version of a kind of file is not in force."""

    reason: str
    at: float


class Configuration:
    """Routes, callers and credentials as they are now.

    ``serving`` and ``authenticator`` are replaced whole by :meth:`poll`; a bad edit leaves them as they are and is
    told by :meth:`problem`.
    """

    def __init__(self, sources: SourceSettings, means: ServingMeans, metrics: RouterMetrics, *, laptop: bool) -> None:
        self._sources = sources
        self._means = means
        self._metrics = metrics
        self._laptop = laptop
        self._route_watcher = FileWatcher(sources.routes)
        self._key_watcher = FileWatcher([sources.keys] if sources.keys is not None else [])
        self._refused: dict[str, _Refusal] = {}
        self._tenants: dict[str, RequestLimits] = {}
        self._players: Players = {}
        self._keeper = TableKeeper()
        self.serving = self._first()
        self._keeper.swapped(self.serving.made)
        self.authenticator = self._read_keys()
        self._count("routes")

    def problem(self, kind: str) -> str | None:
        """Why the newest ``routes`` or ``keys`` are not in force, None when they are."""
        refused = self._refused.get(kind)
        return None if refused is None else refused.reason

    def route_problem(self, route: str) -> str | None:  # noqa: ARG002 - the cluster's routes have one
        """Why ``route`` is not served as its status points at it; routes from files have no status."""
        return None

    def tenant_limits(self, caller: Caller) -> RequestLimits:
        """The buckets of the caller's tenant, shared by all its keys."""
        limits = self._tenants.get(caller.tenant)
        if limits is None:
            limits = self._tenants[caller.tenant] = RequestLimits(caller.limits, time.monotonic())
        return limits

    def play(self, players: Players) -> None:
        """Let ``players`` stand in for providers, in this table and in those to come."""
        self._players = players
        self.apply(Matcher(substitute(self.serving.table, players), self.serving.matcher))

    def apply(self, matcher: Matcher) -> None:
        """Serve the table of ``matcher`` from now on; exchanges under way keep the one they began with."""
        before = self.serving
        self.serving = Serving(matcher, self._means, before)
        before.retire(self.serving)
        self._keeper.swapped(self.serving.made)

    async def poll(self) -> bool:
        """Look at every file once and take over what changed; True when there is a new route table."""
        changed = self._means.credentials.refresh()
        if changed:
            self.serving.credentials_changed(changed)
            self._count("credentials")
            _log.info("credentials_changed", count=len(changed))
        if self._key_watcher.changed():
            await self._reload_keys()
        if self._route_watcher.changed():
            return await self._reload_routes()
        return False

    def _first(self) -> Serving:
        try:
            return Serving(self._read_routes(), self._means)
        except (InvalidRoutes, MatcherError, OSError) as error:
            raise ConfigurationError(str(error)) from error

    def _read_routes(self) -> Matcher:
        loaded = load_routes([Path(path) for path in self._sources.routes], laptop=self._laptop)
        return Matcher(substitute(loaded.table, self._players))

    def _read_keys(self) -> Authenticator:
        path = self._sources.keys
        if path is None:
            return Authenticator.accepting_anybody()
        try:
            if path.stat().st_size > MAX_KEY_FILE:
                raise KeyFileError(f"{path}: the key file is above {MAX_KEY_FILE} bytes")
            return Authenticator(parse_key_file(path.read_text(encoding="utf-8"), str(path)))
        except (KeyFileError, OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(str(error)) from error

    async def _reload_routes(self) -> bool:
        try:
            # A large table takes long to read; exchanges go on meanwhile.
            matcher = await asyncio.to_thread(self._read_routes)
        except (InvalidRoutes, MatcherError, OSError) as error:
            self._refuse("routes", str(error))
            return False
        self._refused.pop("routes", None)
        self.apply(matcher)
        self._count("routes")
        _log.info("routes_reloaded", routes=len(matcher.table.routes), table=matcher.table.hash[:12])
        return True

    async def _reload_keys(self) -> None:
        try:
            self.authenticator = await asyncio.to_thread(self._read_keys)
        except ConfigurationError as error:
            self._refuse("keys", str(error))
            return
        self._refused.pop("keys", None)
        self._follow_tenants()
        self._count("keys")
        _log.info("keys_reloaded")

    def _follow_tenants(self) -> None:
        """Tenants that are still there keep their levels; the others are forgotten."""
        now = time.monotonic()
        limits = self.authenticator.tenants()
        for tenant in [tenant for tenant in self._tenants if tenant not in limits]:
            del self._tenants[tenant]
        for tenant, buckets in self._tenants.items():
            buckets.reconfigure(limits[tenant], now)

    def _refuse(self, kind: str, reason: str) -> None:
        self._refused[kind] = _Refusal(reason, time.time())
        self._metrics.config_reload_failures.labels(kind).inc()
        problems = reason.splitlines()
        _log.error("reload_refused", kind=kind, problems=len(problems))
        for problem in problems[:_LOGGED_PROBLEMS]:
            _log.error("reload_problem", kind=kind, reason=problem[:_LOGGED_LENGTH])

    def _count(self, kind: str) -> None:
        self._metrics.config_reloads.labels(kind).inc()
        self._metrics.config_last_reload.labels(kind).set(time.time())
