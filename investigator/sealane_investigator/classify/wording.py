"""A peeled error in the form that rules are matched against: lower case, one kind of quote, single spaces."""

import re
from dataclasses import dataclass

from sealane_investigator.incident.peeled import Peeled

#: Characters of a message, and of the whole text, that rules look at: what matters is at one of the ends.
MAX_MESSAGE = 4_096
MAX_TEXT = 12_288

_SPACES = re.compile(r"\s+")
#: Names of headers that every answer has, whatever went wrong.
_HEADERS = re.compile(r"\b(?:x|anthropic)-rate-?limit-[\w-]{1,60}")
_QUOTES = str.maketrans(
    {"`": "'", '"': "'", "“": "'", "”": "'", "’": "'", "‘": "'", "，": ",", "：": ":", "（": "(", "）": ")", "\\": " "}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What an error says: ``message`` its innermost words, ``text`` those with everything around them."""

    peeled: Peeled
    message: str
    text: str

    @property
    def family(self) -> str | None:
        """The API family that worded it."""
        return self.peeled.family

    @property
    def status(self) -> int | None:
        """The HTTP status, if any is known."""
        return self.peeled.status


def wording_of(peeled: Peeled) -> Wording:
    """Return the form of ``peeled`` that rules read."""
    return Wording(peeled=peeled, message=_plain(peeled.message, MAX_MESSAGE), text=_plain(peeled.text, MAX_TEXT))


def _plain(text: str, limit: int) -> str:
    if len(text) > limit:
        text = f"{text[: limit // 2]} {text[-limit // 2 :]}"
    return _SPACES.sub(" ", _HEADERS.sub("", text.translate(_QUOTES).lower())).strip()
