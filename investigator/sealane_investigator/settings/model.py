"""Reads the settings of an investigator from its flags and its environment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Self

from sealane_telemetry.settings.reading import Written, as_json_value, variables_of
from sealane_telemetry.settings.variable import SettingsError, Variable

from .asking import ModelSettings
from .cluster import ClusterSettings
from .database import DatabaseSettings
from .gathering import GatherSettings
from .groups import NotificationSettings, ServerSettings, SpoolSettings, WorkSettings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

#: Settings whose values may hold a secret and are never shown.
_SECRET = {"SEALANE_DATABASE", "SEALANE_WEBHOOK_URL"}
_NO_TOKENS = "SEALANE_INVESTIGATOR_TOKENS: found nothing; write --investigator-tokens FILE (docs/investigator.md)"
_NO_NAMESPACE = "SEALANE_NAMESPACE: found nothing; write --namespace NAME, or --kubernetes-events false"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that an investigator can be told."""

    server: ServerSettings = field(default_factory=ServerSettings)
    spool: SpoolSettings = field(default_factory=SpoolSettings)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    work: WorkSettings = field(default_factory=WorkSettings)
    gather: GatherSettings = field(default_factory=GatherSettings)
    cluster: ClusterSettings = field(default_factory=ClusterSettings)
    model: ModelSettings = field(default_factory=ModelSettings)
    notifications: NotificationSettings = field(default_factory=NotificationSettings)

    @classmethod
    def from_environment(
        cls, environ: Mapping[str, str], overrides: Mapping[str, str] | None = None, *, needs_tokens: bool = True
    ) -> Self:
        """Read every setting from ``overrides`` (by flag), else ``environ``; an empty variable counts as unset.

        ``needs_tokens``: the command serves, and may not do so without a token file.

        Raises:
            SettingsError: one line for each problem, naming the variable, what was found and what to write.
        """
        written = Written(overrides or {}, environ, {})
        written.refuse_misspelt(cls.variables())
        settings = cls(
            server=written.read(ServerSettings()),
            spool=written.read(SpoolSettings()),
            database=written.read(DatabaseSettings()),
            work=written.read(WorkSettings()),
            gather=written.read(GatherSettings()),
            cluster=written.read(ClusterSettings()),
            model=written.read(ModelSettings()),
            notifications=written.read(NotificationSettings()),
        )
        problems = written.problems
        if settings.cluster.cluster and settings.cluster.events and not settings.cluster.namespace and not problems:
            problems = [_NO_NAMESPACE]
        if needs_tokens and settings.server.tokens is None and not problems:
            problems = [_NO_TOKENS]
        if problems:
            raise SettingsError("\n".join(problems))
        return settings

    @classmethod
    def variables(cls) -> tuple[Variable, ...]:
        """Every setting, in the order of the groups."""
        return tuple(variable for group in cls()._groups() for _, variable in variables_of(group))

    def effective(self) -> dict[str, str | int | float | bool]:
        """Return what holds now, by variable name; times in seconds, sizes in bytes; what may hold a secret is left
        out."""
        return {
            variable.name: as_json_value(getattr(group, attribute))
            for group in self._groups()
            for attribute, variable in variables_of(group)
            if variable.name not in _SECRET
        }

    def _groups(self) -> "Iterable[DataclassInstance]":
        return tuple(getattr(self, group.name) for group in fields(self))
