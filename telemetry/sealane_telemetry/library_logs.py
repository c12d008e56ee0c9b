"""What other people's code logs, made safe when the record is born.

Libraries log whatever they like: a body as bytes, a header, an exception that quotes a prompt. Records are
therefore made safe by the log record factory, before any handler, ours or a library's own, can see them:

* The message is kept only when it is a literal in the code of the function that logs it: a literal is written
  by a programmer and cannot quote a user. A message that was put together at run time leaves as length and
  hash, with the file and line that find it.
* Of the arguments only numbers, booleans and None are kept; text and bytes leave as length and hash, other
  objects as the name of their class.
* Exceptions are rendered by :mod:`.tracebacks`.
"""

import logging
import sys
import threading
import warnings
from collections.abc import Mapping
from types import FrameType, TracebackType
from typing import TextIO

from . import tracebacks
from .log_line import mask
from .redaction import redact, scrub

#: A literal longer than this is cut; it is source text, so nothing private is in the rest.
MAX_LITERAL = 1024

# What asyncio's and aiohttp's error reports begin with; what follows quotes arguments, so only this is kept.
_LOOP_REPORTS = (
    "Task exception was never retrieved",
    "Future exception was never retrieved",
    "Task was destroyed but it is pending!",
    "Exception in callback",
    "Exception in eager task",
    "Unhandled exception in client_connected_cb",
    "Unhandled exception in event loop",
    "Fatal error",
    "Fatal read error",
    "Fatal write error",
    "SSL handshake failed",
    "SSL error",
    "Error on transport creation",
    "Unclosed client session",
    "Unclosed connection",
    "Unclosed connector",
)

_loop_logger = logging.getLogger("asyncio")
_uncaught_logger = logging.getLogger("sealane.uncaught")
_warnings_logger = logging.getLogger("py.warnings")


def is_literal(text: str, frame: FrameType | None) -> bool:
    """Say whether ``text`` is a string literal of the code that runs in ``frame``."""
    constants = frame.f_code.co_consts if frame is not None else ()
    return any(type(constant) is str and constant == text for constant in constants)


def safe_record(*arguments: object, **keywords: object) -> logging.LogRecord:
    """Make a log record without anything private in it; takes what ``logging.LogRecord`` takes."""
    record = logging.LogRecord(*arguments, **keywords)  # type: ignore[arg-type]
    record.msg = _message(record)
    record.args = None
    if record.exc_info is not None and record.exc_info[1] is not None:
        record.exc_text = tracebacks.render(record.exc_info[1])
    # Formatters append exc_text without exc_info; the exception itself would give handlers its message.
    record.exc_info = None
    record.stack_info = None
    return record


def report_loop_error(_loop: object, context: Mapping[str, object]) -> None:
    """Log what an event loop reports: an exception handler for ``loop.set_exception_handler``."""
    message = str(context.get("message") or "")
    shown = next((report for report in _LOOP_REPORTS if message.startswith(report)), None)
    error = context.get("exception")
    cause = error if isinstance(error, BaseException) else None
    _emit(_loop_logger, logging.ERROR, shown or f"event loop error {redact(message)}", cause)


class Hooks:
    """The interpreter's own outlets of exceptions and warnings, led into the log; ``restore`` undoes it."""

    def __init__(self) -> None:
        self._excepthook = sys.excepthook
        self._unraisablehook = sys.unraisablehook
        self._threading_excepthook = threading.excepthook
        sys.excepthook = self._uncaught
        sys.unraisablehook = self._unraisable
        threading.excepthook = self._uncaught_in_thread
        logging.captureWarnings(True)
        warnings.showwarning = _show_warning

    def restore(self) -> None:
        """Put back what was there before."""
        logging.captureWarnings(False)
        sys.excepthook = self._excepthook
        sys.unraisablehook = self._unraisablehook
        threading.excepthook = self._threading_excepthook

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._excepthook(kind, error, trace)
        else:
            _emit(_uncaught_logger, logging.CRITICAL, "uncaught exception", error.with_traceback(trace))

    def _unraisable(self, unraisable: "sys.UnraisableHookArgs") -> None:
        _emit(_uncaught_logger, logging.ERROR, "exception that could not be raised", unraisable.exc_value)

    def _uncaught_in_thread(self, arguments: "threading.ExceptHookArgs") -> None:
        _emit(_uncaught_logger, logging.CRITICAL, "uncaught exception in a thread", arguments.exc_value)


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001 - the signature of warnings.showwarning
    line: str | None = None,  # noqa: ARG001
) -> None:
    text = f"{category.__name__} at {filename}:{lineno} {redact(str(message))}"
    _emit(_warnings_logger, logging.WARNING, text, None)


def _emit(logger: logging.Logger, level: int, message: str, error: BaseException | None) -> None:
    """Log ``message``, which holds nothing private, past the factory that would distrust it."""
    if logger.isEnabledFor(level):
        record = logging.LogRecord(logger.name, level, "", 0, message, None, None)
        if error is not None:
            record.exc_text = tracebacks.render(error)
        logger.handle(record)


def _message(record: logging.LogRecord) -> str:
    template, arguments = record.msg, record.args
    where = f"at {record.pathname}:{record.lineno}"
    if not isinstance(template, str):
        shown = tracebacks.describe(template) if isinstance(template, BaseException) else mask(template)
        return f"{shown} {where}"
    if not is_literal(template, _frame_of(record)):
        return f"{redact(template)} {where}"
    text = scrub(template[:MAX_LITERAL])
    if not arguments:
        return text
    try:
        return text % _safe_arguments(arguments)
    except (TypeError, ValueError, KeyError):
        # "%d" was handed text, which is an error of the library's or the doing of _safe_argument.
        return text


def _frame_of(record: logging.LogRecord) -> FrameType | None:
    """Return the frame that logging named as the caller of this record."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_filename == record.pathname and frame.f_code.co_name == record.funcName:
            return frame
        frame = frame.f_back
    return None


def _safe_arguments(
    arguments: tuple[object, ...] | Mapping[str, object],
) -> tuple[object, ...] | dict[str, object]:
    if isinstance(arguments, Mapping):
        return {name: _safe_argument(value) for name, value in arguments.items()}
    return tuple(_safe_argument(value) for value in arguments)


def _safe_argument(value: object) -> object:
    if value is None or type(value) in (int, float, bool):
        return value
    if isinstance(value, BaseException):
        return tracebacks.describe(value)
    return mask(value)
