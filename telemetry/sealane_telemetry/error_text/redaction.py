"""Takes credentials and private text out of an error text, and leaves what tells the error.

What stays: the words of error templates where an error's wording stands, numbers, ids, names of parameters, classes and
models, and the labels of an error object (``code``, ``type``, ``param``, ``status``, request ids). What goes: every
credential, what is quoted, what members that are no part of an error hold, and sentences that no error says.
"""

import re
from itertools import islice

from sealane_telemetry.error_text.chunks import Chunk, chunk_of, is_id, is_label, is_name, is_opaque
from sealane_telemetry.error_text.credentials import mask_credentials
from sealane_telemetry.error_text.fields import Field, field_of
from sealane_telemetry.error_text.lexer import Kind, Piece, pieces
from sealane_telemetry.error_text.marks import MARK, Marks
from sealane_telemetry.error_text.prose import Place, is_chinese_wording, is_of_the_trade
from sealane_telemetry.error_text.stretch import Stretch

#: Characters that are looked at; what is longer keeps its length and hash alone.
MAX_TEXT = 65_536
#: Blanks and punctuation marks that are looked at, which is what takes time.
MAX_PIECES = 3_000
#: Strings in strings; what lies deeper is private.
MAX_DEPTH = 8
#: Enough passes for a text to say the same when it is redacted again.
_MAX_PASSES = 4

_COUNTED = re.compile(rf"(\s?{MARK})|\\+|[^\w\s\\]|\s+")
_ADDRESS = re.compile(rf"([A-Za-z][A-Za-z0-9+.-]*://)((?:{MARK}|[^/?#@])*@)?([^/?#@]*)([^?#]*)(.*)", re.DOTALL)
_NESTED = re.compile(
    r"\s{0,8}(?:\[?\s{0,8}\{|[bu]?\\{0,16}[\"']\s{0,4}\{|<!DOCTYPE|<html|Error code:|\[SSL|\[Errno)", re.IGNORECASE
)
#: Elements of a page whose text is no error's title.
_TAGS = ("body", "p", "div", "span", "td", "li", "pre", "code", "html", "script", "style", "a", "b", "blockquote")
#: No limit and no count that somebody would be told has so many.
_MANY_DIGITS = re.compile(r"\d{8}")
_LINE_END = re.compile(r"\n|\\{1,16}[nrt]")
#: Marks that end no stretch of prose.
_INSIDE_PROSE = "'’‘-/%&#@*+^~|$_.,"
#: Whose documentation errors refer to.
_PUBLIC_HOST = re.compile(
    r"(?:[\w-]+\.)*(?:openai\.com|openrouter\.ai|anthropic\.com|claude\.(?:com|ai)|google\.(?:dev|com)|ai\.dev|googleapis\.com|"
    r"microsoft\.com|azure\.com|aka\.ms|amazon\.com|aws\.amazon\.com|amazonaws\.com|moonshot\.(?:cn|ai)|kimi\.com|z\.ai|"
    r"bigmodel\.cn|aliyun\.com|aliyuncs\.com|deepseek\.com|minimaxi?\.(?:com|io|chat)|siliconflow\.(?:cn|com)|groq\.com|"
    r"cerebras\.ai|mistral\.ai|x\.ai|ollama\.com|litellm\.ai|together\.(?:ai|xyz)|fireworks\.ai|huggingface\.co|nvidia\.com|"
    r"volcengine\.com|github\.com|githubcopilot\.com|vercel\.com|cloudflare\.com|kubernetes\.io|docker\.(?:com|io)|localhost)"
    r"(?::\d{1,5})?"
)
_API_PART = re.compile(
    r"v\d{1,2}(?:beta\d?|alpha)?|api|chat|completions?|embeddings|models?|messages|responses|openai|anthropic|coding|paas|"
    r"beta|generate|generateContent|streamGenerateContent|images|generations|audio|speech|transcriptions|deployments|"
    r"compatible-mode|inference|proxy|engines|files|batches|rerank|moderations|tags|show|healthz?|ready|metrics|"
    r"\d{1,5}"
)
_WITH_WORDS = re.compile(r"([^\w]*)(\w(?:.*\w)?)([^\w]*)", re.DOTALL)
_PART = re.compile(rf"({MARK})|[^/?#&=,:;<>]+")
_RAISED = re.compile(r"[\w.]{0,200}(?:Error|Exception|Timeout|Fault|Warning|Disconnected|Closed|Refused|Read)")
_ONLY_MARKS = re.compile(rf"\s*(?:{MARK}[\s,.]*)+")

#: Where an error's wording is expected, so that single words of the trade may stay.
_EXPECTED = (Place.BEGINNING, Place.SENTENCE)
# Looked up for each piece, which members of an Enum are slow at.
_CHUNK, _BLANK, _QUOTE, _END, _OTHER = Kind.CHUNK, Kind.BLANK, Kind.QUOTE, Kind.END, Kind.OTHER


class ErrorTextRedactor:
    """Redacts with one secret: the same text has the same mark wherever it was redacted with that secret."""

    def __init__(self, secret: bytes) -> None:
        self._marks = Marks(secret)

    def redact(self, text: str) -> str:
        """Return ``text`` redacted; redacting that again changes nothing. Linear in the text's length."""
        end = _end_of_what_is_read(text)
        rest = text[end:]
        shown = text[:end]
        for _ in range(_MAX_PASSES):
            before = shown
            shown = self._region(mask_credentials(shown, self._marks.key), 0, Place.BEGINNING)
            if shown == before:
                break
        return f"{shown} {self._marks.text(rest)}" if rest else shown

    def _region(self, text: str, depth: int, place: Place) -> str:
        """An error's wording with whatever is quoted in it."""
        out: list[str] = []
        stretch = Stretch(place)
        key: str | None = None
        last = ""
        caller = ""
        for piece in pieces(text):
            kind = piece.kind
            if kind is _CHUNK or kind is _BLANK:
                stretch.add(piece)
            elif kind is _QUOTE:
                out.append(self._stretch(stretch))
                stretch = stretch.following("")
                if piece.key and not piece.quote.endswith("`"):
                    key = piece.inside
                    out.append(self._key(piece))
                else:
                    out.append(self._quoted(piece, key if last in ":=,[{>" else None, depth, stretch, caller))
            elif kind is Kind.PAIR:
                out.append(self._stretch(stretch))
                stretch = stretch.following("")
                out.append(f"{piece.text[0]}{self._inside(piece.inside, None, depth, stretch, '-')}{piece.text[-1]}")
            elif (kind is _END or kind is _OTHER) and piece.text not in _INSIDE_PROSE:
                out.append(self._stretch(stretch))
                out.append(piece.text)
                stretch = stretch.following(piece.text)
                if piece.text == ">" and caller.lower() in _TAGS:
                    stretch = Stretch(Place.SHOWN)
                key = _key_before(piece.text, caller, key)
            else:
                stretch.add(piece)
            if kind is not _BLANK and not (kind is _END and _LINE_END.fullmatch(piece.text)):
                caller = _caller(piece, last, caller)
                last = piece.text[-1:]
        out.append(self._stretch(stretch))
        return "".join(out)

    def _key(self, piece: Piece) -> str:
        shown = (
            field_of(piece.inside) is not Field.PRIVATE or is_name(piece.inside) or _ONLY_MARKS.fullmatch(piece.inside)
        )
        return piece.text if shown else f"{piece.quote}{self._marks.text(piece.inside)}{piece.quote}"

    def _quoted(self, piece: Piece, key: str | None, depth: int, stretch: Stretch, caller: str) -> str:
        inside = self._inside(piece.inside, key, depth, stretch, caller)
        return f"{piece.quote}{inside}{piece.quote if piece.closed else ''}"

    def _inside(self, inside: str, key: str | None, depth: int, stretch: Stretch, caller: str) -> str:
        if not inside.strip() or _ONLY_MARKS.fullmatch(inside):
            return inside
        field = field_of(key) if key is not None else None
        if (field is Field.LABEL and is_label(inside)) or (field is Field.ID and is_id(inside)):
            return inside
        if is_name(inside) and (key is None or field is not Field.PRIVATE):
            return inside
        if depth < MAX_DEPTH and self._is_wording(inside, field, key, caller):
            return self._region(inside, depth + 1, Place.BEGINNING if field is Field.MESSAGE else stretch.place)
        return self._marks.text(inside)

    @staticmethod
    def _is_wording(inside: str, field: Field | None, key: str | None, caller: str) -> bool:
        """Whether what is quoted is an error in its turn."""
        if field in (Field.MESSAGE, Field.NAME, Field.LABEL, Field.ID):
            return True
        if key is not None:
            return False
        return bool(_NESTED.match(inside)) or caller == "" or _RAISED.fullmatch(caller) is not None

    def _stretch(self, stretch: Stretch) -> str:
        if len(stretch.pieces) < 2 and (not stretch.pieces or stretch.pieces[0].kind is _BLANK):
            return stretch.pieces[0].text if stretch.pieces else ""
        if not stretch.is_wording:
            return self._hidden(stretch)
        out: list[str] = []
        strange = stretch.strange()
        expected = stretch.place in _EXPECTED
        private = ""
        for number, piece in enumerate(stretch.pieces):
            if number in strange and not (expected and piece.kind is _CHUNK and is_of_the_trade(piece.text.lower())):
                private += piece.text
                continue
            if private:
                out.append(self._marked(private))
                private = ""
            out.append(piece.text if piece.kind is _BLANK else self._shown(number, stretch))
        return "".join((*out, self._marked(private)))

    def _hidden(self, stretch: Stretch) -> str:
        """As marks, but for words of the trade where an error's wording is expected and what is marked already."""
        expected = stretch.place in _EXPECTED
        out: list[str] = []
        private = ""
        for piece in stretch.pieces:
            shown = piece.kind is Kind.MARK or (
                expected and piece.kind is Kind.CHUNK and is_of_the_trade(piece.text.lower())
            )
            if shown:
                out += (self._marked(private), piece.text)
                private = ""
            else:
                private += piece.text
        return "".join((*out, self._marked(private)))

    def _marked(self, private: str) -> str:
        """One mark for it; the blanks and punctuation around stay."""
        if not private:
            return ""
        match = _WITH_WORDS.fullmatch(private)
        return f"{match[1]}{self._marks.text(match[2])}{match[3]}" if match else private

    def _shown(self, number: int, stretch: Stretch) -> str:
        piece = stretch.pieces[number]
        if piece.kind is _CHUNK:
            chunk = stretch.chunk(number)
            sent = chunk is Chunk.NUMBER and stretch.place is Place.SHOWN and _MANY_DIGITS.search(piece.text)
            return self._marks.text(piece.text) if sent or chunk is Chunk.UNKNOWN else piece.text
        if piece.kind is Kind.PERSON:
            return self._marks.text(piece.text)
        if piece.kind is Kind.ADDRESS:
            return self._address(piece.text, stretch.place is Place.SHOWN)
        if piece.kind is Kind.CHINESE and not is_chinese_wording(piece.text, stretch.place):
            return self._marks.text(piece.text)
        return piece.text

    def _address(self, address: str, shown: bool) -> str:
        match = _ADDRESS.fullmatch(address)
        if match is None:
            return self._marks.text(address)
        scheme, user, host, path, rest = match.groups()
        if shown and not _PUBLIC_HOST.fullmatch(host):
            return self._marks.text(address)
        shown_user = user if not user or _ONLY_MARKS.fullmatch(user[:-1]) else f"{self._marks.text(user[:-1])}@"
        known = _PUBLIC_HOST.fullmatch(host) is not None
        shown_host = self._marks.text(host) if is_opaque(host) else host
        return f"{scheme}{shown_user or ''}{shown_host}{self._parts(path, known)}{self._parts(rest, known)}"

    def _parts(self, text: str, known: bool) -> str:
        """Keep those parts of a path or a query that are names or numbers, at a stranger's those of an API's paths."""
        public = _is_public if known else _is_of_api
        return _PART.sub(lambda part: part[0] if part[1] or public(part[0]) else self._marks.text(part[0]), text)


def _end_of_what_is_read(text: str) -> int:
    """Where the part of ``text`` ends that is read; marks do not count, so that what is redacted is read as far."""
    if len(text) <= MAX_PIECES:
        return len(text)
    counted = (found for found in _COUNTED.finditer(text, 0, MAX_TEXT) if found[1] is None)
    beyond = next(islice(counted, MAX_PIECES, None), None)
    return min(len(text), MAX_TEXT) if beyond is None else beyond.start()


def _is_public(part: str) -> bool:
    return is_name(part) or chunk_of(part) is Chunk.NUMBER


def _key_before(end: str, name: str, key: str | None) -> str | None:
    """The key of a value behind ``end``: a name without quotes counts where the value may be shown."""
    if end in (":", "="):
        return name if name and field_of(name) is not Field.PRIVATE else key if name == "-" else None
    return None if end == "}" else key


def _is_of_api(part: str) -> bool:
    return _API_PART.fullmatch(part) is not None


def _caller(piece: Piece, last: str, caller: str) -> str:
    """What opened the brackets that stand open: a name, ``""`` where only a colon or nothing is before, else ``-``."""
    if piece.kind is _CHUNK and not piece.text.isdigit():
        return piece.text
    if piece.text in ("(", "["):
        return "" if last in ("", ":", "(", "[") or caller == "" else caller
    if piece.text == "," or piece.text.isdigit():
        return caller
    return "-"
