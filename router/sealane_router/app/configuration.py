"""What a running router goes by: its routes from one source, its callers from a file; each swapped whole."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from sealane_api.route_table import RouteTable
from sealane_router.policy.authentication import Authenticator, Caller
from sealane_router.policy.key_file import KeyFileError, parse_key_file
from sealane_router.policy.limits import RequestLimits
from sealane_router.routing.matcher import Matcher
from sealane_router.routing.watcher import FileWatcher
from sealane_router.serving import Serving, ServingMeans
from sealane_telemetry.health import Check
from sealane_telemetry.logs import get_logger

from .changes import Changes
from .garbage import TableKeeper
from .source import ConfigurationError, RouteSource
from .stand_ins import Players, substitute

_log = get_logger("sealane.configuration")

MAX_KEY_FILE = 64 * 1024 * 1024


class Configuration:
    """Routes, callers and credentials as they are now.

    ``serving`` and ``authenticator`` are replaced whole by :meth:`poll`; what cannot be served leaves them as they are
    and is told by :meth:`problem`. ``keys`` is the file of the callers' keys, None to admit anybody. Raises
    ConfigurationError.
    """

    def __init__(self, source: RouteSource, keys: Path | None, means: ServingMeans, changes: Changes) -> None:
        self._source = source
        self._keys = keys
        self._means = means
        self._changes = changes
        self._key_watcher = FileWatcher([] if keys is None else [keys])
        self._tenants: dict[str, RequestLimits] = {}
        self._players: Players = {}
        self._keeper = TableKeeper()
        self.serving = Serving(source.first(self._dressed), means)
        self._keeper.swapped(self.serving.made)
        self.authenticator = self._read_keys()

    def problem(self, kind: str) -> str | None:
        """Why the newest ``routes`` or ``keys`` are not in force, None when they are."""
        return self._source.problem if kind == "routes" else self._changes.problem(kind)

    @property
    def route_problems(self) -> Mapping[str, str]:
        """Routes that are not served as their statuses point at them, and why; routes from files have no status."""
        return self._source.route_problems

    @property
    def checks(self) -> Sequence[Check]:
        """How the sources are doing."""
        return [*self._source.checks, Check("keys-file", lambda: self.problem("keys"), advisory=True)]

    def tenant_limits(self, caller: Caller) -> RequestLimits:
        """The buckets of the caller's tenant, shared by all its keys."""
        limits = self._tenants.get(caller.tenant)
        if limits is None:
            limits = self._tenants[caller.tenant] = RequestLimits(caller.limits, time.monotonic())
        return limits

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
        if self._key_watcher.changed():
            await self._reload_keys()
        matcher = await self._source.next(self._next_matcher)
        if matcher is None:
            return False
        self.apply(matcher)
        return True

    async def close(self) -> None:
        """Stop looking."""
        await self._source.close()

    def _dressed(self, table: RouteTable) -> Matcher:
        return Matcher(substitute(table, self._players))

    def _next_matcher(self, table: RouteTable) -> Matcher:
        return Matcher(substitute(table, self._players), self.serving.matcher)

    def _read_keys(self) -> Authenticator:
        path = self._keys
        if path is None:
            return Authenticator.accepting_anybody()
        try:
            if path.stat().st_size > MAX_KEY_FILE:
                raise KeyFileError(f"{path}: the key file is above {MAX_KEY_FILE} bytes")
            return Authenticator(parse_key_file(path.read_text(encoding="utf-8"), str(path)))
        except (KeyFileError, OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(str(error)) from error

    async def _reload_keys(self) -> None:
        try:
            self.authenticator = await asyncio.to_thread(self._read_keys)
        except ConfigurationError as error:
            self._changes.refuse("keys", str(error))
            return
        self._changes.take("keys")
        self._follow_tenants()
        _log.info("keys_reloaded")

    def _follow_tenants(self) -> None:
        """Tenants that are still there keep their levels; the others are forgotten."""
        now = time.monotonic()
        limits = self.authenticator.tenants()
        for tenant in [tenant for tenant in self._tenants if tenant not in limits]:
            del self._tenants[tenant]
        for tenant, buckets in self._tenants.items():
            buckets.reconfigure(limits[tenant], now)
