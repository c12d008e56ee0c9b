"""Lines that a terminal broke, as one line again.

A break inside a word looks like one between words. A word of the errors' vocabulary decides: two halves that are one
word together, and at least one of which is none alone, were one word.
"""

import re

from sealane_investigator.peel.cleaning import one_line
from sealane_telemetry.error_text.vocabulary import is_word

_BROKEN = re.compile(r"(?<![A-Za-z])([A-Za-z]{1,24})(\n| )(?=([a-z]{1,24})(?![A-Za-z]))")
_INDENTED = re.compile(r"\n[ \t]+")


def joined(text: str) -> str:
    """Return ``text`` in one line, words that a line break (or the blank it left) cut in two whole again."""
    return one_line(_BROKEN.sub(_whole, _INDENTED.sub(" \n ", text.strip())))


def _whole(match: re.Match[str]) -> str:
    left, right = match[1].lower(), match[3]
    if is_word(left + right) and not (is_word(left) and is_word(right)):
        return match[1]
    return match[0]
