"""JSON text as providers accept it, where the decoder is laxer or stricter than they are.

msgspec skips strings it is not asked for without looking at their UTF-8, and refuses lone surrogate escapes
(``"\\ud800"``), which Python and JavaScript clients produce by cutting an emoji in two and providers accept.
"""

import codecs
import re

#: Bytes decoded at a time: bounds the memory of the check, which for a body with one emoji is 4 bytes a
#: character.
_STRIDE = 64 * 1024

#: A surrogate escape whose own backslash is not escaped: with its other half, or alone.
_SURROGATES = re.compile(
    rb"(?<!\\)((?:\\\\)*+)"
    rb"(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_PAIR_LENGTH = 12


def utf8_error(text: bytes) -> int | None:
    """The offset of the first byte that is not UTF-8, or None when all of it is."""
    if text.isascii():
        return None
    view = memoryview(text)
    start = 0
    while start < len(text):
        final = start + _STRIDE >= len(text)
        try:
            _, used = codecs.utf_8_decode(view[start : start + _STRIDE], "strict", final)
        except UnicodeDecodeError as error:
            return start + error.start
        start += used
    return None


def without_lone_surrogates(text: bytes) -> bytes:
    """The same JSON, byte for byte as long, with every lone surrogate escape replaced by U+FFFD's.

    For reading only: what is forwarded is the original.
    """
    return _SURROGATES.sub(_mended, text)


def _mended(match: re.Match[bytes]) -> bytes:
    if len(match[2]) == _PAIR_LENGTH:
        return match[0]
    return match[1] + b"\\ufffd"
