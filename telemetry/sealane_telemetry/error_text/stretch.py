"""A stretch of prose: what stands between two ends, with what its words are."""

from itertools import groupby

from sealane_telemetry.error_text.chunks import Chunk, chunk_of
from sealane_telemetry.error_text.lexer import Kind, Piece
from sealane_telemetry.error_text.prose import Place, is_wording, place_behind
from sealane_telemetry.error_text.vocabulary import familiarity, in_known_triples, is_word

#: So many words in a row, of whose neighbours no more than this part is familiar, are somebody's.
STRANGE_WORDS = 5
STRANGE_BELOW = 0.26
#: So many words in a row, of which no three are documented so, are somebody's, however familiar each pair of them is;
#: three documented ones between such words are chance.
UNDOCUMENTED_WORDS = 4
CHANCE_WORDS = 3

# Looked up for each piece, which members of an Enum are slow at.
_CHUNK, _BLANK = Kind.CHUNK, Kind.BLANK
_WORD, _UNKNOWN = Chunk.WORD, Chunk.UNKNOWN


class Stretch:
    """Pieces of prose in order, and where they stand."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.pieces: list[Piece] = []
        self._chunks: dict[int, Chunk] = {}

    def add(self, piece: Piece) -> None:
        """Take the next piece; a word that a line break cut in two counts as the word it was."""
        pieces = self.pieces
        pieces.append(piece)
        if piece.kind is _CHUNK:
            number = len(pieces) - 1
            self._chunks[number] = chunk_of(piece.text)
            if number > 1 and pieces[number - 1].kind is _BLANK:
                self._mend(number - 2, number)

    def chunk(self, number: int) -> Chunk:
        """Return what the piece of this number is; only chunks are asked for."""
        return self._chunks[number]

    @property
    def words(self) -> list[str]:
        """The known words in lower case."""
        return [self.pieces[number].text.lower() for number, chunk in self._chunks.items() if chunk is _WORD]

    @property
    def is_wording(self) -> bool:
        """Whether an error says this."""
        unknown = list(self._chunks.values()).count(_UNKNOWN)
        if unknown <= len(self.pieces) // 4 and any(piece.kind is Kind.CHINESE for piece in self.pieces):
            return True  # each run of Chinese is judged by itself, and so is each word between
        return is_wording(self.words, unknown, self.place)

    def strange(self) -> set[int]:
        """Return the numbers of pieces that no error says so in a row, though the stretch around them is an error's."""
        strange: set[int] = set()
        if len(self._chunks) < UNDOCUMENTED_WORDS:
            return strange
        row: list[int] = []
        for number, piece in enumerate((*self.pieces, None)):
            if self._chunks.get(number) is _WORD:
                row.append(number)
            elif piece is None or piece.kind is not _BLANK:
                strange |= self._strange_in(row)
                row = []
        return strange

    def _strange_in(self, row: list[int]) -> set[int]:
        found: set[int] = set()
        if len(row) < UNDOCUMENTED_WORDS:
            return found
        words = [self.pieces[number].text.lower() for number in row]
        for start in range(len(row) - STRANGE_WORDS + 1):
            if familiarity(words[start : start + STRANGE_WORDS]) <= STRANGE_BELOW:
                found.update(range(row[start], row[start + STRANGE_WORDS - 1] + 1))
        for start, end in _undocumented(words):
            found.update(range(row[start], row[end - 1] + 1))
        return found

    def following(self, end: str) -> "Stretch":
        """Return the empty stretch behind ``end``, which is ``""`` for a quoted string."""
        if end in (":", "=") and self.place is not Place.SHOWN:
            return Stretch(place_behind(self.words, self.place))
        if not self.pieces or end in ("", ",", "(", ")", "[", "]") or self.place is Place.SHOWN:
            return Stretch(self.place)
        return Stretch(Place.SENTENCE)

    def _mend(self, left: int, right: int) -> None:
        halves = (self._chunks.get(left), self._chunks[right])
        if halves[0] is None or _UNKNOWN not in halves:
            return
        if not is_word((self.pieces[left].text + self.pieces[right].text).lower()):
            return
        self._chunks[left] = self._chunks[right] = Chunk.NAME


def _undocumented(words: list[str]) -> list[tuple[int, int]]:
    """Where many words in a row are, as start and end, of which no three are documented so."""
    runs: list[tuple[int, int]] = []
    start = 0
    for documented, group in groupby(in_known_triples(words)):
        end = start + len(list(group))
        chance = end - start <= CHANCE_WORDS and runs and end < len(words)
        if not documented or chance:
            joined = runs.pop()[0] if runs and runs[-1][1] == start else start
            runs.append((joined, end))
        start = end
    return [run for run in runs if run[1] - run[0] >= UNDOCUMENTED_WORDS]
