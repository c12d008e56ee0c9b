"""One connection to a provider that plays bytes: what is an answer, and how one is lost."""

import asyncio
import time

import pytest

from sealane_api.failure import FailureClass
from sealane_router.aio.driver import drive
from sealane_router.upstream.errors import StaleConnection, UpstreamError
from tests.support.connections import HEAD, OK, ask, connect, ending, saying
from tests.support.scripted_provider import Line, ScriptedProvider, answer, chunked, playing


async def test_an_answer_comes_back() -> None:
    """Status, lower-case headers, body; and the connection is fit for another request."""
    async with ScriptedProvider(playing(OK, answer(b"[]", status="201 Created"))) as provider:
        connection = await connect(provider)
        assert await ask(connection) == (200, b'{"a":1}')
        assert connection.headers == [(b"content-type", b"application/json"), (b"content-length", b"7")]
        assert connection.finish()
        assert connection.is_fit(time.monotonic())
        assert await ask(connection) == (201, b"[]")
        connection.abort()


@pytest.mark.parametrize("cut", range(1, len(OK), 7))
async def test_an_answer_may_be_cut_anywhere(cut: int) -> None:
    """Pieces are put together."""
    async with ScriptedProvider(saying(OK[:cut], OK[cut:])) as provider:
        connection = await connect(provider)
        assert await ask(connection) == (200, b'{"a":1}')
        assert connection.finish()
        connection.abort()


async def test_chunks_are_taken_apart() -> None:
    """Trailers are dropped, and the connection may be kept."""
    raw = chunked(b"one", b"two", end=False) + b"0\r\nx-trailer: 1\r\n\r\n"
    async with ScriptedProvider(saying(raw)) as provider:
        connection = await connect(provider)
        assert await ask(connection) == (200, b"onetwo")
        assert all(name != b"x-trailer" for name, _ in connection.headers)
        assert connection.finish()
        connection.abort()


@pytest.mark.parametrize(
    "interim",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 102 Processing\r\nx-a: 1\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\ncontent-length: 5\r\n\r\n",
    ],
)
@pytest.mark.parametrize("apart", [True, False])
async def test_interim_answers_are_skipped(interim: bytes, apart: bool) -> None:
    """None of their headers is the answer's."""
    pieces = (interim, interim, OK) if apart else (interim + interim + OK,)
    async with ScriptedProvider(saying(*pieces)) as provider:
        connection = await connect(provider)
        assert await ask(connection) == (200, b'{"a":1}')
        assert len(connection.headers) == 2
        assert connection.finish()
        connection.abort()


@pytest.mark.parametrize("headers", [b"", b"connection: upgrade\r\nupgrade: websocket\r\n"])
async def test_switching_protocols_is_an_error(headers: bytes) -> None:
    """Nobody asked for another protocol; the error comes at once, not at a timeout."""
    async with ScriptedProvider(saying(b"HTTP/1.1 101 Switching Protocols\r\n" + headers + b"\r\n")) as provider:
        connection = await connect(provider)
        with pytest.raises(UpstreamError) as caught:
            await ask(connection)
        assert (caught.value.failure_class, caught.value.code) == (FailureClass.SERVER_ERROR, "switching_protocols")
        assert not connection.finish()
        connection.abort()


async def test_without_a_length_the_end_is_the_close() -> None:
    """HTTP/1.0 style: complete, but such a connection cannot be kept."""
    raw = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n"
    async with ScriptedProvider(ending(raw, b'{"a"', b":1}")) as provider:
        connection = await connect(provider)
        assert await ask(connection) == (200, b'{"a":1}')
        assert (connection.framed, connection.complete, connection.finish()) == (False, True, False)


async def test_without_a_length_a_reset_is_no_end() -> None:
    """What came is not taken for all."""
    async with ScriptedProvider(ending(b"HTTP/1.1 200 OK\r\n\r\n", b'{"a"', reset=True)) as provider:
        connection = await connect(provider)
        with pytest.raises(UpstreamError) as caught:
            await ask(connection)
        assert (caught.value.failure_class, caught.value.code) == (FailureClass.CONNECT, "connection_reset")


async def test_a_coded_transfer_that_is_cut_is_no_whole_answer() -> None:
    """Its last coding is chunked, so its end would have been told."""
    raw = b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n5\r\nhe"
    async with ScriptedProvider(ending(raw)) as provider:
        connection = await connect(provider)
        with pytest.raises(UpstreamError) as caught:
            await ask(connection)
        assert caught.value.code == "connection_closed"


@pytest.mark.parametrize(
    "pieces",
    [
        (),
        (b"HTTP/1.1 2",),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n",),
        (b"HTTP/1.1 100 Continue\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n",),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhe",),
        (chunked(b"hello", end=False),),
        (chunked(b"hello", end=False) + b"0\r\n",),
    ],
)
@pytest.mark.parametrize("reset", [True, False])
async def test_a_cut_answer_is_a_lost_connection(pieces: tuple[bytes, ...], reset: bool) -> None:
    """On a fresh connection it is never called stale, and nothing of it is complete."""
    async with ScriptedProvider(ending(*pieces, reset=reset)) as provider:
        connection = await connect(provider)
        with pytest.raises(UpstreamError) as caught:
            await ask(connection)
        assert not isinstance(caught.value, StaleConnection)
        assert caught.value.failure_class is FailureClass.CONNECT
        assert caught.value.code == ("connection_reset" if reset else "connection_closed")
        assert not connection.finish()


async def test_what_came_before_the_cut_can_be_read() -> None:
    """The error comes after the bytes, not instead of them."""
    async with ScriptedProvider(ending(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhe")) as provider:
        connection = await connect(provider)
        await drive(connection.request(HEAD % 0, b"", first_byte=2, idle=2))
        await asyncio.sleep(0.01)
        assert await drive(connection.read(2)) == b"he"
        with pytest.raises(UpstreamError):
            await drive(connection.read(2))


@pytest.mark.parametrize("pieces", [(), (b"HTTP/1.1 100 Continue\r\n\r\n",), (b"HTTP/1.1 2",)])
async def test_a_kept_connection_that_closes_is_stale_only_before_the_first_byte(pieces: tuple[bytes, ...]) -> None:
    """From the first byte on the provider has begun to answer this request."""

    async def script(line: Line) -> None:
        await line.request()
        await line.say(OK)
        await line.request()
        await line.say(*pieces)

    async with ScriptedProvider(script) as provider:
        connection = await connect(provider)
        await ask(connection)
        assert connection.finish()
        connection.reused = True
        with pytest.raises(UpstreamError) as caught:
            await ask(connection)
        assert isinstance(caught.value, StaleConnection) == (not pieces)
