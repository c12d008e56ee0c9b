"""What is wrong with a route, in words for people: where it stands, what was found, what to write instead.

A found value is quoted only where it cannot be a secret: nothing under a field whose name speaks of keys, tokens or
passwords is repeated, nor anything that looks like a provider's key, wherever it stands.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

#: The way to a part of a document: field names and positions in lists.
FieldPath = tuple[str | int, ...]

#: An edit that breaks everything at once is read a screen at a time; memory stays bounded too.
MAX_PROBLEMS = 100

_MAX_SHOWN = 80
_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
_SECRET_WORDS = frozenset(
    {"apikey", "auth", "authorization", "bearer", "credential", "credentials", "key", "keys", "passwd", "password"}
    | {"secret", "secrets", "token"}
)
_LOOKS_SECRET = re.compile(
    r"^(sk|pk|rk|key)[-_]|^bearer\s|^eyJ[\w-]+\.|^[0-9a-f]{32}\.[0-9a-z]+$|://[^/]*@|://.*[?#]", re.IGNORECASE
)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]{1,63}")


@dataclass(frozen=True, slots=True)
class Location:
    """A place in a source: a file, or ``namespace/name`` for what came from the cluster; documents and lines from 1."""

    source: str
    document: int | None = None
    line: int | None = None


#: Where the part of a document at a path is written.
Locate = Callable[[FieldPath], Location]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that must be changed before a route can be served.

    ``document`` and ``line`` count from 1 and are None when unknown; ``path`` is empty for a whole document or file.
    """

    source: str
    document: int | None
    path: str
    line: int | None
    message: str

    @classmethod
    def at(cls, location: Location, path: FieldPath, message: str) -> "Problem":
        """Return a problem with the part at ``path``, which is written at ``location``."""
        return cls(location.source, location.document, path_text(path), location.line, message)

    def __str__(self) -> str:
        """``routes.yaml:14: document 1: spec.rules[0].name: missing; add …``, without the parts that are unknown."""
        place = self.source if self.line is None else f"{self.source}:{self.line}"
        document = None if self.document is None else f"document {self.document}"
        return ": ".join(part for part in (place, document, self.path, self.message) if part)


class InvalidRoutes(Exception):
    """Routes that cannot be served: ``problems`` holds at most 100 of them, ``more`` counts the rest."""

    def __init__(self, problems: Sequence[Problem], more: int = 0) -> None:
        self.problems = tuple(problems[:MAX_PROBLEMS])
        self.more = more + len(problems) - len(self.problems)
        lines = [str(problem) for problem in self.problems]
        if self.more:
            lines.append(f"and {self.more} more")
        super().__init__("\n".join(lines))


class ProblemLog:
    """Collects problems so that one run reports them all; keeps 100 and counts the rest."""

    def __init__(self) -> None:
        self._kept: list[Problem] = []
        self._more = 0

    def __bool__(self) -> bool:
        """Whether anything is wrong."""
        return bool(self._kept)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems that were kept."""
        return tuple(self._kept)

    def add(self, *problems: Problem) -> None:
        """Note problems in the order in which they should be read."""
        self.extend(problems)

    def extend(self, problems: Iterable[Problem], more: int = 0) -> None:
        """Note several problems, and ``more`` that somebody else has counted only."""
        for problem in problems:
            if len(self._kept) < MAX_PROBLEMS:
                self._kept.append(problem)
            else:
                self._more += 1
        self._more += more

    def absorb(self, other: "ProblemLog") -> None:
        """Note everything that ``other`` collected about one file, from its first line to its last."""
        self.extend(sorted(other.problems, key=lambda problem: problem.line or 0), other._more)

    def raise_if_any(self) -> None:
        """Raise :class:`InvalidRoutes` when anything is wrong."""
        if self._kept:
            raise InvalidRoutes(self._kept, self._more)


def path_text(path: FieldPath) -> str:
    """``spec.rules[0].models``; a name that is not plain is written ``['like this']``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_NAME.fullmatch(part) and not _LOOKS_SECRET.search(part):
            text += f".{part}" if text else part
        else:
            text += f"[{_quoted(part)}]"
    return text


def speaks_of_secrets(name: str) -> bool:
    """Tell whether a field's name says that its value may be a secret (``apiKey``, not ``tokensPerMinute``)."""
    return not _SECRET_WORDS.isdisjoint(word.lower() for word in _WORDS.findall(name))


def shown(value: object, path: FieldPath = ()) -> str:
    """Describe a found value by its text and kind in at most 80 characters; a possible secret by its kind alone."""
    if value is None:
        return "nothing (null)"
    kind = _kind(value)
    if isinstance(value, Sequence | Mapping) and not isinstance(value, str):
        return f"a {kind} of {len(value)}" if value else f"an empty {kind}"
    if not isinstance(value, bool | int | float | str):
        return f"a {kind}"
    if any(isinstance(part, str) and speaks_of_secrets(part) for part in path):
        return f"a value (not shown, {kind})"
    if isinstance(value, str):
        return _quoted(value)
    text = str(value).lower() if isinstance(value, bool) else _number(value)
    return f"{text} ({kind})"


def _kind(value: object) -> str:
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "text"
        case Mapping():
            return "mapping"
        case Sequence():
            return "list"
        case _:
            return type(value).__name__


def _number(value: float) -> str:
    if isinstance(value, int) and value.bit_length() > 64:
        return "a very large number"
    return repr(value) if math.isfinite(value) else str(value)


def _quoted(text: str) -> str:
    if _LOOKS_SECRET.search(text):
        return "a text (not shown: it looks like a secret)"
    whole = repr(text)
    if len(whole) <= _MAX_SHOWN:
        return whole
    size = f"… ({len(text)} characters)"
    return repr(text[:40])[: _MAX_SHOWN - len(size)] + size
