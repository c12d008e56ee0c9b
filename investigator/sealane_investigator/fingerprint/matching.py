"""Finds the known template that a message is an occurrence of."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sealane_investigator.fingerprint.templates import Table, Template
from sealane_investigator.fingerprint.wording import squeezed

#: Squeezed characters that may stand between two parts of a wording.
MAX_GAP = 300
#: Squeezed characters that must be found around the message, where a template may be mentioned by chance.
MIN_AROUND = 24
#: Characters at the end of a message in which its last parts are looked for, how many of them, and how long one is.
MAX_TAIL = 300
TAILS = 4
MIN_TAIL = 12


@dataclass(frozen=True, slots=True)
class Begun:
    """The end ``said`` of a message, squeezed, and the templates of which it has so many letters."""

    said: str
    letters: int
    templates: list[Template]


NOTHING_BEGUN = Begun("", 0, [])

#: Characters at the end of a message that are looked at part by part, and squeezed characters that make a part.
MAX_PARTED = 1_000
MIN_PART = 12
#: Squeezed characters that may stand behind such a part.
MAX_BEHIND = 24

_MARKS = re.compile(r"[\"'`|(){}\[\]<>=:,;!?\n]+|\s[-–—·•]+\s|\.\s")
_MANY = re.compile(r"\W{0,4}(?:all|every|each|no)\b", re.IGNORECASE)
_LEADING_STATUS = re.compile(r"^[1-5]\d\d(?=[a-z])")
_BEFORE_TAIL = re.compile(r": |['\"(\[] ?|\] |- ")


def match(table: Table, message: str, text: str, family: str | None, *, broken: bool = False) -> Template | None:
    """Return the template of ``message``, else of ``text`` around it; None where nothing known is said.

    What speaks for many holds wherever it stands. A wording that is the whole message beats one that is found in it;
    of several the longest holds, and one that the message has begun when it has more of that. ``broken`` is whether the
    message shows by itself that it breaks off.
    """
    candidates = table.open_to(family)
    said, around = squeezed(message), squeezed(text)
    certain = _longest(table.first, around, 0) or candidates.whole.get(said)
    if certain is not None:
        return certain
    found = _longest(candidates.parts, said, 0)
    begun = _one_of(_more_than(found, _begun(table, message, family, broken=broken)), family)
    return begun or found or _longest(candidates.parts, around, MIN_AROUND) or _whole_part(candidates.whole, message)


def unfinished(table: Table, message: str, family: str | None, *, broken: bool) -> Begun:
    """Return the templates that ``message`` has begun and not ended, all that fit equally well."""
    begun = _begun(table, message, family, broken=broken)
    if not begun.templates:
        return NOTHING_BEGUN
    candidates, said = table.open_to(family), squeezed(message)
    known = said in candidates.whole or not _more_than(_longest(candidates.parts, said, 0), begun)
    return NOTHING_BEGUN if known else begun


def _letters_of(found: Template, said: str) -> int:
    """How many letters of the pieces of ``found`` are in ``said``, at least those that it was found by."""
    position, letters = 0, 0
    for piece in found.pieces:
        if (at := said.find(piece, position)) >= 0:
            position, letters = at + len(piece), letters + len(piece)
    return max(letters, found.weight)


def _more_than(found: Template | None, begun: Begun) -> list[Template]:
    """The templates that were begun when the message has more letters of them than of the one that was found in it."""
    more = found is None or begun.letters > _letters_of(found, begun.said)
    return begun.templates if more else []


def _begun(table: Table, message: str, family: str | None, *, broken: bool) -> Begun:
    """Return the templates that ``message`` ends in.

    Where it breaks off for sure, what stands behind its last colons and quotes is looked at by itself as well.
    """
    for tail in (message, *_tails(message)) if broken else (message,):
        said = squeezed(tail)
        begun = table.beginnings.begun(said, broken=broken and (tail is message or len(tail) >= MIN_TAIL))
        known = [one for each in begun if not (one := table.templates[each.place]).gated or one.family == family]
        if known:
            return Begun(said, begun[0].letters, known)
    return NOTHING_BEGUN


def _tails(message: str) -> list[str]:
    """Return what stands behind each of the last colons and opening quotes of ``message``, the longest first."""
    ends = [match.end() for match in _BEFORE_TAIL.finditer(message, max(0, len(message) - MAX_TAIL))]
    return [message[end:] for end in ends[-TAILS:] if end < len(message)]


def _whole_part(whole: Mapping[str, Template], message: str) -> Template | None:
    """Return the last template that is all of what stands between two marks, with hardly a word behind it.

    What everybody says about a status counts at the very end only.
    """
    if _MANY.match(message):
        return None
    behind = 0
    for part in reversed(_MARKS.split(message[-MAX_PARTED:])):
        said = _LEADING_STATUS.sub("", squeezed(part))
        one = whole.get(said)
        if one is not None and len(said) >= MIN_PART and (behind == 0 or not one.name.startswith("http.")):
            return one
        behind += len(said)
        if behind > MAX_BEHIND:
            break
    return None


def _longest(candidates: Iterable[Template], said: str, at_least: int) -> Template | None:
    found = [
        one for one in candidates if one.weight >= at_least and one.anchors[0] in said and _in_order(one.anchors, said)
    ]
    return max(found, key=lambda one: (one.gated, one.weight), default=None)


def _in_order(anchors: tuple[str, ...], said: str) -> bool:
    position = 0
    for anchor in anchors:
        limit = position + MAX_GAP + len(anchor) if position else len(said)
        found = said.find(anchor, position, limit)
        if found < 0:
            return False
        position = found + len(anchor)
    return True


def _one_of(begun: list[Template], family: str | None) -> Template | None:
    """Return the one template that was begun; of several only one of the caller's family."""
    names = {one.name: one for one in begun}
    if len(names) > 1:
        names = {name: one for name, one in names.items() if family is not None and one.family == family}
    return next(iter(names.values())) if len(names) == 1 else None
