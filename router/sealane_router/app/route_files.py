"""Routes from files: read whole, and the last good ones kept."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from sealane_api.problems import InvalidRoutes
from sealane_router.routing.claims import MatcherError
from sealane_router.routing.files import load_routes
from sealane_router.routing.matcher import Matcher
from sealane_router.routing.watcher import FileWatcher
from sealane_router.settings.groups import SourceSettings
from sealane_router.upstream.mounted_credentials import MountedCredentials
from sealane_telemetry.health import Check
from sealane_telemetry.logs import get_logger

from .changes import Changes
from .source import ConfigurationError, Make

_log = get_logger("sealane.configuration")


class RouteFiles:
    """The route files of ``sources`` and the credentials beside them or in ``environ``."""

    route_problems: Mapping[str, str] = {}

    def __init__(self, sources: SourceSettings, environ: Mapping[str, str], changes: Changes, *, laptop: bool) -> None:
        self.credentials = MountedCredentials(sources.secrets, environ)
        self._sources = sources
        self._changes = changes
        self._laptop = laptop
        self._watcher = FileWatcher(sources.routes)

    @property
    def checks(self) -> Sequence[Check]:
        """Whether the newest edit is in force."""
        return [Check("routes-file", lambda: self.problem, advisory=True)]

    @property
    def problem(self) -> str | None:
        """Why the newest edit is not in force."""
        return self._changes.problem("routes")

    def first(self, make: Make) -> Matcher:
        """The table of the files as they are; raises ConfigurationError."""
        try:
            matcher = self._read(make)
        except (InvalidRoutes, MatcherError, OSError) as error:
            raise ConfigurationError(str(error)) from error
        self._changes.take("routes")
        return matcher

    async def open(self) -> None:
        """Files are looked at when somebody asks."""

    async def wait(self, seconds: float) -> None:
        """Files tell nobody of their changes."""
        await asyncio.sleep(seconds)

    async def next(self, make: Make) -> Matcher | None:
        """The table of the files if they changed; a bad edit is refused, and told by ``problem``."""
        if not self._watcher.changed():
            return None
        try:
            # A large table takes long to read; exchanges go on meanwhile.
            matcher = await asyncio.to_thread(self._read, make)
        except (InvalidRoutes, MatcherError, OSError) as error:
            self._changes.refuse("routes", str(error))
            return None
        self._changes.take("routes")
        _log.info("routes_reloaded", routes=len(matcher.table.routes), table=matcher.table.hash[:12])
        return matcher

    async def close(self) -> None:
        """There is nothing to stop."""

    def _read(self, make: Make) -> Matcher:
        loaded = load_routes([Path(path) for path in self._sources.routes], laptop=self._laptop)
        return make(loaded.table)
