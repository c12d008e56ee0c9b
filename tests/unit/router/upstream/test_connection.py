"""One connection to a provider that plays bytes: what is an answer, what is none, and what condemns a connection."""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable

import pytest

from sealane_api.failure import FailureClass
from sealane_router.aio.driver import Driver, drive
from sealane_router.errors import ClientGone
from sealane_router.upstream.connection import HIGH_WATER, MAX_HEAD, UpstreamConnection
from sealane_router.upstream.errors import StaleConnection, UpstreamError
from tests.support.scripted_provider import Line, Script, ScriptedProvider, answer, chunked, playing

HEAD = b"POST /v1/x HTTP/1.1\r\nhost: a\r\ncontent-length: %d\r\n\r\n"
OK = answer(b'{"a":1}')


async def connect(provider: ScriptedProvider) -> UpstreamConnection:
    """A fresh connection, as a pool's connector makes them."""
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(
        lambda: UpstreamConnection(loop, lambda _: None), "127.0.0.1", provider.port
    )
    connection.retire_at = time.monotonic() + 60
    return connection


async def ask(
    connection: UpstreamConnection, body: bytes = b"{}", *, first_byte: float = 2.0, idle: float = 2.0
) -> tuple[int, bytes]:
    """Send a request and read all of its answer."""
    await drive(connection.request(HEAD % len(body), body, first_byte=first_byte, idle=idle))
    return connection.status, await drive(rest(connection, idle))


async def rest(connection: UpstreamConnection, idle: float | None = 2.0) -> bytes:
    """The answer's body from here on."""
    pieces = []
    while (piece := await connection.read(idle)) is not None:
        pieces.append(piece)
    return b"".join(pieces)


def saying(*pieces: bytes) -> Script:
    """Reads one request, sends pieces apart from each other, and waits for the other side to close."""

    async def script(line: Line) -> None:
        await line.request()
        await line.say(*pieces)
        await line.gone()

    return script


def ending(*pieces: bytes, reset: bool = False) -> Script:
    """Reads one request, sends pieces, and closes."""

    async def script(line: Line) -> None:
        await line.request()
        await line.say(*pieces)
        if reset:
            line.reset()

    return script


async def until(true: Callable[[], bool]) -> None:
    """Let the loop run until something has become true."""
    async with asyncio.timeout(2):
        while not true():  # noqa: ASYNC110 - a connection tells nobody what it has read
            await asyncio.sleep(0.001)


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


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"\0\0\0\0", "not_http"),
        (b"SSH-2.0-OpenSSH_9.6\r\n", "not_http"),
        (b"HTTP/1.1 20x OK\r\n\r\n", "not_http"),
        (b"HTTP/1.1 200 OK\ncontent-length: 0\n\n", "not_http"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n", "not_http"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n", "not_http"),
        (b"HTTP/1.1 200 OK\r\nx: a\r\n b\r\n\r\n", "not_http"),
        (b"HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n", "not_http"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", "broken_framing"),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nabc\r\n", "broken_framing"),
    ],
)
async def test_what_is_not_http_is_a_server_error(raw: bytes, code: str) -> None:
    """The code says whether the head or the body's framing was broken."""
    async with ScriptedProvider(saying(raw)) as provider:
        connection = await connect(provider)
        with pytest.raises(UpstreamError) as caught:
            await ask(connection)
        assert (caught.value.failure_class, caught.value.code) == (FailureClass.SERVER_ERROR, code)
        assert not connection.finish()
        connection.abort()


FILL = b"x-fill: " + b"a" * 1000 + b"\r\n"


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize(("lines", "fine"), [(60, True), (70, False), (200, False)])
async def test_a_head_has_a_limit(lines: int, fine: bool, apart: bool) -> None:
    """64 KiB, in one read or in many."""
    raw = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n" + FILL * lines + b"\r\n{}"
    pieces = [raw[start : start + 9000] for start in range(0, len(raw), 9000)] if apart else [raw]
    async with ScriptedProvider(saying(*pieces)) as provider:
        connection = await connect(provider)
        if fine:
            assert await ask(connection) == (200, b"{}")
        else:
            with pytest.raises(UpstreamError) as caught:
                await ask(connection)
            assert (caught.value.failure_class, caught.value.code) == (FailureClass.SERVER_ERROR, "head_too_large")
        connection.abort()


async def test_a_head_of_many_interim_answers_has_the_same_limit() -> None:
    """A provider cannot keep us reading for ever."""
    hint = b"HTTP/1.1 103 Early Hints\r\n" + FILL + b"\r\n"
    async with ScriptedProvider(saying(*[hint * 10] * 8)) as provider:
        connection = await connect(provider)
        with pytest.raises(UpstreamError, match="head_too_large"):
            await ask(connection)
        connection.abort()


async def test_trailers_without_end_are_broken_framing() -> None:
    """They are not kept, and still they have a limit."""
    async with ScriptedProvider(saying(chunked(b"hello", end=False) + b"0\r\n", *[FILL * 30] * 4)) as provider:
        connection = await connect(provider)
        with pytest.raises(UpstreamError, match="broken_framing"):
            await ask(connection)
        connection.abort()


async def test_empty_lines_in_a_large_body_are_no_head() -> None:
    """However large the reads are."""
    body = (b"x" * 300_000 + b"\r\n\r\n") * 4
    for raw in (answer(body), chunked(body)):
        async with ScriptedProvider(saying(raw)) as provider:
            connection = await connect(provider)
            assert await ask(connection) == (200, body)
            assert connection._answer_error is None
            connection.abort()


@pytest.mark.parametrize("behind", [b"x", b"\0", OK, b"HTTP/1.1 200 OK\r\n"])
async def test_bytes_behind_an_answer_condemn_the_connection(behind: bytes) -> None:
    """In the same read: the answer stands, nothing behind it is believed, and the connection is not kept."""
    async with ScriptedProvider(saying(OK + behind)) as provider:
        connection = await connect(provider)
        assert await ask(connection) == (200, b'{"a":1}')
        assert connection.headers == [(b"content-type", b"application/json"), (b"content-length", b"7")]
        assert not connection.finish()
        connection.abort()


async def test_bytes_behind_an_answer_in_a_later_read_close_the_connection() -> None:
    """Before it was given back."""
    async with ScriptedProvider(saying(OK, OK)) as provider:
        connection = await connect(provider)
        await drive(connection.request(HEAD % 0, b"", first_byte=2, idle=2))
        await until(lambda: connection._transport is None)
        assert await drive(rest(connection)) == b'{"a":1}'
        assert not connection.finish()


async def test_a_byte_on_an_idle_connection_closes_it() -> None:
    """It could be another tenant's answer."""
    lost: list[UpstreamConnection] = []

    async def script(line: Line) -> None:
        await line.request()
        await line.say(OK)
        await asyncio.sleep(0.01)
        await line.say(b"H")
        await line.gone()

    async with ScriptedProvider(script) as provider:
        connection = await connect(provider)
        connection._lost = lost.append
        await ask(connection)
        assert connection.finish()
        await until(lambda: bool(lost))
        assert not connection.is_fit(time.monotonic())


async def test_a_byte_that_only_the_kernel_has_makes_a_connection_unfit() -> None:
    """The loop has not turned yet; the next request must not be answered by it."""
    async with ScriptedProvider(saying(OK)) as provider:
        connection = await connect(provider)
        await ask(connection)
        assert connection.finish()
        assert connection.is_fit(time.monotonic())
        sock = provider.lines[0].writer.get_extra_info("socket")
        sock._sock.send(b"H")
        time.sleep(0.005)  # noqa: ASYNC251 - the loop must not turn
        assert not connection.is_fit(time.monotonic())
        connection.abort()


async def test_a_connection_the_provider_means_to_close_is_not_kept() -> None:
    """It said so in the answer's head."""
    async with ScriptedProvider(saying(answer(headers=b"connection: close\r\n"))) as provider:
        connection = await connect(provider)
        assert await ask(connection) == (200, b"{}")
        assert not connection.finish()
        connection.abort()


async def test_an_old_connection_is_unfit() -> None:
    """Whatever else is well with it."""
    async with ScriptedProvider(saying(OK)) as provider:
        connection = await connect(provider)
        await ask(connection)
        assert connection.finish()
        assert not connection.is_fit(connection.retire_at)
        connection.abort()


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
    pieces = [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", *[b"3\r\n:\n\n\r\n"] * 40]
    async with ScriptedProvider(saying(*pieces)) as provider:
        connection = await connect(provider)
        await drive(connection.request(HEAD % 0, b"", first_byte=0.06, idle=2))
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
        await asyncio.wait_for(gone.wait(), 0.1)
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


async def test_no_limit_is_a_body_s_limit() -> None:
    """Many reads of body add up to no head."""
    pieces = [b"%x\r\n%b\r\n" % (9000, b"z" * 9000) for _ in range(2 * MAX_HEAD // 9000)]
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    async with ScriptedProvider(saying(head, *pieces, b"0\r\n\r\n")) as provider:
        connection = await connect(provider)
        status, body = await ask(connection)
        assert (status, len(body)) == (200, 9000 * len(pieces))
        assert connection.finish()
        connection.abort()


async def test_white_space_around_a_header_is_no_part_of_it() -> None:
    """RFC 9112 §5: also where it decides on framing."""
    raw = b"HTTP/1.1 200 OK\r\ntransfer-encoding:  chunked \r\nx-a: \tb \r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    async with ScriptedProvider(saying(raw)) as provider:
        connection = await connect(provider)
        assert await ask(connection) == (200, b"{}")
        assert connection.headers == [(b"transfer-encoding", b"chunked"), (b"x-a", b"b")]
        assert connection.finish()
        connection.abort()
