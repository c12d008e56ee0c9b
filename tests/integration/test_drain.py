"""Leaving: no request is lost or cut, unless the drain deadline or a second signal says so, and then clearly."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from sealane_cli.stub.server import StubProvider
from sealane_router.server.listener import ONE_MORE_SECONDS
from tests.support.process import RouterProcess, router_process
from tests.support.raw_client import RawAnswer, RawClient, raw_client, request_bytes
from tests.support.routes import KEYS, two_providers
from tests.support.stubbed import StubbedGateway, stubbed_gateway
from tests.support.waiting import until

BOTH_LOOPS = True

CHAT = "/v1/chat/completions"
WHOLE = b'{"model":"kimi-k3","messages":[]}'
STREAM = b'{"model":"kimi-k3","messages":[],"stream":true}'
DONE = b"data: [DONE]\n\n"
STREAMS = 64
ON_ASYNCIO = pytest.mark.asyncio(loop_factories=["asyncio"])


@asynccontextmanager
async def _process(folder: Path, **flags: str) -> AsyncIterator[tuple[RouterProcess, StubProvider]]:
    """A router of its own process in front of a stub that takes about a second and a half for each stream."""
    async with StubProvider("moonshot") as stub:
        stub.terms.chunks, stub.terms.chunk_delay = 15, 0.1
        options = {"--" + name.replace("_", "-"): value for name, value in flags.items()}
        routes = two_providers(folder, stub.base_url, stub.base_url)
        async with router_process(routes, KEYS, options) as router:
            yield router, stub


async def _stream(client: RawClient) -> RawAnswer:
    await client.send(request_bytes("POST", CHAT, STREAM))
    return await client.answer()


@ON_ASYNCIO
async def test_sigterm_under_64_streams_cuts_none(tmp_path: Path) -> None:
    """Every stream gets its last byte, the router says that it is leaving, and the process ends with 0."""
    async with _process(tmp_path) as (router, stub), AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(raw_client(router.host, router.port)) for _ in range(STREAMS)]
        before = await router.readiness()
        answers = [asyncio.ensure_future(_stream(client)) for client in clients]
        await until(lambda: stub.counters.total == STREAMS)
        router.terminate()
        during = await _unready(router)
        ended = await asyncio.gather(*answers)
        code = await router.exit_code()

    assert (before, during, code) == (200, 500, 0)
    assert [(answer.status, answer.complete, answer.body.endswith(DONE)) for answer in ended] == [
        (200, True, True)
    ] * STREAMS
    assert stub.counters.endings == {"complete": STREAMS}


async def _unready(router: RouterProcess) -> int:
    """The first answer of ``/readyz`` that is not 200; the router is still there to give it."""
    while (status := await router.readiness()) == 200:
        pass
    return status


@ON_ASYNCIO
async def test_a_second_sigterm_ends_at_once(tmp_path: Path) -> None:
    """Streams that would run for a minute end with the reason in them; nobody has to send SIGKILL."""
    async with _process(tmp_path) as (router, stub), raw_client(router.host, router.port) as client:
        stub.terms.chunk_delay = 4.0
        await client.send(request_bytes("POST", CHAT, STREAM))
        head = await client.head()
        pieces = [await client.piece()]
        router.terminate()
        await _unready(router)
        router.terminate()
        while pieces[-1]:
            pieces.append(await client.piece())
        code = await router.exit_code()

    assert (head.status, code) == (200, 0)
    assert b'"code":"draining"' in b"".join(pieces)
    assert DONE not in b"".join(pieces)


@ON_ASYNCIO
async def test_drain_by_the_admin_port_ends_the_process(tmp_path: Path) -> None:
    """``POST /-/drain`` from this machine does what SIGTERM does."""
    async with _process(tmp_path) as (router, _):
        answer = await router.admin("POST", "/-/drain")
        code = await router.exit_code()

    assert (answer.status, answer.json, code) == (202, {"draining": True}, 0)


@asynccontextmanager
async def _leaving(folder: Path, **flags: str) -> AsyncIterator[tuple[StubbedGateway, RawClient]]:
    """A gateway in this process, and a client of it that has been served once."""
    options = {"--" + name.replace("_", "-"): value for name, value in flags.items()}
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(stubbed_gateway(folder, flags=options, messages_base="/anthropic/v1"))
        client = await stack.enter_async_context(raw_client(served.gateway.host, served.gateway.port))
        assert (await client.post(CHAT, WHOLE)).get("connection") is None
        yield served, client


async def test_requests_are_served_while_the_news_travels(tmp_path: Path) -> None:
    """During the propagation time a kept connection and a new one get their answers, each its connection's last."""
    async with _leaving(tmp_path, propagation_time="1s") as (served, client):
        late = raw_client(served.gateway.host, served.gateway.port)
        async with raw_client(served.gateway.host, served.gateway.port) as idle, late as unused:
            await idle.post(CHAT, WHOLE)
            served.gateway.gateway.begin_drain()
            await asyncio.sleep(0)
            kept = await client.post(CHAT, WHOLE)
            async with raw_client(served.gateway.host, served.gateway.port) as newcomer:
                fresh = await newcomer.post(CHAT, WHOLE)
            assert await client.ends()
            assert await idle.ends()
            assert await unused.ends()

    assert (kept.status, kept.get("connection")) == (200, "close")
    assert (fresh.status, fresh.get("connection")) == (200, "close")


async def test_a_request_under_way_is_answered_and_its_connection_closed(tmp_path: Path) -> None:
    """What was asked before the drain is answered after it began; nobody is invited to ask again."""
    async with _leaving(tmp_path) as (served, client):
        await client.send(request_bytes("POST", CHAT, WHOLE, [("x-stub-fault", "delay:0.3")]))
        await until(lambda: served.moonshot.counters.in_flight)
        served.gateway.gateway.begin_drain()
        answer = await client.answer()
        assert await client.ends()

    assert (answer.status, answer.get("connection")) == (200, "close")


@pytest.mark.parametrize("path", [CHAT, "/v1/responses", "/v1/messages"])
async def test_the_deadline_ends_a_stream_with_its_reason(tmp_path: Path, path: str) -> None:
    """A stream that outlasts the deadline gets one error event, no finish, and a body that ends as HTTP asks."""
    async with _leaving(tmp_path, drain_deadline="100ms") as (served, client):
        await client.send(request_bytes("POST", path, STREAM, [("x-stub-fault", "stall-after-content")]))
        head = await client.head()
        pieces = [await client.piece()]
        served.gateway.gateway.begin_drain()
        while piece := await client.piece():
            pieces.append(piece)
        assert await client.ends()
        await until(lambda: served.exchanges == 2)
        drained = served.gateway.metric(
            "sealane_attempts_total",
            route="default/assistants", provider="moonshot", rule="kimi", result="drained",
        )  # fmt: skip

    last = pieces[-1].removesuffix(b"\n\n").rpartition(b"\n\n")[2]
    event, _, data = last.rpartition(b"data: ")
    assert head.status == 200
    assert event == (b"event: error\n" if path == "/v1/messages" else b"")
    assert json.loads(data)["error"]["code"] == "draining"
    assert b"[DONE]" not in b"".join(pieces)
    assert drained == 1


@pytest.mark.parametrize("body", [WHOLE, STREAM])
async def test_the_deadline_answers_what_has_no_answer_yet(tmp_path: Path, body: bytes) -> None:
    """503 ``draining``: the client may send the request again, and another router serves it."""
    async with _leaving(tmp_path, drain_deadline="100ms") as (served, client):
        await client.send(request_bytes("POST", CHAT, body, [("x-stub-fault", "stall")]))
        await until(lambda: served.moonshot.counters.in_flight)
        served.gateway.gateway.begin_drain()
        answer = await client.answer()
        gate = served.gateway.gateway.live.serving.providers["default/assistants", "moonshot"].gate
        assert await client.ends()

    assert (answer.status, answer.code, answer.get("connection")) == (503, "draining", "close")
    assert gate.in_use == 0


async def test_an_answer_that_is_no_stream_is_cut_at_the_deadline(tmp_path: Path) -> None:
    """Nothing can be said inside it, so its end is missing and the client knows."""
    async with _leaving(tmp_path, drain_deadline="100ms", hold_limit="1KiB") as (served, client):
        await client.send(request_bytes("POST", CHAT, WHOLE, [("x-stub-fault", "big:100000,stall-after-content")]))
        await until(lambda: served.moonshot.counters.in_flight)
        served.gateway.gateway.begin_drain()
        answer = await client.answer()

    assert (answer.status, answer.complete) == (200, False)


async def test_a_half_sent_request_does_not_hold_the_drain(tmp_path: Path) -> None:
    """A client that began a head and says no more is let go at the deadline."""
    async with _leaving(tmp_path, drain_deadline="100ms") as (served, client):
        await client.send(b"POST /v1/chat")
        await asyncio.sleep(0.05)
        served.gateway.gateway.begin_drain()
        assert await client.ends()


async def test_a_request_on_an_open_connection_is_answered_though_nobody_was_told(tmp_path: Path) -> None:
    """Without propagation time: clients that ask one thing after another see the last answer, never a lost request."""
    answers: list[RawAnswer] = []
    async with stubbed_gateway(tmp_path, flags={"--propagation-time": "0s"}) as served, AsyncExitStack() as stack:
        host, port = served.gateway.host, served.gateway.port
        clients = [await stack.enter_async_context(raw_client(host, port)) for _ in range(32)]
        asking = [asyncio.ensure_future(_ask_until_told_to_go(client, answers)) for client in clients]
        await until(lambda: len(answers) > 3 * len(clients))
        served.gateway.gateway.begin_drain()
        await asyncio.gather(*asking)

    assert {(answer.status, answer.complete) for answer in answers} == {(200, True)}
    assert [answer.get("connection") for answer in answers].count("close") == len(clients)


async def test_what_follows_a_stream_at_once_is_answered(tmp_path: Path) -> None:
    """A stream that began before the drain could not say it is the last; the next request on its connection is told."""
    async with _leaving(tmp_path, propagation_time="0s") as (served, client):
        served.moonshot.terms.chunk_delay = 0.1
        await client.send(request_bytes("POST", CHAT, STREAM))
        began = await client.head()
        served.gateway.gateway.begin_drain()
        pieces = [await client.piece()]
        while pieces[-1]:
            pieces.append(await client.piece())
        kept = await client.post(CHAT, WHOLE)
        assert await client.ends()

    assert (began.get("connection"), pieces[-2]) == (None, DONE)
    assert (kept.status, kept.complete, kept.get("connection")) == (200, True, "close")


async def test_nobody_waits_for_a_request_that_does_not_follow(tmp_path: Path) -> None:
    """A client that only keeps its connection open behind such a stream is let go long before the drain deadline."""
    async with _leaving(tmp_path, propagation_time="0s", drain_deadline="60s") as (served, client):
        served.moonshot.terms.chunk_delay = 0.1
        await client.send(request_bytes("POST", CHAT, STREAM))
        await client.head()
        served.gateway.gateway.begin_drain()
        while await client.piece():
            pass
        async with asyncio.timeout(10 * ONE_MORE_SECONDS):
            assert await client.ends()


async def _ask_until_told_to_go(client: RawClient, answers: list[RawAnswer]) -> None:
    while True:
        answer = await client.post(CHAT, WHOLE)
        answers.append(answer)
        if answer.get("connection") == "close":
            return
