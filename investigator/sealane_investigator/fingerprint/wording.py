"""A message without what varies between two occurrences of one template."""

import re

from sealane_telemetry.error_text.marks import without_marks
from sealane_telemetry.error_text.vocabulary import is_word

#: Words that name a template that nobody knows; what is cut off behind them changes nothing.
LEADING_WORDS = 12
#: Chinese characters that do the same.
LEADING_CHARACTERS = 14
#: Characters of a message that are compared.
MAX_COMPARED = 4_000

_NOT_COMPARED = re.compile(r"[^a-z0-9\u4e00-\u9fff]+")
_VARIABLE = re.compile(
    r"[a-z][a-z0-9+.-]{1,15}://\S{1,2000}"  # an address
    r"|\S{1,100}@\S{1,100}"  # somebody
    r"|<[^<>\s]{1,200}>|\$?\{[^{}]{0,200}\}"  # masked, or a place holder
    r"|`[^`\n]{0,400}`|\"[^\"\n]{0,400}\"|(?<![a-z0-9])'[^'\n]{1,400}'(?![a-z0-9])"  # a value
    r"|[a-z0-9_.-]{0,200}[/\\][^\s,;]{0,400}"  # a path or a model
    r"|[a-z_.-]{0,80}\d[a-z0-9_.:+-]{0,200}"  # a number, an id, a host, a version
    r"|[a-z0-9]{1,80}(?:[_.][a-z0-9]{1,80}){1,20}"  # a name of code, a host
)
_WORD = re.compile(r"[a-z]{1,40}|[\u4e00-\u9fff]{1,400}")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def squeezed(text: str) -> str:
    """Return letters, digits and Chinese characters of ``text`` in lower case, nothing between them.

    What redaction put there is left out.
    """
    return _NOT_COMPARED.sub("", without_marks(text[: MAX_COMPARED * 2]).lower())[:MAX_COMPARED]


def leading_words(message: str) -> tuple[str, ...]:
    """Return the words a message begins with, without values, names, numbers, ids and words of no vocabulary.

    Chinese counts by characters, so the last piece may be part of a phrase.
    """
    plain = _VARIABLE.sub(" ", message[: MAX_COMPARED * 2].lower())
    words: list[str] = []
    characters = 0
    for match in _WORD.finditer(plain):
        piece = match[0]
        if piece[0] > "z":
            piece = piece[: LEADING_CHARACTERS - characters]
            characters += len(piece)
        elif not is_word(piece) or (len(piece) == 1 and piece != "a"):
            continue
        words.append(piece)
        if len(words) >= LEADING_WORDS or characters >= LEADING_CHARACTERS:
            break
    return tuple(words)


def name_words(name: str) -> str:
    """Return the name of an exception or a type as words: ``a.b.ReadTimeout`` is ``read timeout``."""
    return _CAMEL.sub(" ", name.rsplit(".", 1)[-1]).replace("_", " ").lower()
