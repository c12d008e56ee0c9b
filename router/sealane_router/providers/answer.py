"""A complete JSON answer with status 200: is it whole, is it an error in disguise, and what did it cost?"""

from dataclasses import dataclass
from typing import Any

import msgspec

from sealane_api.failure import FailureClass
from sealane_router.errors import Failure

from .dialect import Dialect
from .json_text import without_lone_surrogates
from .provider_error import is_error
from .usage import Usage, usage_from

_ANSWERED = 200
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one reading of an answer tells.

    ``complete`` is False when the body is not one JSON document: cut, empty, or something else. ``failure``
    is set when the document reports an error although the status was 200.
    """

    complete: bool
    failure: Failure | None = None
    usage: Usage | None = None


class _Choice(msgspec.Struct, gc=False):
    finish_reason: str | None = None


class _Details(msgspec.Struct, gc=False):
    cached_tokens: int | None = None


class _ChatUsage(msgspec.Struct, gc=False):
    """The usage of a chat answer, which most are; one of another shape is read generically."""

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int | None = None
    prompt_tokens_details: _Details | None = None


class _Document(msgspec.Struct, gc=False):
    """The members looked at; the text of an answer is skipped, not decoded."""

    usage: _ChatUsage | None = None
    choices: list[_Choice] | None = None
    error: Any = None
    code: Any = None


_decode = msgspec.json.Decoder(_Document).decode
_decode_any = msgspec.json.Decoder(float_hook=float).decode

#: Where answers have their result; beside one, an error is part of the answer (a response that failed says
#: why).
_RESULTS = ("choices", "output", "content", "data", "results")
_INCOMPLETE = Answer(complete=False)
_OPAQUE = Answer(complete=True)


def read_answer(dialect: Dialect, body: bytes, *, wall: float) -> Answer:
    """Reads a JSON answer of any API; ``wall`` is seconds since 1970, for a reset time in an error."""
    try:
        document = _decode(body)
    except _UNREADABLE:
        return _read_generic(dialect, body, wall)
    if document.error or document.code is not None:
        return _read_generic(dialect, body, wall)
    for choice in document.choices or ():
        if choice.finish_reason in dialect.finish_errors:
            return Answer(complete=True, failure=_finish_error(choice.finish_reason))
    return _OPAQUE if document.usage is None else Answer(complete=True, usage=_chat_usage(document.usage))


def _chat_usage(stated: _ChatUsage) -> Usage:
    details = stated.prompt_tokens_details
    cached = stated.cached_tokens or (details.cached_tokens if details is not None else 0)
    return Usage(max(stated.prompt_tokens, 0), max(stated.completion_tokens, 0), max(cached or 0, 0))


def _read_generic(dialect: Dialect, body: bytes, wall: float) -> Answer:
    """Reads what the typed reading could not, or what may be an error: seldom, so it need not be fast."""
    try:
        document = _decode_any(without_lone_surrogates(body))
    except _UNREADABLE:
        return _INCOMPLETE
    if not isinstance(document, dict):
        return _OPAQUE
    if is_error(document) and not any(map(document.get, _RESULTS)):
        return Answer(complete=True, failure=dialect.classify(_ANSWERED, {}, body, wall=wall))
    return Answer(complete=True, usage=usage_from(document.get("usage")))


def _finish_error(reason: str) -> Failure:
    return Failure(FailureClass.SERVER_ERROR, _ANSWERED, f"The provider ended its answer with {reason}.", reason)
