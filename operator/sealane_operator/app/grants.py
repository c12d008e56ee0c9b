"""The grants file: which models each namespace may claim, as the chart's ``routes.namespaces`` has it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import yaml

from sealane_api.ownership import Grant
from sealane_operator.judgement.claims import Grants
from sealane_telemetry.logs import get_logger
from sealane_telemetry.settings.variable import SettingsError

#: A ConfigMap has at most a megabyte.
MAX_BYTES = 1024 * 1024
LOOK_SECONDS = 5.0

_log = get_logger("sealane.operator.grants")

_SHAPE = "write a list of {name: NAMESPACE, models: [PATTERN]}"


class GrantsFile:
    """The grants in force, and the file they come from: a changed one counts within seconds, a bad one never does."""

    def __init__(
        self,
        file: Path | None,
        release_namespace: str,
        *,
        count: Callable[[str], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Read it for the first time. Raises SettingsError."""
        self._file = file
        self._release_namespace = release_namespace
        self._count = count
        self._sleep = sleep
        self._seen = b"" if file is None else _content(file)
        self.grants = Grants() if file is None else _parsed(self._seen, file, release_namespace)

    async def follow(self, changed: Callable[[Grants], None]) -> None:
        """Tell of every change; never returns."""
        while True:
            await self._sleep(LOOK_SECONDS)
            grants = self._look()
            if grants is not None:
                changed(grants)

    def _look(self) -> Grants | None:
        """Return what the file says when that is new and good."""
        if self._file is None:
            return None
        try:
            content = _content(self._file)
            if content == self._seen:
                return None
            self._seen = content
            self.grants = _parsed(content, self._file, self._release_namespace)
        except SettingsError as error:
            self._count("refused")
            remedy = "what was read before stays in force"
            _log.warning("grants_refused", file=str(self._file), reason=str(error)[:250], remedy=remedy)
            return None
        self._count("ok")
        _log.info("grants_changed", file=str(self._file), count=len(self.grants.namespaces))
        return self.grants


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"SEALANE_GRANTS: {file} cannot be read: {error.strerror}") from error
    if len(content) > MAX_BYTES:
        raise SettingsError(f"SEALANE_GRANTS: {file} is above {MAX_BYTES} bytes; write fewer patterns")
    return content


def _parsed(content: bytes, file: Path, release_namespace: str) -> Grants:
    try:
        document = yaml.safe_load(content)
    except yaml.YAMLError as error:
        line = f" (line {mark.line + 1})" if (mark := getattr(error, "problem_mark", None)) is not None else ""
        raise SettingsError(f"SEALANE_GRANTS: {file} is no YAML{line}; {_SHAPE}") from error
    entries = [] if document is None else document
    if not isinstance(entries, list):
        raise SettingsError(f"SEALANE_GRANTS: {file}: found {type(document).__name__}; {_SHAPE}")
    namespaces: dict[str, tuple[Grant, ...]] = {}
    for position, entry in enumerate(entries):
        name, grants = _entry(entry, f"SEALANE_GRANTS: {file}: [{position}]")
        namespaces[name] = (*namespaces.get(name, ()), *grants)
    return Grants(namespaces, release_namespace)


def _entry(entry: object, place: str) -> tuple[str, tuple[Grant, ...]]:
    if not isinstance(entry, dict) or entry.keys() != {"name", "models"}:
        raise SettingsError(f"{place}: {_SHAPE}")
    name, models = entry["name"], entry["models"]
    if not isinstance(name, str) or not name or not isinstance(models, list):
        raise SettingsError(f"{place}: {_SHAPE}")
    try:
        return name, tuple(Grant.parse(model if isinstance(model, str) else "") for model in models)
    except ValueError as error:
        raise SettingsError(f"{place}.models: {error}") from error
