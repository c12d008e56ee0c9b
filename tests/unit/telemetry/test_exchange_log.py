"""One line per exchange, in batches, bounded, and never torn."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_telemetry.exchange_log import (
    ATTEMPT_FIELDS,
    BATCH_BYTES,
    EXCHANGE_FIELDS,
    MAX_ATTEMPTS,
    MAX_KEPT_BYTES,
    AttemptEntry,
    ExchangeEntry,
    ExchangeLog,
)

_NOW = 1_000_000_000.25


def _nothing_dropped(count: int) -> None:
    raise AssertionError(f"{count} lines were dropped")


def _line(entry: ExchangeEntry) -> dict[str, Any]:
    line = ExchangeLog(lambda data: None, _nothing_dropped).encode(entry, _NOW)
    fields: dict[str, Any] = json.loads(line)
    return fields


def _entry(number: int = 0) -> ExchangeEntry:
    return ExchangeEntry(
        request_id=f"{number:032x}", tenant="acme", api="chat", method="POST", path="/v1/chat/completions",
        model="kimi-k3", route="default/assistants", rule="kimi", revision="6b1f00aa", provider="moonshot",
        provider_model="kimi-k3", status=200, attempts=1, stream=True, duration=1.2345, first_content=0.25,
        request_bytes=1024, answer_bytes=755, input_tokens=10, output_tokens=20,
        attempt_list=[AttemptEntry("moonshot", "kimi-k3", "ok", 200, "", 1.2)],
    )  # fmt: skip


class _Writer:
    """Takes what it is told to; ``accept`` maps the size offered to what is taken, or raises."""

    def __init__(self) -> None:
        self.taken = b""
        self.accept: Callable[[int], int | None] = lambda size: None

    def __call__(self, data: bytes) -> int | None:
        taken = self.accept(len(data))
        self.taken += data if taken is None else data[:taken]
        return taken

    def ids(self) -> list[int]:
        return [int(json.loads(line)["request_id"], 16) for line in self.taken.splitlines()]


def _refuse(size: int) -> int:
    raise OSError


def _takes(limit: int | None) -> Callable[[int], int | None]:
    return lambda size: None if limit is None else min(limit, size)


def test_a_line_has_every_documented_field_in_order() -> None:
    """Of the exchange and of its attempts."""
    fields = _line(_entry())

    assert list(EXCHANGE_FIELDS) == list(fields)
    assert list(ATTEMPT_FIELDS) == list(fields["attempt_list"][0])


def test_times_are_milliseconds_and_unknown_ones_are_negative() -> None:
    """Seconds go in; a missing commit and missing usage are -1."""
    full, empty = _line(_entry()), _line(ExchangeEntry())

    assert (full["duration_ms"], full["first_content_ms"], full["attempt_list"][0]["ms"]) == (
        1234.5,
        250.0,
        1200.0,
    )
    assert (empty["first_content_ms"], empty["input_tokens"], empty["output_tokens"]) == (-1, -1, -1)
    assert full["time"] == "2001-09-09T01:46:40.250Z"


@pytest.mark.parametrize(("outcome", "level"), [("ok", "info"), ("client_gone", "info"), ("broken_stream", "warning")])
def test_the_level_follows_the_outcome(outcome: str, level: str) -> None:
    """What an operator should look at is a warning."""
    assert level == _line(ExchangeEntry(outcome=outcome))["level"]


@settings(max_examples=200)
@given(
    st.text(),
    st.text(),
    st.text(),
    st.sampled_from(["model", "tenant", "request_id", "trace_id", "code", "path"]),
)
def test_whatever_a_client_sends_the_line_is_one_json_object(one: str, two: str, three: str, name: str) -> None:
    """Quotes, control characters, lone surrogates; and a cached fragment is never somebody else's."""
    log = ExchangeLog(lambda data: None, _nothing_dropped)
    for text in (one, two, three, one):
        entry = ExchangeEntry(attempt_list=[AttemptEntry(text, text, text, 0, text)])
        setattr(entry, name, text)
        line = log.encode(entry, _NOW)
        shown = json.loads(line)[name]

        assert line.isascii()
        assert line.count("\n") == 1
        assert shown == text or "[redacted len=" in shown


@pytest.mark.parametrize("name", ["model", "tenant", "request_id", "trace_id", "path", "provider_model", "code"])
@pytest.mark.parametrize(
    "secret", ["sk-abcdefghijklmnop", "0123456789abcdef0123456789abcdef.AbCdEfGhIjKlMnOp", "word " * 60]
)
def test_a_key_or_a_prompt_in_place_of_a_name_is_masked(name: str, secret: str) -> None:
    """Clients put keys into the wrong field now and then."""
    entry = ExchangeEntry()
    setattr(entry, name, secret)

    assert "[redacted len=" in _line(entry)[name]
    assert secret not in json.dumps(_line(entry))


def test_the_list_of_attempts_is_bounded() -> None:
    """``attempts`` still counts all."""
    entry = ExchangeEntry(attempts=30, attempt_list=[AttemptEntry("p", "m", "Timeout", 0, "", 0.1)] * 30)

    assert (_line(entry)["attempts"], len(_line(entry)["attempt_list"])) == (30, MAX_ATTEMPTS)


def test_fragments_are_forgotten_before_they_fill_memory() -> None:
    """A client that names a new model each time costs speed, not memory."""
    log = ExchangeLog(lambda data: None, _nothing_dropped)
    for number in range(5000):
        log.encode(ExchangeEntry(model=f"m{number}", code=f"c{number}"), _NOW)

    assert len(log._origins) <= 4096
    assert len(log._ends) <= 4096


def test_lines_wait_for_a_full_batch_or_a_flush() -> None:
    """One write for many exchanges."""
    sizes: list[int] = []
    log = ExchangeLog(lambda data: sizes.append(len(data)), _nothing_dropped)
    for number in range(200):
        log.record(_entry(number), _NOW)
    before = len(sizes)
    log.flush()
    log.flush()

    assert (before + 1, True) == (len(sizes), all(size >= BATCH_BYTES for size in sizes[:-1]))


def test_a_blocked_writer_loses_nothing_within_the_bound() -> None:
    """What could not be written comes first when the writer recovers."""
    writer = _Writer()
    log = ExchangeLog(writer, _nothing_dropped)
    writer.accept = _refuse
    for number in range(500):
        log.record(_entry(number), _NOW)
    log.flush()
    writer.accept = lambda size: None
    log.flush()

    assert list(range(500)) == writer.ids()


def test_a_buffered_writer_that_would_block_says_what_it_took() -> None:
    """BlockingIOError carries a count; ignoring it would write lines twice."""
    taken = bytearray()

    def write(data: bytes) -> None:
        if not taken:
            taken.extend(data[:100])
            raise BlockingIOError(11, "would block", 100)
        taken.extend(data)

    log = ExchangeLog(write, _nothing_dropped)
    log.record(_entry(7), _NOW)
    log.flush()
    log.flush()

    assert int(json.loads(taken)["request_id"], 16) == 7


@pytest.mark.parametrize("first_bytes", [0, 1000])
def test_a_writer_that_stays_blocked_costs_the_oldest_lines(first_bytes: int) -> None:
    """At most 1 MiB is kept, what is dropped is counted, and a line that was begun is finished."""
    writer, dropped = _Writer(), list[int]()
    log = ExchangeLog(writer, dropped.append)
    for number in range(10):
        log.record(_entry(number), _NOW)
    writer.accept = lambda size: first_bytes
    log.flush()
    writer.accept = _refuse
    for number in range(10, 5000):
        log.record(_entry(number), _NOW)
    log.flush()
    kept = len(log._kept)
    writer.accept = lambda size: None
    log.flush()

    ids = writer.ids()
    assert len(ids) + sum(dropped) == 5000
    assert ids == sorted(ids)
    assert ids[-1] == 4999
    assert MAX_KEPT_BYTES - 2000 < kept <= MAX_KEPT_BYTES + 2000


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(0, 3000), st.just(-1)), max_size=30), st.integers(1, 5))
def test_lines_are_whole_and_in_order_whatever_the_writer_takes(takes: list[int | None], lines: int) -> None:
    """Parts, nothing, errors, everything: each line arrives once."""
    writer = _Writer()
    log = ExchangeLog(writer, _nothing_dropped)
    number = 0
    for take in takes:
        for _ in range(lines):
            log.record(_entry(number), _NOW)
            number += 1
        writer.accept = _refuse if take == -1 else _takes(take)
        log.flush()
    writer.accept = lambda size: None
    log.flush()

    assert list(range(number)) == writer.ids()
