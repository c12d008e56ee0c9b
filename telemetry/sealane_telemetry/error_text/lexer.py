"""An error text as pieces: marks, quoted strings, addresses, chunks, Chinese, and what stands between."""

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

from sealane_telemetry.error_text.marks import MARK


class Kind(Enum):
    """What a piece is."""

    MARK = "mark"
    QUOTE = "quote"
    PAIR = "pair"
    ADDRESS = "address"
    PERSON = "person"
    CHUNK = "chunk"
    CHINESE = "chinese"
    BLANK = "blank"
    END = "end"
    OTHER = "other"


class Piece(NamedTuple):
    """A piece of a text.

    Of a quoted string ``inside`` is what stands between its quotes; ``key`` says that a value follows.
    """

    kind: Kind
    text: str
    inside: str = ""
    quote: str = ""
    closed: bool = True
    key: bool = False


_TOKEN = re.compile(
    # What most texts are made of comes first, for speed alone: no other alternative begins with a blank, or holds for a
    # word of letters with a blank behind it.
    r"(?P<blank>[^\S\n]+|(?<=[a-z])\n(?=[a-z]))"
    r"|(?P<word>[A-Za-z]{1,40}(?=[ ,)]))"
    rf"|(?P<mark>{MARK})"
    rf"|(?P<address>[A-Za-z][A-Za-z0-9+.-]{{1,15}}://(?:{MARK}|[^\s\"'`<>\\(){{}}|\u4e00-\u9fff])"
    rf"{{0,4096}}(?:{MARK}|[^\s\"'`<>\\(){{}}|\u4e00-\u9fff.,;:!?\]]))"
    r"|(?P<person>[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,6}"
    # Groups of digits that only blanks, hyphens and line ends part, unless they are a date.
    r"|(?<![\w:/,-])(?<!\d\.)(?:[A-Za-z_]{1,40}=)?(?!\d{4}-\d\d-\d\d)"
    r"(?=\(?\d{2,7}\)?(?:[ \n-]|\\{1,8}n))(?=\(?\d(?:(?:[ ()\n-]{1,3}|\\{1,8}n)?\d){8})"
    r"\(?\d{2,7}\)?(?:(?:[ \n-]{1,2}|\\{1,8}n)\d{1,8}){1,8}(?![\w:])"
    r"|[A-Z]{2}\d{2}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,4})?(?!\w)"
    r"|\+\d[\d ().-]{6,18}\d|(?<![\w.])\(?\d{3}\)?[ -]\d{3}[ -]\d{4}(?![\w.])|(?<![\w.])0\d{2,4}[ /-]\d{5,9}(?![\w.])"
    r"|(?<![\w.-])\d{3}-\d\d-\d{4}(?![\w-])|(?<![\w.])(?:\d{4}[ -]){3}\d{4}(?![\w.]))"
    r"|(?P<pair>«[^«»]{0,4096}»|“[^“”]{0,4096}”|「[^「」]{0,4096}」|『[^『』]{0,4096}』)"
    r"|(?P<quote>\\{0,16}[\"'`])"
    r"|(?P<chinese>[\u4e00-\u9fff]+)"
    r"|(?P<chunk>[^\W\u4e00-\u9fff]+(?:[./@+=~%$&#*-]+[^\W\u4e00-\u9fff]+)*)"
    r"|(?P<end>\n|\\{1,16}[nrt]|[;。！？；!?]|\.(?=\s|$|\\)|:(?=\s|$|\\{0,16}[\"'`{\[]|\\n|<)|[：])"
    r"|(?P<other>.)",
    re.DOTALL,
)
#: By the names of the alternatives.
_KINDS = {kind.value: kind for kind in Kind} | {"word": Kind.CHUNK}
_QUOTE = Kind.QUOTE
_PAIR = Kind.PAIR
#: Letters that stand before Python's strings.
_PREFIXES = ("b", "r", "u")
_BEHIND_VALUE = re.compile(r"\\{0,16}[\"'`]?\s{0,40}(?:\\{1,16}[nrt]\s{0,40}){0,8}(?:[,:=}\])>.;]|$)")
_BEHIND_KEY = re.compile(r"\s{0,8}(?:\\{1,16}[nrt]\s{0,8}){0,2}(?::|=>)")


def pieces(text: str) -> Iterator[Piece]:
    """Yield the pieces of ``text`` in order; joined they are ``text``."""
    position = 0
    found = _TOKEN.match
    while match := found(text, position):
        said = match[0]
        kind = _KINDS[match.lastgroup or "other"]
        if kind is _QUOTE:
            piece = _quoted(text, match, text[max(position - 2, 0) : position])
        elif kind is _PAIR:
            piece = Piece(kind, said, said[1:-1])
        else:
            piece = Piece(kind, said)
        yield piece
        position += len(piece.text)


def _quoted(text: str, match: re.Match[str], previous: str) -> Piece:
    """The string that begins here; a mark between letters is an apostrophe."""
    quote = match[0]
    prefixed = previous[-1:] in _PREFIXES and not previous[:-1].isalnum()
    if quote[-1] == "'" and previous[-1:].isalnum() and not prefixed:
        return Piece(Kind.OTHER, quote)
    start = match.end()
    end = _closing(text, start, quote)
    if end is None:
        return Piece(Kind.QUOTE, text[match.start() :], inside=text[start:], quote=quote, closed=False)
    behind = end + len(quote)
    is_key = _BEHIND_KEY.match(text, behind) is not None
    return Piece(Kind.QUOTE, text[match.start() : behind], inside=text[start:end], quote=quote, key=is_key)


def _closing(text: str, start: int, quote: str) -> int | None:
    """Where the string ends: at its quote mark, escaped as often, with nothing of a word behind it."""
    position = start
    while True:
        at = text.find(quote, position)
        if at < 0:
            return None
        behind = at + len(quote)
        escaped = at > start and text[at - 1] == "\\"
        if not escaped and (_BEHIND_VALUE.match(text, behind) or not text[behind : behind + 1].isalnum()):
            return at
        position = behind
