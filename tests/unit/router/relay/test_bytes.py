"""Answers that pass untouched: their framing alone is checked."""

import asyncio

import pytest

from sealane_api.failure import FailureClass
from sealane_router.aio.driver import Driver, drive
from sealane_router.errors import ClientGone
from sealane_router.relay.bytes import relay_bytes
from sealane_router.upstream.errors import UpstreamError
from tests.support.attempts import attempted
from tests.support.scripted_provider import Line, answer, chunked, playing
from tests.support.waiting import until

AUDIO = bytes(range(256)) * 40


async def test_bytes_pass_with_their_length() -> None:
    """None of them is looked at."""
    async with attempted(playing(answer(AUDIO, kind="audio/mpeg"))) as it:
        await drive(relay_bytes(it.exchange, it.attempt, it.connection))
        assert it.client.body == AUDIO
        assert b"\r\ncontent-type: audio/mpeg\r\n" in it.client.head
        assert b"\r\ncontent-length: %d" % len(AUDIO) in it.client.head
        assert (it.exchange.status, it.attempt.failure, it.exchange.response.ended) == (200, None, True)


async def test_bytes_of_unknown_length_pass_in_chunks() -> None:
    """With their end."""
    async with attempted(playing(chunked(AUDIO, b"end", kind="audio/mpeg"))) as it:
        await drive(relay_bytes(it.exchange, it.attempt, it.connection))
        assert it.client.body.endswith(b"\r\n0\r\n\r\n")
        assert it.exchange.response.bytes_sent == len(AUDIO) + 3


async def test_no_bytes_are_an_answer() -> None:
    """An empty one."""
    async with attempted(playing(answer(b"", kind="audio/mpeg"))) as it:
        await drive(relay_bytes(it.exchange, it.attempt, it.connection))
        assert (it.client.body, it.exchange.response.ended, it.exchange.status) == (b"", True, 200)
        assert b"\r\ncontent-length: 0" in it.client.head


async def test_before_the_first_byte_a_break_can_be_tried_elsewhere() -> None:
    """Nothing has reached the client."""

    async def script(line: Line) -> None:
        await line.request()
        await line.say(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n")

    async with attempted(script) as it:
        with pytest.raises(UpstreamError):
            await drive(relay_bytes(it.exchange, it.attempt, it.connection))
        assert it.client.written == b""


async def test_after_it_a_break_is_a_cut() -> None:
    """The client sees no end, and the failure is the provider's."""

    async def script(line: Line) -> None:
        await line.request()
        await line.say(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc")

    async with attempted(script) as it:
        await drive(relay_bytes(it.exchange, it.attempt, it.connection))
        assert (it.client.body, it.client.aborted) == (b"abc", True)
        assert it.attempt.failure is not None
        assert it.attempt.failure.failure_class is FailureClass.BROKEN_STREAM


async def test_a_slow_client_holds_the_provider() -> None:
    """While the client's buffer is full nothing more is read; then all arrives."""
    body = b"x" * (4 * 1024 * 1024)
    async with attempted(playing(answer(body, kind="audio/mpeg"))) as it:
        ended: list[BaseException | None] = []
        it.exchange.response.pause()
        driver = Driver(relay_bytes(it.exchange, it.attempt, it.connection), ended.append)
        driver.start()
        await asyncio.sleep(0.02)
        assert ended == []
        assert it.exchange.response.bytes_sent < 1024 * 1024
        it.exchange.response.resume()
        await until(lambda: ended)
        assert (ended, it.client.body) == ([None], body)


async def test_a_client_that_leaves_is_not_the_provider_s_failure() -> None:
    """The error goes up, and the attempt has none."""

    async def script(line: Line) -> None:
        await line.request()
        await line.say(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc")
        await line.gone()

    async with attempted(script) as it:
        ended: list[BaseException | None] = []
        driver = Driver(relay_bytes(it.exchange, it.attempt, it.connection), ended.append)
        driver.start()
        await asyncio.sleep(0.01)
        driver.cancel(ClientGone())
        assert [type(error) for error in ended] == [ClientGone]
        assert it.attempt.failure is None
