"""Finds the known template that a message is an occurrence of."""

from collections.abc import Iterable

from sealane_investigator.fingerprint.templates import Template
from sealane_investigator.fingerprint.wording import squeezed

#: Squeezed characters of a text cut off that are enough to know its template by, if no other begins so.
MIN_PREFIX = 14
#: Squeezed characters that must be found around the message, where a template may be mentioned by chance.
MIN_AROUND = 24


def match(templates: Iterable[Template], message: str, text: str, family: str | None) -> Template | None:
    """Return the template of ``message``, else of ``text`` around it; None where nothing known is said.

    A wording that is the whole message beats one that is found in it; of several the longest holds.
    """
    candidates = [one for one in templates if not one.gated or one.family == family]
    said = squeezed(message)
    found = _whole(candidates, said) or _longest(candidates, said, 0) or _beginning(candidates, said)
    return found or _longest(candidates, squeezed(text), MIN_AROUND)


def _whole(candidates: list[Template], said: str) -> Template | None:
    whole = [one for one in candidates if one.whole and one.pieces == (said,)]
    return max(whole, key=lambda one: one.gated, default=None)


def _longest(candidates: list[Template], said: str, at_least: int) -> Template | None:
    found = [
        one
        for one in candidates
        if not one.whole and one.weight >= at_least and one.anchors[0] in said and _in_order(one.anchors, said)
    ]
    return max(found, key=lambda one: (one.first, one.gated, one.weight), default=None)


def _in_order(anchors: tuple[str, ...], said: str) -> bool:
    position = 0
    for anchor in anchors:
        position = said.find(anchor, position)
        if position < 0:
            return False
        position += len(anchor)
    return True


def _beginning(candidates: list[Template], said: str) -> Template | None:
    """Return the one template that a text which breaks off is the beginning of."""
    if len(said) < MIN_PREFIX:
        return None
    begun = {one.name: one for one in candidates if _breaks_off_in(one.pieces, said)}
    return next(iter(begun.values())) if len(begun) == 1 else None


def _breaks_off_in(pieces: tuple[str, ...], said: str) -> bool:
    """Whether ``said`` ends inside these pieces, having had enough of them."""
    position = had = 0
    for number, piece in enumerate(pieces):
        rest = said[position:]
        if piece.startswith(rest) and (number == 0 or rest):
            return had + len(rest) >= MIN_PREFIX
        at = rest.find(piece)
        if at < 0 or (number == 0 and at > 0):
            return False
        position += at + len(piece)
        had += len(piece)
    return False
