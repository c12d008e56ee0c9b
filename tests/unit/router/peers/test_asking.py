"""One question to one peer, over a socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
from aiohttp import web

from sealane_api.report import MAX_ASKED_ROUTES, ProviderReport, RouteReport, RouterReport
from sealane_router.peers.asking import MAX_ANSWER, Asker, resolve
from sealane_router.settings.variable import Address

_REPORT = RouterReport(
    "p1",
    "router-1",
    ready=True,
    draining=False,
    standing="leaving",
    routes={"default/assistants": RouteReport(providers={"moonshot": ProviderReport("closed", 1.5)})},
)
_Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def _peer(answer: _Answer) -> AsyncIterator[Address]:
    application = web.Application()
    application.router.add_get("/-/report", answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield Address("127.0.0.1", runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _asked(
    address: Address, routes: tuple[str, ...] = (), seconds: float = 5.0
) -> tuple[RouterReport | None, list[str]]:
    failures: list[str] = []
    async with Asker(seconds=seconds, failed=failures.append) as asker:
        return await asker.ask(address, routes), failures


@pytest.mark.parametrize("routes", [(), ("default/assistants",), ("a/b",) * MAX_ASKED_ROUTES])
async def test_a_peer_is_asked_about_routes_and_answers(routes: tuple[str, ...]) -> None:
    """No route is asked for as one empty one: a question without the word would be about all."""
    queries: list[list[str]] = []

    async def answer(request: web.Request) -> web.Response:
        queries.append(request.query.getall("route"))
        return web.Response(body=msgspec.json.encode(_REPORT))

    async with _peer(answer) as address:
        got = await _asked(address, routes)

    assert got == (_REPORT, [])
    assert queries == [list(routes or ("",))]


async def test_the_longest_question_fits_into_a_request_line() -> None:
    """32 routes with the longest names that Kubernetes has."""
    route = f"{'n' * 63}/{'r' * 63}"

    async def answer(request: web.Request) -> web.Response:
        assert request.query.getall("route") == [route] * MAX_ASKED_ROUTES
        return web.Response(body=msgspec.json.encode(_REPORT))

    async with _peer(answer) as address:
        assert await _asked(address, (route,) * MAX_ASKED_ROUTES) == (_REPORT, [])


def _says(body: bytes, status: int = 200) -> _Answer:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body, status=status, headers={"Location": "/elsewhere"})

    return answer


def _padded(size: int) -> bytes:
    document = msgspec.json.encode(_REPORT)
    return document + b" " * (size - len(document))


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (_says(msgspec.json.encode(_REPORT), 500), "status"),
        (_says(b"", 302), "status"),
        (_says(b"not json"), "unreadable"),
        (_says(b'{"process":1}'), "unreadable"),
        (_says(b"[" * 100_000), "unreadable"),
        (_says(_padded(MAX_ANSWER + 1)), "too_long"),
    ],
)
async def test_what_is_no_report_is_counted(answer: _Answer, reason: str) -> None:
    """And is as good as silence."""
    async with _peer(answer) as address:
        assert await _asked(address) == (None, [reason])


@pytest.mark.parametrize(("process", "reason"), [("", ["unreadable"]), ("p" * 64, []), ("p" * 65, ["unreadable"])])
async def test_a_process_id_is_no_novel(process: str, reason: list[str]) -> None:
    """It is kept and compared."""
    body = msgspec.json.encode(RouterReport(process, "", ready=True, draining=False))
    async with _peer(_says(body)) as address:
        assert (await _asked(address))[1] == reason


async def test_an_answer_may_have_so_many_bytes() -> None:
    """At the limit it is read."""
    async with _peer(_says(_padded(MAX_ANSWER))) as address:
        assert await _asked(address) == (_REPORT, [])


async def test_a_peer_that_does_not_answer_is_not_waited_for() -> None:
    """Neither one that begins and goes no further."""
    asked = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b'{"process":')
        asked.set()
        await asyncio.sleep(60)
        return response

    async with _peer(answer) as address:
        assert await _asked(address, seconds=0.3) == (None, ["timeout"])
        assert asked.is_set()


async def test_nobody_there_is_counted(unused_tcp_port: int) -> None:
    """A router that just went."""
    assert await _asked(Address("127.0.0.1", unused_tcp_port)) == (None, ["connect"])


async def test_outside_its_block_it_asks_nothing() -> None:
    """A defect of ours, not a peer's silence."""
    asker = Asker(seconds=1.0, failed=lambda _: None)

    with pytest.raises(RuntimeError, match="inside its async with block"):
        await asker.ask(Address("127.0.0.1", 1), ())


async def test_a_name_is_resolved_to_addresses_with_its_port() -> None:
    """By the system's resolver."""
    assert Address("127.0.0.1", 9090) in await resolve(Address("127.0.0.1", 9090))
    with pytest.raises(OSError, match=r"\S"):
        await resolve(Address("nowhere.invalid", 9090))
