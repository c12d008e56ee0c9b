"""Objects written into text: JSON, Python's and JavaScript's notation, whole or cut off, however often escaped.

The reader never fails and never goes back further than a key, so its time is linear in the text. What is not an
object stays text. A string that is not closed where a value may end is read on; at the end of the text everything
open is closed and said to be cut.
"""

import re
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = "dict[str, Value] | list[Value] | str | int | float | bool | None"

#: Objects inside objects; what is deeper is read as words.
MAX_DEPTH = 40

_BLANK = r"(?:\s|\\{1,16}[nrt])"
_START = re.compile(
    rf"\{{({_BLANK}{{0,100}})(\\{{0,16}})(?:[\"'][^\"'\n{{}}]{{0,80}}[\"'\\]|[A-Za-z_$][\w$.-]{{0,60}}\s{{0,20}}[:=]|$)"
)
_KEY = re.compile(
    r"""\s{0,200}[bu]?(?:"([^"\\]{0,80})"|'([^'\\]{0,80})'|([A-Za-z_$][\w$.-]{0,60}))\s{0,50}(?:=>|[:=])\s{0,200}"""
)
_CUT_KEY = re.compile(r"\s{0,200}[\"']?[\w$.-]{0,80}[\"']?\s{0,50}:?\s{0,50}$")
_BODY = {quote: re.compile(rf"[^{quote}\\]*(?:\\.[^{quote}\\]*)*", re.DOTALL) for quote in "\"'`"}
_AFTER_STRING = re.compile(r"\s{0,50}(?:[,:}\])]|=>|$)")
_NUMBER = re.compile(r"-?\d{1,18}(?:\.\d{1,18})?(?=\s|[,}\])]|$)")
_WORD = re.compile(r"[^,}\]\n]{0,300}")
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.|$)", re.DOTALL)
_LITERALS: dict[str, Value] = {
    "null": None, "None": None, "undefined": None, "nil": None, "NULL": None,
    "true": True, "True": True, "false": False, "False": False,
}  # fmt: skip
_SIMPLE = {"n": "\n", "r": "\n", "t": "\t", "b": "", "f": "", "0": "", "\n": ""}


@dataclass(frozen=True, slots=True)
class Found:
    """An object of the text between ``start`` and ``end``; ``cut`` when its end is missing."""

    value: Value
    start: int
    end: int
    cut: bool


def find_objects(text: str) -> list[Found]:
    """Return the outermost objects of ``text`` in order; what an object holds is in its value."""
    found: list[Found] = []
    position = 0
    while (match := _START.search(text, position)) is not None:
        if match[2] or "\\" in match[1]:
            # Escaped without the quotes around it: all that follows is on the same level.
            inner = find_objects(unescape(text[match.start() :]))
            found.extend(Found(one.value, match.start(), len(text), one.cut) for one in inner)
            return found
        reader = _Reader(text, match.start())
        value = reader.value(0)
        if isinstance(value, dict) and value:
            found.append(Found(value, match.start(), reader.position, reader.cut))
        position = max(reader.position, match.start() + 1)
    return found


def unescape(text: str) -> str:
    """Return ``text`` with one level of backslashes taken away."""
    plain = _ESCAPE.sub(_unescaped, text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if "\\u" in text else plain


def _unescaped(match: re.Match[str]) -> str:
    mark = match[1]
    if len(mark) > 1:
        return chr(int(mark[1:], 16))
    return _SIMPLE.get(mark, mark)


class _Reader:
    def __init__(self, text: str, position: int) -> None:
        self._text = text
        self.position = position
        self.cut = False

    def value(self, depth: int) -> Value:
        mark = self._text[self.position : self.position + 1]
        if mark in ("{", "[", "(") and depth < MAX_DEPTH:
            self.position += 1
            return self._object(depth) if mark == "{" else self._list(depth, "]" if mark == "[" else ")")
        if mark in ("b", "u") and self._text[self.position + 1 : self.position + 2] in ("'", '"'):
            self.position += 1
            mark = self._text[self.position]
        if mark in ('"', "'", "`"):
            return self._string(mark)
        if number := _NUMBER.match(self._text, self.position):
            self.position = number.end()
            return float(number[0]) if "." in number[0] else int(number[0])
        return self._word()

    def _object(self, depth: int) -> dict[str, Value]:
        members: dict[str, Value] = {}
        while (key := _KEY.match(self._text, self.position)) is not None:
            self.position = key.end()
            name = re.sub(r"\s+", "", key[1] or key[2] or key[3] or "")
            value = self.value(depth + 1)
            members.setdefault(name, value)
            if not self._more("}"):
                return members
        if _CUT_KEY.match(self._text, self.position):
            self.position = len(self._text)
        self._close("}")
        return members

    def _list(self, depth: int, end: str) -> list[Value]:
        items: list[Value] = []
        while not self._at(end) and self.position < len(self._text):
            before = self.position
            items.append(self.value(depth + 1))
            if not self._more(end) or self.position == before:
                return items
        self._close(end)
        return items

    def _more(self, end: str) -> bool:
        """Step over a comma; over the end, or give up, when none follows."""
        if self._at(","):
            self.position += 1
            self._blanks()
            return True
        self._close(end)
        return False

    def _close(self, end: str) -> None:
        if self._at(end):
            self.position += 1
        elif self.position >= len(self._text):
            self.cut = True

    def _at(self, mark: str) -> bool:
        self._blanks()
        return self._text.startswith(mark, self.position)

    def _blanks(self) -> None:
        while self.position < len(self._text) and self._text[self.position].isspace():
            self.position += 1

    def _string(self, quote: str) -> str:
        start = self.position + 1
        position = start
        while True:
            body = _BODY[quote].match(self._text, position)
            position = body.end() if body else position
            if position >= len(self._text) or self._text[position] == "\\":
                self.cut = True
                self.position = len(self._text)
                return unescape(self._text[start:])
            if _AFTER_STRING.match(self._text, position + 1):
                self.position = position + 1
                return unescape(self._text[start:position])
            position += 1

    def _word(self) -> Value:
        match = _WORD.match(self._text, self.position)
        word = match[0].strip() if match else ""
        self.position = match.end() if match else self.position + 1
        return _LITERALS.get(word, word)
