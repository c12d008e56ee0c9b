"""Reads groups of settings from flags and environment, and names everything that is wrong with them."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

from .variable import SettingsError, Variable

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

GroupT = TypeVar("GroupT", bound="DataclassInstance")

#: What Kubernetes adds to the environment of every pod for a Service whose name starts with ``sealane``.
_SERVICE_LINK = re.compile(r"SEALANE(_\w+)?_(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT(_[0-9]+_\w+)?)")
_MAX_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Written:
    """Where settings are written, most important first, and what was wrong with them.

    ``overrides`` are by flag (``--listen``), ``environ`` and ``defaults`` by variable. ``problems`` has one line each.
    """

    overrides: Mapping[str, str]
    environ: Mapping[str, str]
    defaults: Mapping[str, str]
    problems: list[str] = field(default_factory=list)

    def read(self, group: GroupT) -> GroupT:
        """Return ``group`` with what was written. An empty variable counts as unset, an empty flag does not."""
        changes: dict[str, Any] = {}
        for attribute, variable in variables_of(group):
            origin, text = self._find(variable)
            if text is None:
                continue
            try:
                changes[attribute] = variable.parse(text)
            except ValueError as error:
                self.problems.append(f"{origin}: found {text[:_MAX_SHOWN]!r}; {error}")
        return replace(group, **changes)

    def refuse_misspelt(self, variables: Collection[Variable]) -> None:
        """Add a problem for each flag and default that is no setting."""
        flags, names = {variable.flag for variable in variables}, {variable.name for variable in variables}
        self.problems.extend(_no_such(flag, flags) for flag in self.overrides if flag not in flags)
        self.problems.extend(_no_such(name, names) for name in self.defaults if name not in names)

    def _find(self, variable: Variable) -> tuple[str, str | None]:
        if variable.flag in self.overrides:
            return variable.flag, self.overrides[variable.flag]
        return variable.name, self.environ.get(variable.name) or self.defaults.get(variable.name)


def variables_of(group: "DataclassInstance") -> Iterator[tuple[str, Variable]]:
    """Yield the attribute and the variable of each setting of a group."""
    for attribute in fields(group):
        yield attribute.name, attribute.metadata["variable"]


def unknown_variables(environ: Mapping[str, str], variables: Iterable[Variable]) -> tuple[str, ...]:
    """Return one line for each ``SEALANE_*`` variable that no setting reads: a misspelt one would do nothing.

    What Kubernetes adds for Services (``SEALANE_ROUTER_SERVICE_HOST``) is not counted.
    """
    known = {variable.name for variable in variables}
    strange = {name for name in environ if name.startswith("SEALANE_") and not _SERVICE_LINK.fullmatch(name)}
    return tuple(_no_such(name, known) for name in sorted(strange - known))


def flags_of(arguments: Sequence[str]) -> dict[str, str]:
    """Read ``--flag value`` and ``--flag=value``. Raises SettingsError for a flag without a value."""
    flags: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        flag, separator, value = rest.pop(0).partition("=")
        if not separator and (not rest or rest[0].startswith("--")):
            raise SettingsError(f"{flag[:_MAX_SHOWN]}: found no value; write {flag[:_MAX_SHOWN]} VALUE")
        flags[flag] = value if separator else rest.pop(0)
    return flags


def usage(variables: Iterable[Variable]) -> str:
    """Return one line for each flag and its variable, as ``--help`` prints them."""
    return "".join(f"  {variable.flag:28} {variable.name}\n" for variable in variables)


def as_json_value(value: object) -> str | int | float | bool:
    """Return the value of a setting as JSON can hold it; nothing at all is an empty text."""
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value)
    if isinstance(value, str | int | float):
        return value
    return "" if value is None else str(value)


def _no_such(name: str, known: set[str]) -> str:
    nearest = get_close_matches(name, sorted(known), n=1, cutoff=0.7)
    return f"{name[:_MAX_SHOWN]}: no such setting" + (f"; did you mean {nearest[0]}?" if nearest else "")
