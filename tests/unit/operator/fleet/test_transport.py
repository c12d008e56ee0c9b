"""Polls over real connections: routers that answer, hang, reset, talk nonsense or without end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from sealane_operator.fleet.transport import HttpTransport, PollFailed

Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
PATIENT = 30.0


@asynccontextmanager
async def _router(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> AsyncIterator[str]:
    """A router's admin port; yields its address."""
    application = web.Application()
    application.router.add_post("/-/report", handler)
    runner = web.AppRunner(application, shutdown_timeout=0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"{host}:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def _raw(handler: Handler) -> AsyncIterator[str]:
    """Something that listens, and is no HTTP server of ours."""
    server = await asyncio.start_server(handler, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()[:2]
        yield f"{host}:{port}"


async def _failure(transport: HttpTransport, address: str, seconds: float = PATIENT) -> str:
    with pytest.raises(PollFailed) as failed:
        await transport.ask(address, b"{}", seconds)
    return failed.value.kind


async def test_a_poll_is_posted_and_its_answer_returned() -> None:
    """As JSON, over one connection that is kept."""
    seen: list[tuple[str, str | None, bytes]] = []
    peers: set[object] = set()

    async def report(request: web.Request) -> web.Response:
        seen.append((request.content_type, request.headers.get("User-Agent"), await request.read()))
        assert request.transport is not None
        peers.add(request.transport.get_extra_info("peername"))
        return web.json_response({"n": len(seen)})

    async with _router(report) as address, HttpTransport() as transport:
        answers = [await transport.ask(address, b'{"operator":"o"}', PATIENT) for _ in range(2)]

    assert answers == [b'{"n": 1}', b'{"n": 2}']
    assert seen == [("application/json", "sealane-operator", b'{"operator":"o"}')] * 2
    assert len(peers) == 1


@pytest.mark.parametrize("status", [204, 302, 307, 400, 404, 500, 503])
async def test_any_status_but_200_is_no_answer(status: int) -> None:
    """A redirect is not followed."""
    asked = 0

    async def report(_: web.Request) -> web.Response:
        nonlocal asked
        asked += 1
        return web.Response(status=status, headers={"Location": "/-/report"} if status < 400 else {})

    async with _router(report) as address, HttpTransport() as transport:
        assert await _failure(transport, address) == "status"
    assert asked == 1


async def test_a_router_that_hangs_costs_the_time_of_a_poll() -> None:
    """Before its head, and in its body."""
    never = asyncio.Event()

    async def before(_: web.Request) -> web.Response:
        await never.wait()
        return web.Response()

    async def within(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        await answer.write(b'{"process":')
        await never.wait()
        return answer

    async with _router(before) as one, _router(within) as other, HttpTransport() as transport:
        kinds = [await _failure(transport, address, 0.05) for address in (one, other)]
        never.set()

    assert kinds == ["timeout", "timeout"]


async def test_where_nobody_listens_nobody_answers() -> None:
    """Nor where the name means nothing."""
    async with _raw(lambda _r, _w: asyncio.sleep(0)) as address:
        pass
    async with HttpTransport() as transport:
        assert await _failure(transport, address) == "connect"
        assert await _failure(transport, "[::1%nowhere]:9090") == "connect"


async def test_a_connection_that_ends_in_the_answer_is_no_answer() -> None:
    """Closed at once, cut off, or reset; nothing is tried twice."""
    connections = 0

    async def close(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        writer.close()

    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        await writer.drain()
        writer.close()

    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()

    async with HttpTransport() as transport:
        for handler in (close, cut, reset):
            async with _raw(handler) as address:
                assert await _failure(transport, address) == "broken"
    assert connections == 1


async def test_what_is_not_http_is_garbage() -> None:
    """Whoever listens there is no router."""

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n\r\n")
        await writer.drain()
        writer.close()

    async with _raw(talk) as address, HttpTransport() as transport:
        assert await _failure(transport, address) == "garbage"


async def test_an_answer_is_read_up_to_a_limit() -> None:
    """At the limit it is an answer; beyond, the rest is not waited for."""
    never = asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        await answer.write(b"x" * 1_001)
        await never.wait()
        return answer

    async def exact(_: web.Request) -> web.Response:
        return web.Response(body=b"x" * 1_000)

    async with _router(endless) as one, _router(exact) as other, HttpTransport(limit=1_000) as transport:
        assert await _failure(transport, one) == "oversized"
        assert len(await transport.ask(other, b"{}", PATIENT)) == 1_000
        never.set()


async def test_outside_of_its_block_a_transport_reaches_nobody() -> None:
    """Nothing is opened that nobody would close."""
    with pytest.raises(RuntimeError, match="within its block"):
        await HttpTransport().ask("127.0.0.1:1", b"{}", 1.0)
