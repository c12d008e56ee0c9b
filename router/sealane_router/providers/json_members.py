"""Where each top-level member of a JSON object begins and ends, without parsing what is inside.

msgspec finds the values: it skips 64 KiB of nested text in the time in which Python reads a few hundred
brackets, and it has no recursion of ours. Each key becomes an object of its own, equal only to itself, so a
dict keeps duplicates apart and in order. The walk between the values only has to step over keys, colons and
commas.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from sealane_router.errors import MalformedRequest

from .json_text import without_lone_surrogates

#: No API has fifty. The bound keeps 32 MiB of ``"a":1,`` from becoming millions of objects.
MOST_MEMBERS = 1024

_BEFORE_VALUE = re.compile(rb'[\s{,]*("(?:[^"\\]++|\\.)*+")\s*+:\s*+')


@dataclass(frozen=True, slots=True)
class Member:
    """One top-level member: its key as text, and where its key and value begin and end."""

    key: str
    key_start: int
    key_end: int
    value_start: int
    value_end: int


class _Key:
    """A key that equals nothing but itself."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


class _Keys:
    """Makes keys, and refuses the one too many while the body is still being read."""

    __slots__ = ("left",)

    def __init__(self) -> None:
        self.left = 0

    def make(self, kind: Callable[[str], object], text: str) -> object:
        self.left -= 1
        if self.left < 0:
            raise MalformedRequest(f"The request body has more than {MOST_MEMBERS} top-level members.")
        return kind(text)


#: A decoder costs more than most bodies, so there is one; a body is read in one go, so its keys can count.
_keys = _Keys()
_decoder = msgspec.json.Decoder(dict[_Key, msgspec.Raw], dec_hook=_keys.make)


def members(body: bytes) -> list[Member]:
    """The top-level members of ``body``, a valid JSON object, in order, duplicates included.

    Raises :class:`MalformedRequest` above 1,024 members.
    """
    found: list[Member] = []
    position = 0
    for key, value in _values(body).items():
        # A match is certain: the decoder has just read the same bytes.
        match = _BEFORE_VALUE.match(body, position)
        if match is None:
            raise MalformedRequest("The request body is not a JSON object.")
        position = match.end() + len(memoryview(value))
        found.append(Member(key.text, match.start(1), match.end(1), match.end(), position))
    return found


def _values(body: bytes) -> dict[_Key, msgspec.Raw]:
    _keys.left = MOST_MEMBERS
    try:
        return _decoder.decode(body)
    except msgspec.ValidationError as error:
        # msgspec wraps what a hook raises.
        if isinstance(error.__cause__, MalformedRequest):
            raise error.__cause__ from None
        raise
    except msgspec.DecodeError:
        _keys.left = MOST_MEMBERS
        return _decoder.decode(without_lone_surrogates(body))
