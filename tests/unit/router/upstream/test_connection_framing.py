"""What is no HTTP answer, and what condemns a connection that gave one."""

import asyncio
import time

import pytest

from sealane_api.failure import FailureClass
from sealane_router.aio.driver import drive
from sealane_router.upstream.connection import MAX_HEAD, UpstreamConnection
from sealane_router.upstream.errors import UpstreamError
from tests.support.connections import HEAD, OK, ask, connect, rest, saying
from tests.support.scripted_provider import Line, ScriptedProvider, answer, chunked
from tests.support.waiting import until


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
