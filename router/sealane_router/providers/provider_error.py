"""What a provider's error answer says, read from whatever it sent.

Bodies seen in the wild: ``{"error": {"message", "type", "code"}}`` (OpenAI, Moonshot), the same with a
numeric or text code and no type (Z.ai), ``{"type": "error", "error": {…}}`` (Anthropic), ``{"code": 1302,
"message": …}``, ``{"error": "text"}``, ``{"detail": …}``, ``{"message", "type"}``, an error as JSON text
inside another's message, plain text, an HTML page, nothing.
"""

import re
from dataclasses import dataclass
from http import HTTPStatus

import msgspec

from .json_text import without_lone_surrogates

#: No error needs more; a longer body (an echo of the request) is judged by its status.
LOOKED_AT = 64 * 1024
_LONGEST_MESSAGE = 8 * 1024
_LONGEST_PLAIN_TEXT = 1024

#: How deep errors are unwrapped that gateways put into each other's messages.
_WRAPPINGS = 2

_HTTP_STATUS_DIGITS = 3

_UNSAFE = re.compile(r"[^A-Za-z0-9_.:-]")
_LONGEST_WORD = 64
_MOST_REPLACED = 2
#: Addresses of people, numbers too long to be a code, and what is put together as keys are.
_PRIVATE = re.compile(
    r"@|\d(?:[^A-Za-z]{0,2}\d){9}|(?=[A-Za-z]{0,19}\d)[A-Za-z0-9]{20}|[a-z]{28}|(?:[A-Z]{1,3}[a-z]{1,2}){6}"
)
#: What HTTP says is the only code with blanks.
_PHRASES = frozenset(status.phrase.lower() for status in HTTPStatus)
_BRACKETED_CODE = re.compile(r"\[(\d{3,5})\]\[?(.*?)\]?(?:\[[0-9a-f]+\])?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ProviderError:
    """The parts of an error, with ``code`` and ``error_type`` reduced to what is safe to log.

    ``message`` may quote a prompt; it is at most 8,192 characters.
    """

    message: str = ""
    code: str | None = None
    error_type: str | None = None
    param: str | None = None


def read_error(body: bytes) -> ProviderError:
    """The error in ``body``, of which the first 64 KiB are looked at; never raises."""
    document = _json(body[:LOOKED_AT])
    if document is None:
        return ProviderError(message=_plain_text(body[:LOOKED_AT]))
    return _from_document(document, _WRAPPINGS)


def is_error(document: object) -> bool:
    """Whether a JSON object that should be an answer or an event is an error instead.

    Either it has an ``error`` that says something, or a ``code`` that is not success beside a message.
    """
    if not isinstance(document, dict):
        return False
    if document.get("error"):
        return True
    code = document.get("code")
    words = document.get("message") or document.get("msg")
    return code not in (None, 0, 200, "0", "200") and isinstance(words, str)


def safe_word(value: object) -> str | None:
    """A code or type as text that may be logged: at most 64 of ``[A-Za-z0-9_.:-]``.

    None when empty, and when it is rather a sentence, somebody's number or address, or a key: providers have quoted
    what was sent there.
    """
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip()
    if len(text) > _LONGEST_WORD or _PRIVATE.search(text) or (" " in text and text.lower() not in _PHRASES):
        return None
    word, replaced = _UNSAFE.subn("_", text)
    return None if replaced > _MOST_REPLACED else word or None


def _json(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _mended_json(body)


def _mended_json(body: bytes) -> object:
    try:
        return msgspec.json.decode(without_lone_surrogates(body.decode(errors="replace").encode()))
    except (msgspec.DecodeError, RecursionError):
        return None


def _plain_text(body: bytes) -> str:
    """Short text as it is; a page of HTML is nothing to show to a client of an API."""
    text = body.decode(errors="replace").strip()
    return "" if text.startswith("<") else text[:_LONGEST_PLAIN_TEXT]


def _from_document(document: object, wrappings: int) -> ProviderError:
    if isinstance(document, list) and document:
        document = document[0]
    if isinstance(document, str):
        return _named_by_message(ProviderError(message=document[:_LONGEST_MESSAGE]))
    if not isinstance(document, dict):
        return ProviderError()
    error = document.get("error")
    parts = error if isinstance(error, dict) else document
    message = _message(parts, error)
    error_type = safe_word(parts.get("type") or parts.get("status"))
    found = ProviderError(
        message=message[:_LONGEST_MESSAGE],
        # Z.ai's Anthropic endpoint has its business code where Anthropic has the type.
        code=safe_word(parts.get("code")) or (error_type if error_type and error_type.isdecimal() else None),
        error_type=error_type,
        param=parts["param"][:256] if isinstance(parts.get("param"), str) else None,
    )
    return _named_by_message(_unwrapped(found, wrappings))


def _message(parts: dict[object, object], error: object) -> str:
    for key in ("message", "msg", "detail", "error_msg"):
        value = parts.get(key)
        if isinstance(value, str):
            return value
    return error if isinstance(error, str) else ""


def _unwrapped(found: ProviderError, wrappings: int) -> ProviderError:
    """The error inside the message, when a gateway put a whole JSON error there."""
    if not wrappings or not found.message.lstrip().startswith("{"):
        return found
    document = _json(found.message.encode(errors="replace"))
    return _from_document(document, wrappings - 1) if is_error(document) else found


def _named_by_message(found: ProviderError) -> ProviderError:
    """Z.ai also writes ``[1313][text][request id]`` as the message, and an HTTP status or no code."""
    if found.code is not None and len(found.code) > _HTTP_STATUS_DIGITS:
        return found
    match = _BRACKETED_CODE.fullmatch(found.message.strip())
    if match is None:
        return found
    return ProviderError(match[2], match[1], found.error_type, found.param)
