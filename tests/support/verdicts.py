"""A table of values in a route and what becomes of each: the form of the table, and the sentences that recur in it.

The classes of ``sealane_api`` and a real API server judge the same table; what kubectl prints is in it to the letter.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.support.resources import ABSENT, FULL, Document, edited

UNCHECKED = (
    "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; "
    "correct the existing errors to complete validation"
)
NO_SUCH_PROVIDER = (
    "spec.rules: Invalid value: found a provider that this route does not have in rule kimi; "
    "write the name of one of spec.providers"
)
REQUIRED = "{at}: Required value"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A value, and the lines of the refusal; no lines: it is accepted. ``{at}`` is the field, ``{value}`` the value."""

    value: object
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A whole route with one value of the table in it. ``refusal`` is what kubectl prints, empty when accepted."""

    name: str
    document: Document
    lines: tuple[str, ...]

    @property
    def refusal(self) -> str:
        """What ``kubectl create`` writes to stderr."""
        if not self.lines:
            return ""
        if self.lines[0].startswith("strict decoding error"):
            return (
                'Error from server (BadRequest): error when creating "STDIN": ProviderRoute in version "v1alpha1" '
                f"cannot be handled as a ProviderRoute: {self.lines[0]}"
            )
        listed = "".join(f"\n* {line}" for line in self.lines) if len(self.lines) > 1 else self.lines[0]
        return f'The ProviderRoute "{self.document["metadata"]["name"]}" is invalid: {listed}'


Table = Mapping[str, Sequence[Verdict]]


def accepted(*values: object) -> list[Verdict]:
    """Values that are admitted."""
    return [Verdict(value) for value in values]


def refused(value: object, *lines: str) -> Verdict:
    """A value that is not, with each line of what is said."""
    return Verdict(value, lines)


def law(message: str) -> str:
    """The line of a law on a scalar; it repeats the value."""
    return f"{{at}}: Invalid value: {{value}}: {message}"


def bound(message: str) -> str:
    """The line of a bound of the schema."""
    return law(f"{{at}} in body {message}")


def object_law(message: str) -> str:
    """The line of a law on an object or a list; it repeats nothing."""
    return f"{{at}}: Invalid value: {message}"


def unknown() -> str:
    """The line about a field that does not exist."""
    return 'strict decoding error: unknown field "{at}"'


def cases(*tables: Table) -> list[Case]:
    """Every value of the tables in a route in which every field is written."""
    found = []
    for table in tables:
        for path, verdicts in table.items():
            at = re.sub(r"\.(\d+)", r"[\1]", path)
            for nth, verdict in enumerate(verdicts):
                found.append(Case(f"{path}-{nth}", edited(FULL, path, verdict.value), _lines(verdict, at)))
    return found


def _lines(verdict: Verdict, at: str) -> tuple[str, ...]:
    value = "" if verdict.value is ABSENT else json.dumps(verdict.value, ensure_ascii=False)
    return tuple(line.replace("{at}", at).replace("{value}", value) for line in verdict.lines)
