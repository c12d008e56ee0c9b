"""Which literal strings a pattern cannot match without: one substring search tells whether to try the pattern at all.

Reads the part of regular expressions that rules are written in: characters, classes, escapes, brackets, alternatives,
look-aheads and bounded repetition. What it does not understand it takes for "may be anything", which is always right.
"""

import re

_QUANTIFIER = re.compile(r"[?*+]\??|\{(\d*),?\d*\}\??")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_ESCAPED = frozenset(r".()[]{}|*+?^$\/'-")
#: Bytes that a literal needs to be worth a search: three letters, or one character of Chinese.
_SHORTEST = 3


def required_literals(pattern: str) -> frozenset[str]:
    """Return strings of which every match of ``pattern`` contains one; raises :class:`ValueError` if none are known."""
    found, end = _alternatives(pattern, 0)
    if end != len(pattern) or not found:
        raise ValueError(f"no literal to look for first in {pattern!r}")
    return found


def _alternatives(pattern: str, at: int) -> tuple[frozenset[str], int]:
    """Read alternatives up to a closing bracket; empty when one of them has no literal."""
    found: list[frozenset[str]] = []
    while True:
        best, at = _sequence(pattern, at)
        found.append(best)
        if at >= len(pattern) or pattern[at] == ")":
            return (frozenset().union(*found) if all(found) else frozenset()), at
        at += 1


def _sequence(pattern: str, at: int) -> tuple[frozenset[str], int]:
    """Read one alternative and return the best of its required literals."""
    candidates: list[frozenset[str]] = []
    run = ""
    while at < len(pattern) and pattern[at] not in "|)":
        item, at = _item(pattern, at)
        optional, repeated, at = _quantified(pattern, at)
        if isinstance(item, str) and item and not optional:
            run += item
            if not repeated:
                continue
        candidates.append(frozenset((run,)))
        run = ""
        if isinstance(item, frozenset) and not optional:
            candidates.append(item)
    candidates.append(frozenset((run,)))
    return max(candidates, key=_worth) if max(map(_worth, candidates)) > (0, 0) else frozenset(), at


def _item(pattern: str, at: int) -> tuple[str | frozenset[str], int]:
    """Read one item: a character, the literals of a bracket, or nothing known."""
    character = pattern[at]
    if character == "(":
        return _bracket(pattern, at)
    if character == "[":
        match = _CLASS.match(pattern, at)
        return "", match.end() if match else at + 1
    if character == "\\":
        escaped = pattern[at + 1 : at + 2]
        return (escaped if escaped in _ESCAPED else ""), at + 2
    return ("" if character in ".^$…" else character), at + 1


def _bracket(pattern: str, at: int) -> tuple[frozenset[str] | str, int]:
    look_around = pattern.startswith(("(?!", "(?=", "(?<!", "(?<="), at)
    start = at + 1
    if look_around:
        start = at + (4 if pattern[at + 2] == "<" else 3)
    elif pattern.startswith("(?P<", at):
        start = pattern.index(">", at) + 1
    elif pattern.startswith("(?:", at):
        start = at + 3
    found, end = _alternatives(pattern, start)
    return ("" if look_around else found), end + 1


def _quantified(pattern: str, at: int) -> tuple[bool, bool, int]:
    """Read a quantifier: whether the item may be absent, whether it may come again, and where it ends."""
    match = _QUANTIFIER.match(pattern, at)
    if match is None:
        return False, False, at
    optional = match[0][0] in "?*" or (match[0][0] == "{" and match[1] in ("", "0"))
    return optional, match[0][0] != "?", match.end()


def _worth(literals: frozenset[str]) -> tuple[int, int]:
    """How much a set of literals tells: by its shortest member, then by how few they are."""
    shortest = min((len(literal.encode()) for literal in literals), default=0)
    return (min(shortest, 6), -len(literals)) if shortest >= _SHORTEST else (0, 0)


def without_contained(literals: frozenset[str]) -> tuple[str, ...]:
    """Return the literals without those that contain another, in order: to search for the shorter is enough."""
    ordered = sorted(literals, key=lambda literal: (len(literal), literal))
    kept: list[str] = []
    for literal in ordered:
        if not any(other in literal for other in kept):
            kept.append(literal)
    return tuple(kept)
