"""Finds the known template that a message is an occurrence of."""

from collections.abc import Iterable

from sealane_investigator.fingerprint.templates import Template
from sealane_investigator.fingerprint.wording import squeezed

#: Squeezed characters of a text cut off that are enough to know its template by, if no other begins so; more where
#: something stands before them, which may be a sentence that only shares some words.
MIN_PREFIX = 16
MIN_PREFIX_INSIDE = 24
#: Squeezed characters that may stand between two parts of a wording.
MAX_GAP = 300
#: Squeezed characters of a piece behind a gap that a text must end with to have begun it.
MIN_END = 4
#: Squeezed characters that must be found around the message, where a template may be mentioned by chance.
MIN_AROUND = 24


def match(templates: Iterable[Template], message: str, text: str, family: str | None) -> Template | None:
    """Return the template of ``message``, else of ``text`` around it; None where nothing known is said.

    What speaks for many holds wherever it stands. A wording that is the whole message beats one that is found in it;
    of several the longest holds.
    """
    candidates = [one for one in templates if not one.gated or one.family == family]
    said, around = squeezed(message), squeezed(text)
    return (
        _longest([one for one in candidates if one.first], around, 0)
        or _whole(candidates, said)
        or _longest(candidates, said, 0)
        or _begun(candidates, said, family)
        or _longest(candidates, around, MIN_AROUND)
    )


def _whole(candidates: list[Template], said: str) -> Template | None:
    whole = [one for one in candidates if one.whole and one.pieces == (said,)]
    return max(whole, key=lambda one: one.gated, default=None)


def _longest(candidates: list[Template], said: str, at_least: int) -> Template | None:
    found = [
        one
        for one in candidates
        if not one.whole and one.weight >= at_least and one.anchors[0] in said and _in_order(one.anchors, said)
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


def _begun(candidates: list[Template], said: str, family: str | None) -> Template | None:
    """Return the one template that a text which breaks off has begun; of several only one of the caller's family."""
    if len(said) < MIN_PREFIX:
        return None
    begun = {one.name: one for one in candidates if not one.whole and _breaks_off(one.pieces, said)}
    if len(begun) > 1:
        begun = {name: one for name, one in begun.items() if family is not None and one.family == family}
    return next(iter(begun.values())) if len(begun) == 1 else None


def _breaks_off(pieces: tuple[str, ...], said: str) -> bool:
    """Whether ``said`` ends inside these pieces, having had enough of them; what stands before them does not count."""
    at = said.rfind(pieces[0][:MIN_PREFIX])
    if at < 0:
        return False
    enough = MIN_PREFIX if at == 0 else MIN_PREFIX_INSIDE
    position, had = at, 0
    for number, piece in enumerate(pieces):
        found = said.find(piece, position)
        if found < 0 or (number == 0 and found != at):
            begun = _begun_at_end(piece, said[position:], whole=number == 0)
            return begun > 0 and had + begun >= enough
        position = found + len(piece)
        had += len(piece)
    return False


def _begun_at_end(piece: str, rest: str, *, whole: bool) -> int:
    """How much of ``piece`` the end of ``rest`` has; with ``whole`` nothing else may be in ``rest``."""
    if whole:
        return len(rest) if piece.startswith(rest) else 0
    longest = min(len(piece) - 1, len(rest))
    return next((size for size in range(longest, MIN_END - 1, -1) if rest.endswith(piece[:size])), 0)
