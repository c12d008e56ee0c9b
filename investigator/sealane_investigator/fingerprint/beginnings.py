"""Which known templates a text that breaks off has begun."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

#: Squeezed characters of a text cut off that are enough to know its template by, if no other begins so; fewer where
#: the text shows that it breaks off; more where something stands before them, which may be a sentence that only shares
#: some words.
MIN_PREFIX = 16
MIN_PREFIX_BROKEN = 6
MIN_PREFIX_INSIDE = 24
#: Squeezed characters of a piece behind a gap that a text must end with to have begun it, and where it breaks off.
MIN_END = 4
MIN_END_BROKEN = 2
#: Squeezed characters before a gap inside which a text may break off, and of the value that it may have had of it.
MIN_BEFORE_GAP = 12
MAX_VALUE = 60


class Wording(Protocol):
    """The literal parts of a template, squeezed, and whether they hold only where they are all there is."""

    @property
    def pieces(self) -> tuple[str, ...]:
        """The parts in order."""

    @property
    def anchors(self) -> tuple[str, ...]:
        """The parts that are enough to know it by, in order."""

    @property
    def whole(self) -> bool:
        """Whether nothing else may stand beside them."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A template's place in the table, and how many of its letters the text has."""

    place: int
    letters: int


@dataclass(frozen=True, slots=True)
class _Pieces:
    place: int
    pieces: tuple[str, ...]
    whole: bool


def _ways(one: Wording) -> list[tuple[str, ...]]:
    """The parts from the beginning, and from what is enough to know it by when words stand before that."""
    if not one.pieces:
        return []
    at = one.pieces[0].find(one.anchors[0])
    return [one.pieces] if at <= 0 else [one.pieces, (one.pieces[0][at:], *one.pieces[1:])]


class Beginnings:
    """The beginnings of templates, looked up by their first letters."""

    def __init__(self, wordings: Iterable[Wording]) -> None:
        """Take the templates in the order of the table."""
        self._by_start: dict[str, list[_Pieces]] = defaultdict(list)
        self._by_few: dict[str, list[_Pieces]] = defaultdict(list)
        for place, one in enumerate(wordings):
            for pieces in _ways(one):
                known = _Pieces(place, pieces, one.whole)
                self._by_start[pieces[0][:MIN_PREFIX]].append(known)
                self._by_few[pieces[0][:MIN_PREFIX_BROKEN]].append(known)
        self._short = [start for start in self._by_start if len(start) < MIN_PREFIX]

    def begun(self, said: str, *, broken: bool) -> list[Begun]:
        """Return the templates inside whose wording ``said`` ends, all that have the most letters of it.

        ``broken`` is whether the text shows by itself that it breaks off.
        """
        if len(said) < (MIN_PREFIX_BROKEN if broken else MIN_PREFIX):
            return []
        found = [
            Begun(one.place, letters)
            for one, at in self._candidates(said, broken=broken)
            if (broken or not one.whole) and (letters := _letters(one.pieces, said, at, broken=broken))
        ]
        most = max((one.letters for one in found), default=0)
        return [one for one in found if one.letters == most]

    def _candidates(self, said: str, *, broken: bool) -> Iterator[tuple[_Pieces, int]]:
        """Each template whose first letters are in ``said``, and where they are there for the last time."""
        if broken and len(said) < MIN_PREFIX:
            yield from ((one, 0) for one in self._by_few.get(said[:MIN_PREFIX_BROKEN], ()))
            return
        last = {said[at : at + MIN_PREFIX]: at for at in range(len(said) - MIN_PREFIX + 1)}
        for start in last.keys() & self._by_start.keys():
            yield from ((one, last[start]) for one in self._by_start[start])
        for start in self._short:
            if (at := said.rfind(start)) >= 0:
                yield from ((one, at) for one in self._by_start[start])


def _letters(pieces: Sequence[str], said: str, at: int, *, broken: bool) -> int:
    """How many letters of these pieces ``said`` has when it ends inside them; 0 when they are not enough."""
    enough = MIN_PREFIX_INSIDE if at else MIN_PREFIX_BROKEN if broken else MIN_PREFIX
    position, had = at, 0
    for number, piece in enumerate(pieces):
        found = said.find(piece, position)
        if found < 0 or (number == 0 and found != at):
            begun = _begun_at_end(piece, said[position:], number, MIN_END_BROKEN if broken else MIN_END)
            in_gap = broken and had >= MIN_BEFORE_GAP and len(said) - position <= MAX_VALUE
            return had + begun if (begun or in_gap) and had + begun >= enough else 0
        position = found + len(piece)
        had += len(piece)
    return 0


def _begun_at_end(piece: str, rest: str, number: int, least: int) -> int:
    """How much of ``piece`` the end of ``rest`` has; before the first piece nothing else may be in ``rest``."""
    if number == 0:
        return len(rest) if piece.startswith(rest) else 0
    longest = min(len(piece) - 1, len(rest))
    return next((size for size in range(longest, least - 1, -1) if rest.endswith(piece[:size])), 0)
