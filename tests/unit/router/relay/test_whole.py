"""JSON answers: held until they are complete, so that a broken one never reaches the client."""

import json

import pytest

from sealane_api.failure import FailureClass
from sealane_router.aio.driver import drive
from sealane_router.errors import AttemptFailed
from sealane_router.relay.whole import relay_whole
from sealane_router.upstream.errors import UpstreamError
from tests.support.attempts import attempted
from tests.support.scripted_provider import Line, Script, answer, chunked, playing

HOLD = 2000
COMPLETION = {"choices": [{"finish_reason": "stop"}], "usage": {"prompt_tokens": 3, "completion_tokens": 4}}
BODY = json.dumps(COMPLETION).encode()


def cutting(raw: bytes) -> Script:
    """Says so much and closes."""

    async def script(line: Line) -> None:
        await line.request()
        await line.say(raw)

    return script


@pytest.mark.parametrize("raw", [answer(BODY), chunked(BODY[:9], BODY[9:], kind="application/json")])
async def test_a_whole_answer_is_sent_at_once(raw: bytes) -> None:
    """With its length, whatever framing it came in, byte for byte; its usage is taken."""
    async with attempted(playing(raw)) as it:
        await drive(relay_whole(it.exchange, it.attempt, it.connection, HOLD))
        assert it.client.body == BODY
        assert b"\r\ncontent-length: %d" % len(BODY) in it.client.head
        assert b"transfer-encoding" not in it.client.head
        assert (it.exchange.status, it.exchange.input_tokens, it.exchange.output_tokens) == (200, 3, 4)
        assert it.attempt.first_content > 0
        assert it.attempt.failure is None
        assert it.exchange.response.ended


async def test_an_answer_without_a_length_is_whole_when_its_json_is() -> None:
    """The provider's close is the only end it has."""
    raw = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n"
    async with attempted(cutting(raw + BODY)) as it:
        await drive(relay_whole(it.exchange, it.attempt, it.connection, HOLD))
        assert it.client.body == BODY
    async with attempted(cutting(raw + BODY[:-5])) as it:
        with pytest.raises(AttemptFailed) as caught:
            await drive(relay_whole(it.exchange, it.attempt, it.connection, HOLD))
        assert caught.value.failure.failure_class is FailureClass.CONNECT
        assert it.client.written == b""


@pytest.mark.parametrize("body", [BODY[:-1], b"", b"<html>", b"\xff", b"{} {}"])
async def test_what_is_not_json_is_a_server_error(body: bytes) -> None:
    """Nothing of it reaches the client."""
    async with attempted(playing(answer(body))) as it:
        with pytest.raises(AttemptFailed) as caught:
            await drive(relay_whole(it.exchange, it.attempt, it.connection, HOLD))
        failure = caught.value.failure
        assert (failure.failure_class, failure.code) == (FailureClass.SERVER_ERROR, "answer_not_json")
        assert (it.client.written, it.attempt.first_content, it.exchange.status) == (b"", 0.0, 0)


async def test_an_error_in_disguise_is_an_error() -> None:
    """200 with an error inside."""
    async with attempted(playing(answer(b'{"error":{"message":"x","type":"engine_overloaded_error"}}'))) as it:
        with pytest.raises(AttemptFailed) as caught:
            await drive(relay_whole(it.exchange, it.attempt, it.connection, HOLD))
        assert caught.value.failure.failure_class is FailureClass.OVERLOADED
        assert it.client.written == b""


async def test_a_cut_answer_is_lost() -> None:
    """Before commit, so that another attempt can be made."""
    async with attempted(cutting(answer(BODY)[:-5])) as it:
        with pytest.raises(UpstreamError) as caught:
            await drive(relay_whole(it.exchange, it.attempt, it.connection, HOLD))
        assert caught.value.failure_class is FailureClass.CONNECT
        assert it.client.written == b""


async def test_a_long_answer_is_held_up_to_the_limit() -> None:
    """At the limit it is still read before it is sent, one byte beyond it is not."""
    for size, read in ((HOLD, True), (HOLD + 1, False)):
        body = b'{"usage":{"prompt_tokens":1,"completion_tokens":1},"data":"%b"}'
        body %= b"x" * (size - len(body) + 2)
        assert len(body) == size
        async with attempted(playing(answer(body))) as it:
            await drive(relay_whole(it.exchange, it.attempt, it.connection, HOLD))
            assert it.client.body == body
            assert b"\r\ncontent-length: %d" % size in it.client.head
            assert (it.exchange.input_tokens == 1) == read
            assert it.exchange.response.ended


async def test_a_long_answer_without_a_length_is_streamed() -> None:
    """In chunks, with its end."""
    pieces = [b"x" * 1500, b"y" * 1500, b"z" * 10]
    async with attempted(playing(chunked(*pieces, kind="application/json"))) as it:
        await drive(relay_whole(it.exchange, it.attempt, it.connection, HOLD))
        assert b"transfer-encoding: chunked" in it.client.head
        assert it.client.body.endswith(b"\r\n0\r\n\r\n")
        assert it.exchange.response.bytes_sent == 3010


async def test_a_long_answer_that_breaks_is_cut() -> None:
    """After commit: no end, and the failure is a broken stream whatever its cause."""
    async with attempted(cutting(answer(b"x" * 9000)[:-5])) as it:
        await drive(relay_whole(it.exchange, it.attempt, it.connection, HOLD))
        assert it.client.aborted
        assert it.attempt.failure is not None
        assert it.attempt.failure.failure_class is FailureClass.BROKEN_STREAM
        assert it.attempt.failure.code == "connection_closed"


async def test_a_silent_answer_is_a_timeout() -> None:
    """The idle limit holds while it is held."""

    async def script(line: Line) -> None:
        await line.request()
        await line.say(answer(BODY)[:-5])
        await line.gone()

    async with attempted(script, idle=0.03) as it:
        with pytest.raises(UpstreamError) as caught:
            await drive(relay_whole(it.exchange, it.attempt, it.connection, HOLD))
        assert caught.value.failure_class is FailureClass.TIMEOUT
