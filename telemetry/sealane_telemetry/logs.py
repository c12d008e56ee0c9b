"""The process's log: JSON lines, of our own loggers through structlog and of every library through logging.

``configure`` is called once at start. Our code logs with ``get_logger``::

    log = get_logger("sealane.router.reload")
    log.warning("routes were refused", file="routes.yaml", problems=3)

The event is a literal (what varies goes into fields) and the fields are those of :data:`.log_line.FIELDS`;
anything else leaves as length and hash. Exchanges have a faster way, :mod:`.exchange_log`.
"""

import logging
import sys
import threading
import time
from collections.abc import MutableMapping
from types import FrameType
from typing import Any, TextIO, cast

import structlog

from . import tracebacks
from .library_logs import MAX_LITERAL, Hooks, is_literal, safe_record
from .log_line import FieldValue, allowed, encode, mask, timestamp
from .redaction import scrub

Logger = structlog.typing.FilteringBoundLogger


class LineSink:
    """A text stream that log lines of several threads go to, each whole.

    ``dropped`` counts the lines that the stream refused (a full disk, a closed pipe): logging never fails its
    caller.
    """

    def __init__(self, stream: TextIO) -> None:
        self.dropped = 0
        self._stream = stream
        self._lock = threading.Lock()

    def write(self, line: str) -> None:
        """Write one line and flush."""
        with self._lock:
            try:
                self._stream.write(line)
                self._stream.flush()
            except (OSError, ValueError):  # ValueError: the stream is closed
                self.dropped += 1


def get_logger(name: str) -> Logger:
    """Return the logger called ``name``; may be called before ``configure`` and kept."""
    return cast("Logger", structlog.get_logger(name))


def configure(level: str | int = "INFO", stream: TextIO | None = None) -> LineSink:
    """Send every log line of the process to ``stream`` (standard error) as JSON; returns where they go.

    ``level`` is a name or number of the standard library and holds for all loggers. Exceptions and warnings
    that would be printed raw become log lines too. Calling it again replaces what was configured. Raises
    ValueError for a level that does not exist.
    """
    number = _level_number(level)
    reset()
    sink = LineSink(sys.stderr if stream is None else stream)
    structlog.configure(
        processors=[_to_line],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *name: _NamedOutput(str(name[0]) if name else "sealane", sink),
        cache_logger_on_first_use=False,
    )
    global _installed
    _installed = _Installation(number, sink)
    return sink


def reset() -> None:
    """Undo ``configure``: the standard library's and structlog's defaults are back."""
    global _installed
    if _installed is not None:
        _installed.undo()
        _installed = None
        structlog.reset_defaults()


class _Installation:
    """What ``configure`` changed in the standard library's logging, and what was there before."""

    def __init__(self, level: int, sink: LineSink) -> None:
        root = logging.getLogger()
        self._factory = logging.getLogRecordFactory()
        self._level = root.level
        self._handlers = root.handlers[:]
        self._hooks = Hooks()
        logging.setLogRecordFactory(safe_record)
        root.handlers[:] = [_LineHandler(sink)]
        root.setLevel(level)

    def undo(self) -> None:
        root = logging.getLogger()
        root.handlers[:] = self._handlers
        root.setLevel(self._level)
        logging.setLogRecordFactory(self._factory)
        self._hooks.restore()


# Logging is process-wide in the standard library and in structlog, so this is too.
_installed: _Installation | None = None


class _NamedOutput:
    """What structlog calls with a finished line; it knows the logger's name."""

    def __init__(self, name: str, sink: LineSink) -> None:
        self.name = name
        self.debug = self.info = self.warning = self.error = self.critical = sink.write


class _LineHandler(logging.Handler):
    """Writes records that ``safe_record`` made as lines of the same shape as our own."""

    def __init__(self, sink: LineSink) -> None:
        super().__init__()
        self._sink = sink

    def emit(self, record: logging.LogRecord) -> None:
        line = _head(record.created, record.levelname.lower(), record.name, scrub(record.getMessage()))
        if record.exc_text:
            line["exception"] = record.exc_text
        self._sink.write(encode(line))


def _to_line(output: _NamedOutput, level: str, event: MutableMapping[str, Any]) -> str:
    """Turn structlog's event dictionary into a line: the last and only processor."""
    text = event.pop("event", "")
    error = _exception(event.pop("exc_info", None))
    line = _head(time.time(), level, output.name, _event_text(text))
    # A field never replaces one of the head.
    line.update({name: value for name, value in allowed(event).items() if name not in line})
    if error is not None:
        line["exception"] = tracebacks.render(error)
    return encode(line)


def _head(now: float, level: str, logger: str, event: str) -> dict[str, FieldValue]:
    return {"time": timestamp(now), "level": level, "logger": logger, "event": event}


def _event_text(event: object) -> str:
    if isinstance(event, str) and is_literal(event, _calling_frame()):
        return scrub(event[:MAX_LITERAL])
    return mask(event)


def _calling_frame() -> FrameType | None:
    """Return the innermost frame that belongs neither to structlog nor to this module."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module != __name__ and module.partition(".")[0] != "structlog":
            return frame
        frame = frame.f_back
    return None


def _exception(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple) and len(exc_info) == 3 and isinstance(exc_info[1], BaseException):
        return exc_info[1]
    return sys.exc_info()[1] if exc_info else None


def _level_number(level: str | int) -> int:
    if isinstance(level, int):
        return level
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError(f"log level {level!r} does not exist; use DEBUG, INFO, WARNING, ERROR or CRITICAL")
    return number
