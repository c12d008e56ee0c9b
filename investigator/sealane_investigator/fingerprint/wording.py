"""A message without what varies between two occurrences of one template."""

import re
from itertools import islice

from sealane_investigator.incident.peeled import Peeled
from sealane_telemetry.error_text.marks import without_marks
from sealane_telemetry.error_text.vocabulary import is_word

#: Words that name a template that nobody knows; what is cut off behind them changes nothing.
LEADING_WORDS = 8
#: Chinese characters that do the same.
LEADING_CHARACTERS = 14
#: So many make a message Chinese, and what is not Chinese in it a name or a wrapper.
MIN_CHARACTERS = 5
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
    r"|[a-z0-9]{1,80}(?:-[a-z0-9]{1,80}){2,20}"  # a name of a pod
    r"|\[errno -?\d{1,5}\]|\[ssl: ?[a-z_]{0,60}\]"  # where the wording came from
)
#: A line break that was written out, not one of a Windows path.
_ESCAPED_BREAK = re.compile(r"\\[nrt](?=\s)|(?<=[.,;!?\s])\\[nrt]")
_WORD = re.compile(r"[a-z]{1,40}|[\u4e00-\u9fff]{1,400}")
_LAST_WORD = re.compile(r"(?<![\w.:/-])[A-Za-z]{1,24}$")
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def squeezed(text: str) -> str:
    """Return letters, digits and Chinese characters of ``text`` in lower case, nothing between them.

    What redaction put there is left out.
    """
    plain = without_marks(text[: MAX_COMPARED * 2])
    if "\\" in plain:
        plain = _ESCAPED_BREAK.sub(" ", plain)
    return _NOT_COMPARED.sub("", plain.lower())[:MAX_COMPARED]


def leading_words(message: str) -> tuple[str, ...]:
    """Return the words a message begins with, without values, names, numbers, ids and words of no vocabulary.

    Of a Chinese message the first characters, whatever stands between them.
    """
    plain = _VARIABLE.sub(" ", _ESCAPED_BREAK.sub(" ", message[: MAX_COMPARED * 2]).lower())
    chinese = "".join(_CHINESE.findall(plain))
    if len(chinese) >= MIN_CHARACTERS:
        return (chinese[:LEADING_CHARACTERS],)
    pieces = (match[0] for match in _WORD.finditer(plain))
    return tuple(islice((piece for piece in pieces if _counts(piece)), LEADING_WORDS))


def breaks_off(peeled: Peeled) -> bool:
    """Return whether an error shows that its message breaks off: an open object, dots, the half of a word."""
    return peeled.cut or ((last := _LAST_WORD.search(peeled.message)) is not None and not is_word(last[0].lower()))


def _counts(piece: str) -> bool:
    return piece[0] > "z" or (is_word(piece) and (len(piece) > 1 or piece == "a"))


def name_words(name: str) -> str:
    """Return the name of an exception or a type as words: ``a.b.ReadTimeout`` is ``read timeout``."""
    return _CAMEL.sub(" ", name.rsplit(".", 1)[-1]).replace("_", " ").lower()
