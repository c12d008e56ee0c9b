"""Chat completions: chunks with ``choices``, ended by a ``finish_reason``, ``[DONE]`` or both.

Content is a non-empty content, reasoning_content, tool_calls, refusal or finish_reason, and the spellings
that vLLM (``reasoning``), the old API (``function_call``) and audio models (``audio``) have for the same
things. With several choices the stream is finished when each that was seen has its ``finish_reason``. Usage
is at the top or, from Moonshot, inside the choice that finishes.
"""

from typing import Any

import msgspec

from sealane_router.errors import Failure
from sealane_router.providers.dialect import Dialect
from sealane_router.providers.provider_error import is_error

from .base import StreamInspector
from .documents import UNREADABLE, read_document

_CONTENT = ("content", "reasoning_content", "tool_calls", "refusal", "reasoning", "function_call", "audio")

#: The API allows 128 choices; indexes beyond this are not kept.
_MOST_CHOICES = 256


class _Choice(msgspec.Struct, gc=False):
    index: int = 0
    finish_reason: str | None = None
    usage: Any = None


class _Chunk(msgspec.Struct, gc=False):
    id: Any = None
    choices: list[_Choice] | None = None
    usage: Any = None
    error: Any = None


_decode_chunk = msgspec.json.Decoder(_Chunk).decode


class ChatInspector(StreamInspector):
    """Watches a chat completions stream."""

    __slots__ = ("_finished_choices", "_id")

    def __init__(self, dialect: Dialect, *, wall: float) -> None:
        super().__init__(dialect, wall=wall)
        self._id: object = None
        self._finished_choices: dict[int, bool] = {}

    def _read(self, name: bytes, data: bytes) -> Failure | None:
        if data.startswith(b"[DONE") and data.strip() == b"[DONE]":
            self._finish()
            return None
        try:
            chunk = _decode_chunk(data)
        except UNREADABLE:
            chunk = _lenient(read_document(data))
        if name == b"error" or ((chunk.error or chunk.choices is None) and is_error(read_document(data))):
            return self._in_band(data)
        if chunk.id and chunk.id != self._id:
            if self._id and self._dialect.changed_id_breaks:
                return self._broken("it was mixed with another generation (its id changed)")
            self._id = chunk.id
        if chunk.usage:
            self._stated_usage = chunk.usage
        for choice in chunk.choices or ():
            failure = self._read_choice(choice)
            if failure is not None:
                return failure
        if not self.started and _has_content(data):
            self.started = True
        return None

    def _read_choice(self, choice: _Choice) -> Failure | None:
        choices = self._finished_choices
        if choice.usage:
            self._stated_usage = choice.usage
        if not choice.finish_reason:
            if choice.index not in choices and len(choices) < _MOST_CHOICES:
                choices[choice.index] = False
            return None
        if choice.finish_reason in self._dialect.finish_errors:
            return self._broken(f"it ended with {choice.finish_reason}", choice.finish_reason)
        self.started = True
        choices[choice.index] = True
        if all(choices.values()):
            self._finish()
        return None


def _has_content(data: bytes) -> bool:
    """Whether a chunk's delta says something; a second, fuller reading for the few chunks before content."""
    choices = read_document(data).get("choices")
    if not isinstance(choices, list):
        return False
    deltas = [choice.get("delta") for choice in choices if isinstance(choice, dict)]
    return any(isinstance(delta, dict) and any(map(delta.get, _CONTENT)) for delta in deltas)


def _lenient(document: dict[str, object]) -> _Chunk:
    """A chunk with surprising types, as far as it can be understood."""
    choices = document.get("choices")
    if not isinstance(choices, list):
        return _Chunk(error=document.get("error"))
    known = [
        _Choice(
            index if isinstance(index := choice.get("index"), int) else 0,
            reason if isinstance(reason := choice.get("finish_reason"), str) else None,
            choice.get("usage"),
        )
        for choice in choices
        if isinstance(choice, dict)
    ]
    return _Chunk(document.get("id"), known, document.get("usage"), document.get("error"))
