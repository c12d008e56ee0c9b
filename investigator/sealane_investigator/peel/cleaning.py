"""Text as terminals, logs and chat threads mangle it, made plain again.

Nothing here knows what an error is. All functions are total and linear in the text's length.
"""

import re

#: Characters of a text that are looked at; the rest never says anything new.
MAX_TEXT = 65_536

_ANSI = re.compile(r"\x1b(?:\[[0-9;?]{0,32}[ -/]{0,4}[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2060\ufeff\ud800-\udfff]")
_EDGE = re.compile(r"[ \t]{0,8}[\u2500-\u259f]+[ \t]?")
_QUOTED_LINE = re.compile(r"^(?:[ \t]{0,3}>[ \t]?){1,4}", re.MULTILINE)
_FENCE = re.compile(r"^[ \t]{0,3}(?:```|~~~)[\w+-]{0,20}[ \t]*$", re.MULTILINE)
_BLANKS = re.compile(r"\s+")

#: Quotation marks and blanks as HTML writes them; tags stay as they are.
_ENTITIES = {"quot": '"', "#34": '"', "#x22": '"', "apos": "'", "#39": "'", "#x27": "'", "nbsp": " ", "#160": " "}
_ENTITY = re.compile(r"&(?:amp;)?(quot|#34|#x22|apos|#39|#x27|nbsp|#160);", re.IGNORECASE)

#: Full-width forms and typographic quotes as ASCII, so that one rule reads both.
_PLAIN = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_PLAIN |= {0x3000: " ", 0xA0: " ", 0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2028: "\n", 0x2029: "\n"}


def clean(text: str) -> str:
    """Return ``text`` without escapes, frames and quote marks; lines stay, full-width punctuation becomes ASCII."""
    plain = text[:MAX_TEXT].replace("\r\n", "\n").replace("\r", "\n")
    if "\x1b" in plain:
        plain = _ANSI.sub("", plain)
    if "&" in plain:
        plain = _ENTITY.sub(lambda entity: _ENTITIES[entity[1].lower()], plain)
    plain = _CONTROL.sub("", plain.translate(_PLAIN))
    plain = _EDGE.sub(" ", plain)
    return _FENCE.sub("", _QUOTED_LINE.sub("", plain))


def one_line(text: str) -> str:
    """Return ``text`` with every run of blanks and line breaks as one space."""
    return _BLANKS.sub(" ", text).strip()
