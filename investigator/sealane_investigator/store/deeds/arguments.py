"""Reading the arguments of a deed; what is wrong is refused with what to write. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from sealane_investigator.errors import DeedRefused
from sealane_investigator.store.rows import storable

E = TypeVar("E", bound=StrEnum)

#: Characters of a comment, and of a name.
MAX_TEXT = 8_000
MAX_NAME = 200
_MAX_ROUTES = 1_000
#: The one argument that belongs to no deed.
VERSIONS = "versions"
_MAX_REVISION = 1 << 53


def text(arguments: Mapping[str, object], name: str, *, longest: int = MAX_TEXT) -> str:
    """A text that must be there."""
    value = optional_text(arguments, name, longest=longest)
    if not value:
        raise DeedRefused(f"{name}: write a text")
    return value


def optional_text(arguments: Mapping[str, object], name: str, *, longest: int = MAX_TEXT) -> str | None:
    """A text, or None."""
    value = arguments.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > longest:
        raise DeedRefused(f"{name}: write a text of at most {longest} characters")
    return storable(value)


def time(arguments: Mapping[str, object], name: str) -> float | None:
    """Seconds since 1970, or None."""
    value = arguments.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e11:
        raise DeedRefused(f"{name}: write seconds since 1970, or nothing")
    return float(value)


def number(arguments: Mapping[str, object], name: str) -> int:
    """The number of an incident."""
    value = arguments.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < _MAX_REVISION:
        raise DeedRefused(f"{name}: write the number of an incident")
    return value


def versions(arguments: Mapping[str, object]) -> dict[int, int]:
    """The versions that incidents must have; nothing when they are not named."""
    value = arguments.get(VERSIONS, {})
    if not isinstance(value, Mapping) or not all(type(each) is int for each in (*value.keys(), *value.values())):
        raise DeedRefused(f"{VERSIONS}: write a version for each incident")
    return dict(value)


def truth(arguments: Mapping[str, object], name: str) -> bool:
    """True or false."""
    value = arguments.get(name)
    if not isinstance(value, bool):
        raise DeedRefused(f"{name}: write true or false")
    return value


def word(arguments: Mapping[str, object], name: str, words: type[E]) -> E | None:
    """A word of a closed list, or None."""
    value = arguments.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or value not in {each.value for each in words}:
        raise DeedRefused(f"{name}: there is no such word; write one of {', '.join(each.value for each in words)}")
    return words(value)


def revisions(arguments: Mapping[str, object], name: str) -> dict[str, int] | None:
    """Revisions by route, or None."""
    value = arguments.get(name)
    if value is None:
        return None
    if not isinstance(value, Mapping) or len(value) > _MAX_ROUTES:
        raise DeedRefused(f"{name}: write revisions by route, such as {{'team/route': 7}}")
    result: dict[str, int] = {}
    for route, revision in value.items():
        if isinstance(revision, bool) or not isinstance(revision, int) or not 0 <= revision < _MAX_REVISION:
            raise DeedRefused(f"{name}: write a revision's number for each route")
        result[str(route)[:MAX_NAME]] = revision
    return result
