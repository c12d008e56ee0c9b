"""Error answers: read far enough to be understood, and no further."""

import pytest

from sealane_api.failure import FailureClass
from sealane_router.aio.driver import drive
from sealane_router.relay import refusal
from sealane_router.relay.refusal import MAX_ERROR_BODY, read_refusal
from tests.support.attempts import attempted
from tests.support.scripted_provider import Line, answer, playing

OVERLOADED = b'{"error":{"message":"busy","type":"engine_overloaded_error"}}'


async def test_the_dialect_decides_from_status_headers_and_body() -> None:
    """With the wait that the provider stated."""
    raw = answer(OVERLOADED, status="429 Too Many Requests", headers=b"retry-after: 7\r\n")
    async with attempted(playing(raw)) as it:
        failure = await drive(read_refusal(it.attempt, it.connection))
        assert (failure.failure_class, failure.status, failure.retry_after) == (FailureClass.OVERLOADED, 429, 7.0)
        assert it.connection.complete


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "304 Not Modified", "500 Oops"])
async def test_what_is_no_answer_is_a_server_error(status: str) -> None:
    """A redirect is never followed."""
    raw = answer(b"", status=status, headers=b"location: http://169.254.169.254/\r\n")
    async with attempted(playing(raw)) as it:
        assert (await drive(read_refusal(it.attempt, it.connection))).failure_class is FailureClass.SERVER_ERROR


async def test_a_cut_body_leaves_the_status() -> None:
    """It came whole."""

    async def script(line: Line) -> None:
        await line.request()
        await line.say(answer(OVERLOADED, status="401 Unauthorized")[:-20])

    async with attempted(script) as it:
        assert (await drive(read_refusal(it.attempt, it.connection))).failure_class is FailureClass.UNAUTHORIZED


async def test_an_endless_body_is_cut() -> None:
    """Its connection is in the middle of an answer and cannot be kept."""
    raw = answer(b"x" * (20 * MAX_ERROR_BODY), status="503 Service Unavailable")
    async with attempted(playing(raw)) as it:
        assert (await drive(read_refusal(it.attempt, it.connection))).failure_class is FailureClass.SERVER_ERROR
        assert not it.connection.complete


async def test_a_body_that_trickles_has_a_time_for_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A byte now and then does not hold the exchange for ever."""
    monkeypatch.setattr(refusal, "ERROR_TIME", 0.05)

    async def script(line: Line) -> None:
        await line.request()
        await line.say(b"HTTP/1.1 503 Busy\r\ncontent-length: 1000\r\n\r\n", *[b" "] * 60)
        await line.gone()

    async with attempted(script) as it:
        assert (await drive(read_refusal(it.attempt, it.connection))).failure_class is FailureClass.SERVER_ERROR
        assert not it.connection.complete


@pytest.mark.parametrize(
    ("body", "message", "raw"),
    [
        (OVERLOADED, "busy", b""),
        (b"<html><title>502 Bad Gateway</title>", "", b"<html><title>502 Bad Gateway</title>"),
        (b"<" + b"x" * 20_000, "", b"<" + b"x" * (refusal.KEPT - 1)),
        (b"", "", b""),
    ],
)
async def test_what_has_no_message_is_kept_as_it_came(body: bytes, message: str, raw: bytes) -> None:
    """Its beginning, for who looks for the cause; a client is not shown it."""
    async with attempted(playing(answer(body, status="502 Bad Gateway", kind="text/html"))) as it:
        failure = await drive(read_refusal(it.attempt, it.connection))

    assert (failure.message, failure.raw) == (message, raw)
