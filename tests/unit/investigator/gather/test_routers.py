"""Questions to routers, over sockets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager

import msgspec
import pytest
from aiohttp import web

from sealane_api.report import RouterFacts
from sealane_investigator.gather import routers as module
from sealane_investigator.gather.routers import MAX_ANSWER, Answers, Routers, resolved
from sealane_telemetry.settings.variable import Address

_REPORT = RouterFacts("p1", "router-a", 10.0)
_Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def _router(answer: _Answer) -> AsyncIterator[Address]:
    application = web.Application()
    application.router.add_get("/{tail:.*}", answer)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield Address("127.0.0.1", runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _asked(*addresses: Address, seconds: float = 5.0) -> Answers:
    async with Routers(addresses, seconds=seconds) as routers:
        return await routers.facts()


async def _tells(request: web.Request) -> web.Response:
    assert request.path_qs == "/-/report?facts=1"
    return web.Response(body=msgspec.json.encode(_REPORT))


async def test_every_router_is_asked_for_its_facts() -> None:
    """All of them at once."""
    async with _router(_tells) as one, _router(_tells) as two:
        found = await _asked(one, two)

    assert found == Answers((_REPORT, _REPORT), ())


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"process": 5}', b"[" * 100_000])
async def test_an_answer_that_is_no_report_is_none(body: bytes) -> None:
    """An older router, or something else that listens there."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=body)

    async with _router(answer) as one, _router(_tells) as two:
        found = await _asked(one, two)

    assert found == Answers((_REPORT,), ("1 of 2 routers did not answer",))


async def test_an_answer_without_an_end_is_given_up() -> None:
    """At the limit of its size."""

    async def answer(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)
        while request.transport is not None and not request.transport.is_closing():
            await stream.write(b" " * (MAX_ANSWER // 4))
        return stream

    async with _router(answer) as one:
        found = await _asked(one, seconds=30.0)

    assert found == Answers((), ("no router answered",))


async def test_a_router_that_is_silent_holds_nobody_up() -> None:
    """Its time is over, and the others' answers count."""
    release = asyncio.Event()

    async def answer(_: web.Request) -> web.Response:
        await release.wait()
        return web.Response()

    async with _router(answer) as one, _router(_tells) as two:
        found = await _asked(one, two, seconds=0.3)
        release.set()

    assert found.reports == (_REPORT,)


async def test_a_redirect_leads_nowhere() -> None:
    """A router is the address that was found, and nothing else."""

    async def answer(_: web.Request) -> web.Response:
        raise web.HTTPFound("http://169.254.169.254/")

    async with _router(answer) as one:
        assert (await _asked(one)).missing == ("no router answered",)


async def test_a_name_without_an_address_is_said_to_have_none() -> None:
    """And so is having no name at all."""

    async def nowhere(_: Address) -> Iterable[Address]:
        raise OSError("no such name")

    async with Routers([Address("routers", 9090)], resolve=nowhere) as routers:
        found = await routers.facts()
    without = await _asked()

    assert found.missing == ("the routers' name routers:9090 has no address", "no router answered")
    assert without.missing == ("no router is known: set SEALANE_ROUTERS",)


async def test_not_more_routers_are_asked_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rest is counted."""
    monkeypatch.setattr(module, "MAX_ROUTERS", 1)
    async with _router(_tells) as one, _router(_tells) as two:
        found = await _asked(one, two)

    assert found == Answers((_REPORT,), ("only 1 of 2 routers were asked",))


async def test_a_name_is_resolved_to_all_of_its_addresses() -> None:
    """As the headless Service has one for each router."""
    assert Address("127.0.0.1", 9090) in await resolved(Address("localhost", 9090))


async def test_the_table_of_the_first_router_that_shows_one_is_taken() -> None:
    """Whatever the others say."""

    async def answer(request: web.Request) -> web.Response:
        assert request.path == "/-/config"
        return web.json_response({"routes": []})

    async def broken(_: web.Request) -> web.Response:
        return web.Response(body=b"{")

    async with _router(broken) as one, _router(answer) as two:
        async with Routers([one, two]) as routers:
            assert await routers.config() == {"routes": []}
        async with Routers([one]) as routers:
            assert await routers.config() is None


async def test_routers_are_asked_within_their_block_only() -> None:
    """Connections are closed by its end."""
    with pytest.raises(RuntimeError, match="async with"):
        await Routers([Address("127.0.0.1", 1)]).facts()
