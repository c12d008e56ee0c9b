"""Large bodies, slow sides, clocks and ends of a connection to a provider."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable

import pytest

from sealane_api.failure import FailureClass
from sealane_router.aio.driver import Driver, drive
from sealane_router.errors import ClientGone
from sealane_router.upstream.connection import HIGH_WATER
from sealane_router.upstream.errors import UpstreamError
from tests.support.connections import HEAD, OK, ask, connect, rest, saying
from tests.support.scripted_provider import Line, Script, ScriptedProvider, answer, playing
from tests.support.waiting import until


async def test_a_slow_reader_pauses_the_provider() -> None:
    """No more than the high-water mark and one read wait in memory; reading on resumes."""
    body = b"x" * (8 * 1024 * 1024)
    sent = asyncio.Event()

    async def script(line: Line) -> None:
        await line.request()
        await line.say(answer(body))
        sent.set()
        await line.gone()

    async with ScriptedProvider(script) as provider:
        connection = await connect(provider)
        await drive(connection.request(HEAD % 0, b"", first_byte=2, idle=2))
        await until(lambda: connection._read_paused)
        await asyncio.sleep(0.02)
        assert HIGH_WATER < connection._buffered <= HIGH_WATER + 256 * 1024
        assert not sent.is_set()
        assert await drive(rest(connection)) == body
        connection.abort()


async def test_a_large_request_is_written_as_the_provider_takes_it() -> None:
    """5 MiB arrive whole, and the connection can be kept."""
    body = hashlib.sha512(b"seed").digest() * (5 * 1024 * 1024 // 64)
    digests: list[str] = []

    async def script(line: Line) -> None:
        request = await line.request()
        digests.append(hashlib.sha256(request.partition(b"\r\n\r\n")[2]).hexdigest())
        await line.say(OK)
        await line.gone()

    async with ScriptedProvider(script) as provider:
        connection = await connect(provider)
        assert await ask(connection, body) == (200, b'{"a":1}')
        assert digests == [hashlib.sha256(body).hexdigest()]
        assert connection.finish()
        connection.abort()


@pytest.mark.parametrize("size", [16 * 1024, 16 * 1024 + 1, 256 * 1024, 256 * 1024 + 1])
async def test_requests_of_any_size_arrive(size: int) -> None:
    """Around the sizes where the way of writing changes."""
    requests: list[bytes] = []
    async with ScriptedProvider(playing(OK, requests=requests)) as provider:
        connection = await connect(provider)
        await ask(connection, b"y" * size)
        assert requests == [HEAD % size + b"y" * size]
        connection.abort()


def refusing_early(then: Callable[[Line], Awaitable[None]]) -> Script:
    """Answers 413 once the head has come, while the body is still on its way."""

    async def script(line: Line) -> None:
        await line.reader.readuntil(b"\r\n\r\n")
        line.reader._transport.pause_reading()  # type: ignore[attr-defined]
        await line.say(answer(b'{"error":1}', status="413 Content Too Large"))
        await then(line)

    return script


async def test_an_early_answer_ends_the_writing() -> None:
    """The rest of the body is not sent, and the connection is not kept."""

    async def linger(line: Line) -> None:
        await asyncio.sleep(0.1)

    async with ScriptedProvider(refusing_early(linger)) as provider:
        connection = await connect(provider)
        assert await ask(connection, b"x" * (20 * 1024 * 1024)) == (413, b'{"error":1}')
        assert not connection.finish()
        connection.abort()


async def test_an_interim_answer_does_not_end_the_writing() -> None:
    """``100 Continue`` means that the provider wants the body."""
    body = b"x" * (20 * 1024 * 1024)

    async def script(line: Line) -> None:
        await line.reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.01)
        await line.say(b"HTTP/1.1 100 Continue\r\n\r\n")
        assert len(await line.reader.readexactly(len(body))) == len(body)
        await line.say(OK)
        await line.gone()

    async with ScriptedProvider(script) as provider:
        connection = await connect(provider)
        assert await ask(connection, body) == (200, b'{"a":1}')
        connection.abort()


async def test_no_answer_in_time_is_a_timeout() -> None:
    """Counted from the request's last byte; the code names the clock."""
    async with ScriptedProvider(saying()) as provider:
        connection = await connect(provider)
        with pytest.raises(UpstreamError) as caught:
            await ask(connection, first_byte=0.03)
        assert (caught.value.failure_class, caught.value.code) == (FailureClass.TIMEOUT, "first_byte_timeout")
        connection.abort()


async def test_an_interim_answer_does_not_stop_the_first_byte_s_clock() -> None:
    """It is no answer."""
    async with ScriptedProvider(saying(*[b"HTTP/1.1 102 Processing\r\n\r\n"] * 30)) as provider:
        connection = await connect(provider)
        with pytest.raises(UpstreamError, match="first_byte_timeout"):
            await ask(connection, first_byte=0.05)
        connection.abort()


async def test_a_silent_body_is_a_timeout() -> None:
    """The idle clock starts anew with every read."""
    async with ScriptedProvider(saying(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n", b"he")) as provider:
        connection = await connect(provider)
        with pytest.raises(UpstreamError) as caught:
            await ask(connection, idle=0.03)
        assert (caught.value.failure_class, caught.value.code) == (FailureClass.TIMEOUT, "idle_timeout")
        connection.abort()


async def test_reading_without_idle_keeps_the_first_byte_s_clock() -> None:
    """Comments before the first content event do not hold off its deadline."""
    pieces = [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", *[b"3\r\n:\n\n\r\n"] * 150]
    async with ScriptedProvider(saying(*pieces)) as provider:
        connection = await connect(provider)
        await drive(connection.request(HEAD % 0, b"", first_byte=0.3, idle=2))
        with pytest.raises(UpstreamError, match="first_byte_timeout"):
            await drive(rest(connection, None))
        connection.abort()


async def test_a_provider_that_takes_nothing_is_a_timeout() -> None:
    """While the request is being written, the idle clock holds."""

    async def script(line: Line) -> None:
        line.reader._transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.sleep(0.2)

    async with ScriptedProvider(script) as provider:
        connection = await connect(provider)
        with pytest.raises(UpstreamError, match="idle_timeout"):
            await ask(connection, b"x" * (20 * 1024 * 1024), idle=0.05)
        connection.abort()


async def test_an_idle_connection_closes_at_its_time() -> None:
    """By itself, without anybody asking for it."""
    async with ScriptedProvider(saying(OK)) as provider:
        connection = await connect(provider)
        await ask(connection)
        assert connection.finish()
        connection.expire_at(time.monotonic() + 0.02)
        await until(lambda: connection._transport is None)
        assert connection._watchdog._handle is None


async def test_the_idle_limit_of_a_connection_does_not_follow_it_into_an_exchange() -> None:
    """An exchange that takes longer is not cut by it."""

    async def script(line: Line) -> None:
        await line.request()
        await line.say(OK)
        await line.request()
        await asyncio.sleep(0.06)
        await line.say(OK)
        await line.gone()

    async with ScriptedProvider(script) as provider:
        connection = await connect(provider)
        await ask(connection)
        assert connection.finish()
        connection.expire_at(time.monotonic() + 0.02)
        assert await ask(connection) == (200, b'{"a":1}')
        connection.abort()


async def test_the_provider_sees_an_abort_at_once() -> None:
    """A client that left costs the provider nothing more."""
    gone = asyncio.Event()

    async def script(line: Line) -> None:
        await line.request()
        await line.gone()
        gone.set()

    async with ScriptedProvider(script) as provider:
        connection = await connect(provider)
        ended: list[BaseException | None] = []
        driver = Driver(connection.request(HEAD % 0, b"", first_byte=9, idle=9), ended.append)
        driver.start()
        await until(lambda: len(provider.lines) == 1)
        driver.cancel(ClientGone())
        connection.abort()
        await gone.wait()
        assert [type(error) for error in ended] == [ClientGone]
        await until(lambda: connection._transport is None)
        assert connection._watchdog._handle is None


async def test_a_lost_fresh_connection_says_so() -> None:
    """It closed between its opening and the first request."""

    async def script(line: Line) -> None:
        line.hang_up()

    async with ScriptedProvider(script) as provider:
        connection = await connect(provider)
        await until(lambda: connection._transport is None)
        with pytest.raises(UpstreamError) as caught:
            await ask(connection)
        assert (caught.value.failure_class, caught.value.code) == (FailureClass.CONNECT, "connection_closed")
