"""Other people's log records, made safe when they are born; and nothing private at any level."""

import asyncio
import io
import json
import logging
import random
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from sealane_telemetry import library_logs, logs

_RANDOM = random.Random(3)

# Put together at run time, so that they are literals of no function.
_WORDS = ["".join(_RANDOM.choices("abcdefghijklmnop", k=7)) for _ in range(12)]
_PROMPT = " ".join(_WORDS[:6]) + "?"
_ANSWER = " ".join(_WORDS[6:]) + "."
_KEY = "sk-" + "".join(_RANDOM.choices("ABCDEFGHabcdefgh0123", k=40))
_ZAI_KEY = _RANDOM.randbytes(16).hex() + "." + "".join(_RANDOM.choices("ABCdef123", k=16))
_BODY = json.dumps(
    {
        "model": "kimi-k3",
        "messages": [{"role": "user", "content": _PROMPT + _RANDOM.randbytes(3_500_000).hex()}],
    }
).encode()

_library = logging.getLogger("some.library")


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What was logged at DEBUG and above."""
    written = io.StringIO()
    logs.configure("DEBUG", written)
    yield written
    logs.reset()


def _events(stream: io.StringIO) -> list[str]:
    return [json.loads(line)["event"] for line in stream.getvalue().splitlines()]


def _leaks(text: str) -> list[str]:
    """Every eight-character piece of private text that is found, apart from its own hash."""
    pieces = [*_WORDS, _KEY[3:], _ZAI_KEY, _ZAI_KEY[33:], _BODY[1000:1040].decode(), _BODY[-60:-20].decode()]
    return [piece for piece in pieces if piece[:7] in text]


class _Carrier:
    """An object that says private things about itself, as request objects of libraries do."""

    def __repr__(self) -> str:
        return f"<Request {_KEY} {_PROMPT}>"

    __str__ = __repr__


def test_a_literal_stays_and_numbers_are_filled_in(stream: io.StringIO) -> None:
    """What a programmer wrote, and what cannot be text."""
    _library.info("served %d requests in %.1f s, %s left", 3, 0.25, None)
    _library.info("as %(count)d", {"count": 2})

    assert _events(stream) == ["served 3 requests in 0.2 s, None left", "as 2"]


def test_an_argument_that_does_not_fit_leaves_the_template(stream: io.StringIO) -> None:
    """A masked argument for ``%d`` must not lose the line."""
    _library.info("read %d bytes", _PROMPT)

    assert _events(stream) == ["read %d bytes"]


def test_a_library_with_its_own_handler_gets_the_safe_record_too(stream: io.StringIO) -> None:
    """The record is made safe before any handler sees it, exception and all."""
    other = io.StringIO()
    handler = logging.StreamHandler(other)
    _library.addHandler(handler)
    try:
        raise ValueError(_PROMPT)
    except ValueError:
        _library.exception("sent %s", _KEY)
    finally:
        _library.removeHandler(handler)

    assert _leaks(other.getvalue()) == []
    assert "ValueError: [redacted" in other.getvalue()
    assert other.getvalue().startswith("sent [redacted len=43 ")


def test_no_handler_is_handed_the_exception_itself(stream: io.StringIO) -> None:
    """A handler that reports elsewhere would read its message, its arguments and the frames' variables."""
    seen: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = seen.append  # type: ignore[assignment,method-assign]
    _library.addHandler(handler)
    try:
        raise ValueError(_PROMPT)
    except ValueError:
        _library.exception("failed with %s", _PROMPT)
    finally:
        _library.removeHandler(handler)

    (record,) = seen
    assert (record.exc_info, record.args) == (None, None)
    assert _leaks(str(vars(record))) == []


def _log_everything(private: Any) -> None:
    """Every way of handing something to a logger."""
    ours = logs.get_logger("sealane.test").bind(context=private)
    for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL):
        _library.log(level, private)
        _library.log(level, f"body: {private!r}")
        _library.log(level, "body: " + str(private))
        _library.log(level, "got %s, %r, %-10s", private, private, private)
        _library.log(level, "got %(it)s", {"it": private})
        _library.log(level, "too few %s %s", private)
        _library.log(level, "too many", private)
        _library.log(level, "extra", extra={"private": private}, stack_info=True)
        ours.log(level, str(private))
        ours.log(level, "known", reason=private if len(str(private)) > 256 else None, body=private, path=_Carrier())
        ours.log(level, "spread", **{str(private)[:300]: private})
        ours.log(level, "interpolated %s", private)
        _log_exceptions(private, level)


def _log_exceptions(private: Any, level: int) -> None:
    try:
        try:
            json.loads(private if isinstance(private, (str, bytes)) else str(private))
            raise KeyError(private)
        except (ValueError, KeyError) as error:
            raise RuntimeError(private, error) from error
    except RuntimeError as error:
        error.add_note(str(private))
        _library.log(level, "failed: %s", error, exc_info=True)
        _library.log(level, error)
        logs.get_logger("sealane.test").log(level, "failed", exc_info=True, error=error)


_PRIVATE: dict[str, object] = {
    "prompt": _PROMPT,
    "answer": _ANSWER,
    "key": _KEY,
    "z.ai key": _ZAI_KEY,
    "bearer": f"Bearer {_KEY}",
    "bytes": _PROMPT.encode(),
    "bytearray": bytearray(_ANSWER.encode()),
    "object": _Carrier(),
    "headers": {"authorization": f"Bearer {_KEY}"},
    "pairs": [("x-api-key", _ZAI_KEY)],
    "data URL": f"data:image/png;base64,{_KEY[3:]}",
    "query": f"wss://host/?Authorization={_ZAI_KEY}",
}


@pytest.mark.parametrize("private", _PRIVATE.values(), ids=_PRIVATE.keys())
def test_no_private_text_is_found_whoever_logs_it_and_how(stream: io.StringIO, private: object) -> None:
    """A key, a prompt and an answer appear nowhere with every logger at DEBUG."""
    _log_everything(private)

    assert _leaks(stream.getvalue()) == []
    assert len(stream.getvalue().splitlines()) == 5 * 15


@pytest.mark.parametrize("log_it", ["bytes", "argument", "formatted", "exception", "field"])
def test_a_body_of_seven_megabytes_leaves_a_short_line(stream: io.StringIO, log_it: str) -> None:
    """However it is logged: its length and hash."""
    assert len(_BODY) > 7_000_000
    match log_it:
        case "bytes":
            _library.debug(_BODY)
        case "argument":
            _library.debug("sent %r", _BODY)
        case "formatted":
            _library.debug(f"sent {_BODY!r}")
        case "exception":
            _library.debug("failed", exc_info=ValueError(_BODY))
        case _:
            logs.get_logger("sealane.x").debug("sent", body=_BODY, reason=_BODY.decode())

    assert _leaks(stream.getvalue()) == []
    assert len(stream.getvalue()) < 1000


def test_a_task_that_fails_unseen_is_reported_without_its_words(stream: io.StringIO) -> None:
    """asyncio's report quotes the exception and the task; the loop's handler keeps neither."""

    async def fail() -> None:
        raise ValueError(_PROMPT)

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(library_logs.report_loop_error)
        loop.call_soon(int, _ANSWER)
        loop.call_exception_handler({"message": f"something about {_PROMPT}"})
        task = loop.create_task(fail())
        await asyncio.sleep(0)
        del task
        await asyncio.sleep(0)

    asyncio.run(main(), debug=True)

    assert _leaks(stream.getvalue()) == []
    assert any("Task exception was never retrieved" in event for event in _events(stream))
    assert any("Exception in callback" in event for event in _events(stream))


def test_the_default_report_of_a_loop_is_safe_too(stream: io.StringIO) -> None:
    """Without the handler asyncio logs a text it has put together."""

    async def main() -> None:
        asyncio.get_running_loop().call_soon(int, _PROMPT)
        await asyncio.sleep(0)

    asyncio.run(main(), debug=True)

    assert _leaks(stream.getvalue()) == []


def test_uncaught_exceptions_are_log_lines(stream: io.StringIO, capsys: pytest.CaptureFixture[str]) -> None:
    """Python would print their messages to standard error."""
    error = ValueError(_PROMPT)
    sys.excepthook(ValueError, error, None)
    threading.excepthook(threading.ExceptHookArgs((ValueError, error, None, None)))

    assert _events(stream) == ["uncaught exception", "uncaught exception in a thread"]
    assert _leaks(stream.getvalue() + capsys.readouterr().err) == []


def test_warnings_are_log_lines(stream: io.StringIO) -> None:
    """Class, file and line say which; the text may quote what it warns about."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        # catch_warnings puts back the interpreter's way of showing them
        warnings.showwarning = library_logs._show_warning
        warnings.warn(_PROMPT, ResourceWarning, stacklevel=1)

    assert f"ResourceWarning at {__file__}:" in _events(stream)[0]
    assert _leaks(stream.getvalue()) == []
