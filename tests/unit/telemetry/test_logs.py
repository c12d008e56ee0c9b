"""Our own loggers: JSON lines, an allow-list and no private word."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from sealane_telemetry import logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What was logged at DEBUG and above."""
    written = io.StringIO()
    logs.configure("DEBUG", written)
    yield written
    logs.reset()


def _lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_becomes_a_line(stream: io.StringIO) -> None:
    """The head first, then the fields in the order they were given."""
    logs.get_logger("sealane.router.reload").warning("routes were refused", file="routes.yaml", problems=3)

    (line,) = _lines(stream)
    assert list(line) == ["time", "level", "logger", "event", "file", "problems"]
    assert list(line.values())[1:4] == ["warning", "sealane.router.reload", "routes were refused"]


def test_bound_fields_are_on_every_line(stream: io.StringIO) -> None:
    """A logger can carry what stays the same."""
    log = logs.get_logger("sealane.x").bind(route="default/a")
    log.info("first")
    log.debug("second", rule="kimi")

    assert [line["route"] for line in _lines(stream)] == ["default/a", "default/a"]


def test_an_event_that_is_put_together_is_masked(stream: io.StringIO) -> None:
    """What varies belongs into a field, where its kind is known; formatting is not a way around it."""
    prompt = "WHAT IS LOVE".lower()
    log = logs.get_logger("sealane.x")
    log.info(f"asked {prompt}")
    log.info("asked %s", prompt)

    assert "love" not in stream.getvalue()


def test_a_field_cannot_pretend_to_be_the_head(stream: io.StringIO) -> None:
    """``level`` and ``logger`` of a line are the true ones."""
    logs.get_logger("sealane.x").info("hello", level="critical", logger="y", time="now")

    (line,) = _lines(stream)
    assert (line["level"], line["logger"]) == ("info", "sealane.x")


@pytest.mark.parametrize("how", ["exception", "true", "instance", "tuple"])
def test_an_exception_leaves_its_place_and_not_its_words(stream: io.StringIO, how: str) -> None:
    """In each of the ways structlog takes one."""
    log = logs.get_logger("sealane.x")
    private = "THE ANSWER".lower()
    try:
        raise ValueError(private)
    except ValueError as error:
        if how == "exception":
            log.exception("it failed")
        else:
            log.exception("it failed", exc_info={"true": True, "instance": error, "tuple": sys.exc_info()}[how])

    (line,) = _lines(stream)
    assert "ValueError: [redacted" in line["exception"]
    assert __file__ in line["exception"]
    assert private not in stream.getvalue()


def test_the_level_holds_for_our_loggers_and_for_others() -> None:
    """INFO shows no debug line of anybody."""
    written = io.StringIO()
    logs.configure("info", written)
    logs.get_logger("sealane.x").debug("hidden")
    logging.getLogger("aiohttp").debug("hidden")
    logs.get_logger("sealane.x").info("shown")
    logging.getLogger("aiohttp").info("shown")
    logs.reset()

    assert [line["event"] for line in _lines(written)] == ["shown", "shown"]


def test_configuring_again_replaces_and_reset_restores() -> None:
    """Nothing is left behind, however often it was called."""

    def state() -> tuple[object, ...]:
        root = logging.getLogger()
        return (
            logging.getLogRecordFactory(), root.level, root.handlers[:], sys.excepthook, sys.unraisablehook,
            structlog.is_configured(),
        )  # fmt: skip

    before = state()
    first, second = io.StringIO(), io.StringIO()
    logs.configure("DEBUG", first)
    logs.configure("DEBUG", second)
    logging.getLogger("x").info("once")
    logs.reset()
    logs.reset()

    assert before == state()
    assert (first.getvalue(), len(_lines(second))) == ("", 1)


def test_a_level_that_does_not_exist_changes_nothing() -> None:
    """The error names the levels there are."""
    with pytest.raises(ValueError, match="use DEBUG, INFO"):
        logs.configure("LOUD")

    assert not structlog.is_configured()


def test_a_stream_that_refuses_is_counted_and_not_felt() -> None:
    """Logging never fails its caller."""
    closed = io.StringIO()
    sink = logs.configure("DEBUG", closed)
    closed.close()
    logs.get_logger("sealane.x").info("lost")
    logging.getLogger("aiohttp").info("lost")
    logs.reset()

    assert sink.dropped == 2
