"""Event streams: nothing before the first content, every event whole, and no finish that did not come."""

import asyncio
import json

import pytest

from sealane_api.failure import FailureClass
from sealane_router.aio.driver import Driver, drive
from sealane_router.errors import AttemptFailed, ClientGone, GatewayDraining
from sealane_router.providers.api import Api
from sealane_router.providers.stream_inspector import StreamInspector, inspector_for
from sealane_router.relay.stream import relay_stream
from tests.support.attempts import Attempted, attempted
from tests.support.exchanges import STREAMING_CHAT
from tests.support.scripted_provider import Line, Script, chunked, playing
from tests.support.waiting import until

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
ROLE = b'data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}\n\n'
CONTENT = b'data: {"id":"c","choices":[{"index":0,"delta":{"content":"hi"}}]}\n\n'
FINISH = (
    b'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\n'
)
DONE = b"data: [DONE]\n\n"


def framed(data: bytes) -> bytes:
    """One chunk."""
    return b"%x\r\n%b\r\n" % (len(data), data)


def unframed(body: bytes) -> bytes:
    """What the chunks of an answer hold; its end must be there."""
    out = b""
    while True:
        size, _, body = body.partition(b"\r\n")
        if int(size, 16) == 0:
            assert body == b"\r\n"
            return out
        out, body = out + body[: int(size, 16)], body[int(size, 16) + 2 :]


def inspector(it: Attempted, api: Api = Api.CHAT_COMPLETIONS) -> StreamInspector:
    """What watches the stream."""
    return inspector_for(api, it.attempt.runtime.dialect, wall=0.0)


async def relay(it: Attempted, api: Api = Api.CHAT_COMPLETIONS) -> None:
    """Relay to the end."""
    await drive(relay_stream(it.exchange, it.attempt, it.connection, inspector(it, api)))


def saying(*pieces: bytes, stay: bool = False) -> Script:
    """Sends pieces in chunks and closes, or stays silent."""

    async def script(line: Line) -> None:
        await line.request()
        await line.say(HEAD, *map(framed, pieces))
        if stay:
            await line.gone()

    return script


async def test_a_stream_passes_byte_for_byte() -> None:
    """From its first event, held back until content came, to its last."""
    async with attempted(playing(chunked(ROLE, CONTENT, FINISH, DONE)), body=STREAMING_CHAT) as it:
        await relay(it)
        assert unframed(it.client.body) == ROLE + CONTENT + FINISH + DONE
        assert b"\r\ncontent-type: text/event-stream\r\n" in it.client.head
        assert (it.exchange.input_tokens, it.exchange.output_tokens) == (3, 4)
        assert (it.attempt.failure, it.exchange.status, it.exchange.response.ended) == (None, 200, True)
        assert it.attempt.first_content > 0


async def test_nothing_is_sent_before_the_first_content() -> None:
    """So that another provider can still be tried."""
    async with attempted(saying(ROLE)) as it:
        with pytest.raises(AttemptFailed) as caught:
            await relay(it)
        assert caught.value.failure.failure_class is FailureClass.CONNECT
        assert (it.client.written, it.attempt.first_content) == (b"", 0.0)


async def test_an_end_before_any_content_is_a_lost_connection() -> None:
    """However well its framing is."""
    async with attempted(playing(chunked(ROLE))) as it:
        with pytest.raises(AttemptFailed) as caught:
            await relay(it)
        assert caught.value.failure.failure_class is FailureClass.CONNECT
        assert it.client.written == b""


async def test_an_error_before_any_content_is_the_attempt_s() -> None:
    """As if it had come with its own status."""
    error = b'data: {"error":{"message":"x","type":"engine_overloaded_error"}}\n\n'
    async with attempted(playing(chunked(ROLE, error))) as it:
        with pytest.raises(AttemptFailed) as caught:
            await relay(it)
        assert caught.value.failure.failure_class is FailureClass.OVERLOADED


async def test_no_content_in_time_is_a_timeout() -> None:
    """Comments and roles do not count; the clock is the first byte's."""
    async with attempted(saying(ROLE, *[b": wait\n\n"] * 3, stay=True), first_byte=0.3) as it:
        with pytest.raises(AttemptFailed) as caught:
            await relay(it)
        failure = caught.value.failure
        assert (failure.failure_class, failure.code) == (FailureClass.TIMEOUT, "first_byte_timeout")


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param((CONTENT,), id="no finish"),
        pytest.param((CONTENT, CONTENT[:20]), id="a cut event"),
        pytest.param((CONTENT, b"data: {} {}\n\n", FINISH), id="glued JSON"),
        pytest.param((CONTENT, CONTENT.replace(b'"c"', b'"d"'), FINISH), id="another generation"),
    ],
)
@pytest.mark.parametrize("cleanly", [True, False])
async def test_a_broken_stream_ends_in_an_error_event(pieces: tuple[bytes, ...], cleanly: bool) -> None:
    """Whole events, then the error, no ``[DONE]``; and the body ends cleanly."""
    script = playing(chunked(*pieces)) if cleanly else saying(*pieces)
    async with attempted(script) as it:
        await relay(it)
        events = unframed(it.client.body).split(b"\n\n")
        assert events[0] + b"\n\n" == CONTENT
        assert json.loads(events[1].removeprefix(b"data: "))["error"]["code"] == "broken_stream"
        assert events[2:] == [b""]
        assert it.attempt.failure is not None
        assert it.attempt.failure.failure_class is FailureClass.BROKEN_STREAM
        assert not it.client.aborted


async def test_a_stream_that_falls_silent_is_broken() -> None:
    """The idle limit holds after the first content."""
    async with attempted(saying(CONTENT, stay=True), idle=0.03) as it:
        await relay(it)
        assert it.attempt.failure is not None
        assert it.attempt.failure.code == "idle_timeout"
        assert b"broken_stream" in it.client.body


@pytest.mark.parametrize("pieces", [(CONTENT, FINISH), (CONTENT, FINISH, DONE), (CONTENT, FINISH, b"junk\n\n{")])
async def test_behind_the_finish_a_lost_connection_is_success(pieces: tuple[bytes, ...]) -> None:
    """It took nothing with it; junk is dropped."""
    async with attempted(saying(*pieces)) as it:
        await relay(it)
        assert unframed(it.client.body).startswith(CONTENT + FINISH)
        assert b"broken_stream" not in it.client.body
        assert (it.attempt.failure, it.exchange.output_tokens) == (None, 4)


async def test_anthropic_s_clients_get_their_own_error_event() -> None:
    """With the event's name."""
    start = b'event: content_block_start\ndata: {"type":"content_block_start","index":0}\n\n'
    async with attempted(saying(start), path="/v1/messages") as it:
        await relay(it, Api.MESSAGES)
        assert unframed(it.client.body).startswith(start + b"event: error\ndata: ")


async def test_a_client_that_leaves_ends_the_relay_at_once() -> None:
    """Before commit and after it; the provider did nothing wrong."""
    for pieces in ((ROLE,), (CONTENT,)):
        async with attempted(saying(*pieces, stay=True)) as it:
            ended: list[BaseException | None] = []
            watcher = inspector(it)
            driver = Driver(relay_stream(it.exchange, it.attempt, it.connection, watcher), ended.append)
            driver.start()
            await asyncio.sleep(0.02)
            driver.cancel(ClientGone())
            assert [type(error) for error in ended] == [ClientGone]
            assert it.attempt.failure is None


async def test_the_end_of_the_drain_is_told_in_the_stream() -> None:
    """A last event with a clear code, a clean end, and the error all the same."""
    async with attempted(saying(CONTENT, stay=True)) as it:
        ended: list[BaseException | None] = []
        driver = Driver(relay_stream(it.exchange, it.attempt, it.connection, inspector(it)), ended.append)
        driver.start()
        await until(lambda: it.client.written)
        driver.cancel(GatewayDraining("leaving"))
        events = unframed(it.client.body).split(b"\n\n")
        assert json.loads(events[1].removeprefix(b"data: "))["error"]["code"] == "draining"
        assert [type(error) for error in ended] == [GatewayDraining]
        assert it.exchange.response.ended


async def test_a_slow_client_holds_the_stream() -> None:
    """What came meanwhile follows when the client is ready."""
    async with attempted(playing(chunked(CONTENT, CONTENT, FINISH, DONE))) as it:
        ended: list[BaseException | None] = []
        it.exchange.response.pause()
        driver = Driver(relay_stream(it.exchange, it.attempt, it.connection, inspector(it)), ended.append)
        driver.start()
        await asyncio.sleep(0.02)
        assert ended == []
        it.exchange.response.resume()
        await until(lambda: ended)
        assert ended == [None]
        assert unframed(it.client.body) == CONTENT + CONTENT + FINISH + DONE
