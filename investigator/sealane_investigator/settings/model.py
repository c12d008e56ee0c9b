"""Reads the settings of an investigator from its flags and its environment."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from sealane_telemetry.settings.reading import Written, as_json_value, variables_of
from sealane_telemetry.settings.variable import SettingsError, Variable

from .database import DatabaseSettings
from .groups import NotificationSettings, ServerSettings, SpoolSettings, WorkSettings

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

#: Settings whose values may hold a secret and are never shown.
_SECRET = {"SEALANE_DATABASE", "SEALANE_WEBHOOK_URL"}
_NO_TOKENS = "SEALANE_INVESTIGATOR_TOKENS: found nothing; write --investigator-tokens FILE (docs/investigator.md)"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that an investigator can be told."""

    server: ServerSettings = field(default_factory=ServerSettings)
    spool: SpoolSettings = field(default_factory=SpoolSettings)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    work: WorkSettings = field(default_factory=WorkSettings)
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
            notifications=written.read(NotificationSettings()),
        )
        problems = written.problems
        if needs_tokens and settings.server.tokens is None and not problems:
            problems = [
                "SEALANE_INVESTIGATOR_TOKENS: found nothing; write --investigator-tokens FILE (docs/investigator.md)"
            ]
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
        return (self.server, self.spool, self.database, self.work, self.notifications)
