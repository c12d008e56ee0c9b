"""Where an exception came from, without what it says.

A foreign exception's message may quote a body, a header or a key, and so may ours. What leaves is the type,
the file, the line and the function of each frame, and the message as length and hash. Source lines are left
out: the file and the line find them. Only three kinds of message are shown: those of a class that declares
``message_is_public = True``, the symbolic error number of an :class:`OSError`, and the symbolic reason of an
:class:`ssl.SSLError`.
"""

import errno
import re
import socket
import ssl
import traceback
from collections.abc import Iterator
from types import TracebackType

from .redaction import public_text, redact

#: Bounds of one rendering: exceptions in all (causes, contexts and group members), frames and notes of each.
MAX_EXCEPTIONS = 8
MAX_FRAMES = 40
MAX_NOTES = 3

_SYMBOL = re.compile(r"[A-Z][A-Z0-9_]{0,63}")


def describe(error: BaseException) -> str:
    """Return one line: the exception's type and what of its message is public."""
    name = type_name(type(error))
    message = _message(error)
    return f"{name}: {message}" if message else name


def render(error: BaseException) -> str:
    """Return the traceback of ``error``, of what caused it and of what it groups, without source lines."""
    return "\n".join(_lines(error))


def type_name(kind: type) -> str:
    """Return the qualified name, without the module for builtins."""
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _message(error: BaseException) -> str:
    if getattr(type(error), "message_is_public", False) is True:
        return public_text(_text(error))
    if isinstance(error, ssl.SSLError):
        reason: object = getattr(error, "reason", None)  # an SSLError made in Python has none
        return reason if isinstance(reason, str) and _SYMBOL.fullmatch(reason) else redact(_text(error))
    # Resolver errors number their causes differently from errno.
    if isinstance(error, OSError) and not isinstance(error, (socket.gaierror, socket.herror)):
        symbol = errno.errorcode.get(error.errno) if isinstance(error.errno, int) else None
        if symbol is not None:
            return symbol
    if isinstance(error, BaseExceptionGroup):
        return f"{redact(error.message)} ({len(error.exceptions)} exceptions)"
    return redact(_text(error)) if error.args else ""


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception as broken:  # noqa: BLE001 - a foreign __str__ may raise anything, and a log line must still appear
        return f"unprintable: {type_name(type(broken))}"


def _lines(error: BaseException) -> Iterator[str]:
    for position, (current, relation) in enumerate(_related(error)):
        if position:
            yield f"({relation})"
        if current.__traceback__ is not None:
            yield "Traceback (most recent call last):"
            yield from _frames(current.__traceback__)
        yield describe(current)
        notes = getattr(current, "__notes__", [])[:MAX_NOTES]
        yield from (f"note: {redact(note)}" for note in notes if isinstance(note, str))


def _related(error: BaseException) -> list[tuple[BaseException, str]]:
    """Return ``error``, then what it stands on and what it groups, each once, at most MAX_EXCEPTIONS."""
    waiting: list[tuple[BaseException, str]] = [(error, "")]
    found: list[tuple[BaseException, str]] = []
    seen: set[int] = set()
    while waiting and len(found) < MAX_EXCEPTIONS:
        current, relation = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        found.append((current, relation))
        name = type_name(type(current))
        if current.__cause__ is not None:
            waiting.append((current.__cause__, f"cause of {name}"))
        elif current.__context__ is not None and not current.__suppress_context__:
            waiting.append((current.__context__, f"being handled when {name} was raised"))
        if isinstance(current, BaseExceptionGroup):
            waiting.extend((member, f"member of {name}") for member in current.exceptions[:MAX_EXCEPTIONS])
    return found


def _frames(trace: TracebackType) -> Iterator[str]:
    frames = [(frame.f_code, line) for frame, line in traceback.walk_tb(trace)]
    left_out = len(frames) - MAX_FRAMES
    if left_out > 0:
        frames = frames[: MAX_FRAMES // 2] + frames[-MAX_FRAMES // 2 :]
    for position, (code, line) in enumerate(frames):
        if left_out > 0 and position == MAX_FRAMES // 2:
            yield f"  [{left_out} frames left out]"
        yield f'  File "{code.co_filename}", line {line}, in {code.co_name}'
