"""What differs between two specs of a route, in entries that people read and :mod:`.changes` reads again.

Providers and rules are told apart by their names and targets by their provider, never by their place: the order of the
lists means nothing. A value is shown where it is one word or number of the resource; what a target sets in a request's
body may be private, so of that only the place is told.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from .changes import ARROW

#: Entries of one revision; the rest is counted in a last one.
MAX_ENTRIES = 64

#: Characters of one value; a longer one is cut.
MAX_VALUE = 200

#: Members whose values are a caller's own and never shown.
_PRIVATE = frozenset({"set"})

Raw = Mapping[str, Any]


def changes_between(before: Raw, after: Raw) -> tuple[str, ...]:
    """Return what differs between the providers and rules of two specs, in the order of the newer one."""
    found: list[str] = []
    for section in ("providers", "rules"):
        found += _named(section, _by_name(before.get(section), "name"), _by_name(after.get(section), "name"))
    if len(found) > MAX_ENTRIES:
        return (*found[: MAX_ENTRIES - 1], f"{len(found) - MAX_ENTRIES + 1} further changes")
    return tuple(found)


def _named(place: str, before: Mapping[str, Raw], after: Mapping[str, Raw]) -> Iterator[str]:
    for name, item in after.items():
        if name in before:
            yield from _members(f"{place}[{name}]", before[name], item)
        else:
            yield f"{place}[{name}]: added"
    for name in before:
        if name not in after:
            yield f"{place}[{name}]: removed"


def _members(place: str, before: Raw, after: Raw) -> Iterator[str]:
    for name in dict.fromkeys([*after, *before]):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        where = f"{place}.{name}"
        if name in _PRIVATE:
            yield f"{where}: changed"
        elif isinstance(old, Mapping) and isinstance(new, Mapping):
            yield from _members(where, old, new)
        elif name == "targets":
            yield from _named(where, _by_name(old, "provider"), _by_name(new, "provider"))
        else:
            yield _value(where, old, new)


def _value(where: str, old: object, new: object) -> str:
    if old is None or new is None:
        known = _shown(new if old is None else old)
        verb = "added" if old is None else "removed"
        return f"{where}: {verb}" if known is None else f"{where}: {verb}, {known}"
    shown = _shown(old), _shown(new)
    return f"{where}: {shown[0]}{ARROW}{shown[1]}" if None not in shown else f"{where}: changed"


def _shown(value: object) -> str | None:
    """A word, a number, or a list of patterns as people write them; None where it is more than that."""
    if isinstance(value, list) and all(isinstance(each, Mapping) and len(each) == 1 for each in value):
        value = ", ".join(f"{kind} {text}" for each in value for kind, text in each.items())
    if not isinstance(value, str | int | float):
        return None
    text = " ".join(str(value).replace(ARROW, " ").split())
    return text if len(text) <= MAX_VALUE else f"{text[:MAX_VALUE]}…"


def _by_name(items: object, member: str) -> dict[str, Raw]:
    """Items by name; a second one of the same name (two targets of one provider) is told apart by a number."""
    found: dict[str, Raw] = {}
    for item in items if isinstance(items, list) else ():
        if isinstance(item, Mapping):
            name = str(item.get(member, ""))
            numbered = next(key for key in (name, *(f"{name}#{n}" for n in range(2, 1_000))) if key not in found)
            found[numbered] = item
    return found
