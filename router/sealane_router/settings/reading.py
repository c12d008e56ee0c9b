"""Reads the settings of a router from its flags and its environment."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Self, TypeVar

from .groups import LifecycleSettings, ListenerSettings, ObservationSettings, SourceSettings, UpstreamSettings
from .variable import SettingsError, Variable

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

GroupT = TypeVar("GroupT", bound="DataclassInstance")

#: What Kubernetes adds to the environment of every pod for a Service whose name starts with ``sealane``.
_SERVICE_LINK = re.compile(r"SEALANE(_\w+)?_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_[0-9]+_\w+)?)")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a router can be told from outside."""

    listener: ListenerSettings = field(default_factory=ListenerSettings)
    sources: SourceSettings = field(default_factory=SourceSettings)
    upstream: UpstreamSettings = field(default_factory=UpstreamSettings)
    lifecycle: LifecycleSettings = field(default_factory=LifecycleSettings)
    observation: ObservationSettings = field(default_factory=ObservationSettings)

    @classmethod
    def from_environment(
        cls,
        environ: Mapping[str, str],
        overrides: Mapping[str, str] | None = None,
        *,
        defaults: Mapping[str, str] | None = None,
    ) -> Self:
        """Read every setting from ``overrides`` (by flag, ``--listen``), else ``environ``, else ``defaults``.

        ``defaults`` (by variable) are those of a command that differ from the cluster router's. An empty
        variable counts as unset.

        Raises:
            SettingsError: one line for each problem, naming the variable, what was found and what to write.
        """
        written = _Written(overrides or {}, environ, defaults or {}, _misspelt(overrides or {}, defaults or {}))
        settings = cls(
            listener=written.read(ListenerSettings()),
            sources=written.read(SourceSettings()),
            upstream=written.read(UpstreamSettings()),
            lifecycle=written.read(LifecycleSettings()),
            observation=written.read(ObservationSettings()),
        )
        problems = written.problems or _contradictions(settings)
        if problems:
            raise SettingsError("\n".join(problems))
        return settings

    @classmethod
    def variables(cls) -> tuple[Variable, ...]:
        """Every setting, in the order of the groups."""
        return tuple(variable for group in cls()._groups() for _, variable in _variables(group))

    def effective(self) -> dict[str, str | int | float | bool]:
        """What holds now, by variable name; times in seconds, sizes in bytes. No setting holds a secret."""
        return {
            variable.name: _shown(getattr(group, attribute))
            for group in self._groups()
            for attribute, variable in _variables(group)
        }

    def _groups(self) -> "tuple[DataclassInstance, ...]":
        return (self.listener, self.sources, self.upstream, self.lifecycle, self.observation)


@dataclass(frozen=True, slots=True)
class _Written:
    """Where settings are written, most important first, and what was wrong with them."""

    overrides: Mapping[str, str]
    environ: Mapping[str, str]
    defaults: Mapping[str, str]
    problems: list[str]

    def read(self, group: GroupT) -> GroupT:
        changes: dict[str, Any] = {}
        for attribute, variable in _variables(group):
            origin, text = self._find(variable)
            if text is None:
                continue
            try:
                changes[attribute] = variable.parse(text)
            except ValueError as error:
                self.problems.append(f"{origin}: found {text[:100]!r}; {error}")
        return replace(group, **changes)

    def _find(self, variable: Variable) -> tuple[str, str | None]:
        if variable.flag in self.overrides:
            return variable.flag, self.overrides[variable.flag]
        return variable.name, self.environ.get(variable.name) or self.defaults.get(variable.name)


def unknown_variables(environ: Mapping[str, str]) -> tuple[str, ...]:
    """One line for each ``SEALANE_*`` variable that no setting reads: a misspelt one would do nothing.

    What Kubernetes adds for Services (``SEALANE_ROUTER_SERVICE_HOST``) is not counted.
    """
    known = {variable.name for variable in Settings.variables()}
    strange = {name for name in environ if name.startswith("SEALANE_") and not _SERVICE_LINK.fullmatch(name)}
    return tuple(_no_such(name, known) for name in sorted(strange - known))


def _misspelt(overrides: Mapping[str, str], defaults: Mapping[str, str]) -> list[str]:
    flags = {variable.flag for variable in Settings.variables()}
    names = {variable.name for variable in Settings.variables()}
    return [
        *(_no_such(flag, flags) for flag in overrides if flag not in flags),
        *(_no_such(name, names) for name in defaults if name not in names),
    ]


def _no_such(name: str, known: set[str]) -> str:
    nearest = get_close_matches(name, sorted(known), n=1, cutoff=0.7)
    return f"{name}: no such setting" + (f"; did you mean {nearest[0]}?" if nearest else "")


def _variables(group: "DataclassInstance") -> Iterator[tuple[str, Variable]]:
    for attribute in fields(group):
        yield attribute.name, attribute.metadata["variable"]


def _contradictions(settings: Settings) -> list[str]:
    """What is wrong about settings that are fine one by one."""
    problems = []
    traffic, admin, sources = settings.listener.traffic, settings.listener.admin, settings.sources
    if sources.keys is None and not sources.anonymous and not traffic.is_loopback:
        problems.append(
            f"SEALANE_LISTEN: other machines can reach {traffic} and there is no key file; "
            "write --keys FILE, or --anonymous to serve anybody"
        )
    if sources.keys is not None and sources.anonymous:
        problems.append("SEALANE_ANONYMOUS: a key file is set too; write one of --keys FILE and --anonymous")
    if settings.listener.body_limit > settings.listener.buffered_bodies:
        problems.append("SEALANE_BODY_LIMIT: one body could exceed SEALANE_BUFFERED_BODIES; write less")
    if traffic.port and traffic == admin:
        problems.append(f"SEALANE_ADMIN: {admin} is the traffic address; write another port")
    return problems


def _shown(value: object) -> str | int | float | bool:
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    if isinstance(value, str | int | float):
        return value
    return "" if value is None else str(value)
