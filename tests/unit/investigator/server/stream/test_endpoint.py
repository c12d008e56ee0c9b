"""``WS /v1/stream`` over a socket: who may listen, what is sent, how it ends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from prometheus_client import CollectorRegistry

from sealane_investigator.server.access.admission import Admission
from sealane_investigator.server.stream import endpoint as endpoint_module
from sealane_investigator.server.stream.endpoint import Streaming
from sealane_investigator.server.stream.feed import Feed
from sealane_telemetry.investigator_metrics import InvestigatorMetrics
from tests.support.fake_store import FakeStore
from tests.support.reported import analysed, event
from tests.support.served_investigator import TOKENS, Client, served
from tests.support.waiting import until


@asynccontextmanager
async def _scene(changes: int = 3) -> AsyncIterator[tuple[Client, FakeStore, Streaming, Feed]]:
    store = FakeStore()
    await store.record([analysed(event(number)) for number in range(changes)], {})
    metrics = InvestigatorMetrics(CollectorRegistry())
    feed = Feed(store)
    await feed.start()
    admission = Admission(TOKENS, now=lambda: 2.0)
    streaming = Streaming(feed, admission, metrics)
    async with served(streaming.endpoints(), metrics=metrics, admission=admission) as client:
        yield client, store, streaming, feed
        streaming.stop()


async def _messages(socket: aiohttp.ClientWebSocketResponse, count: int) -> list[dict[str, Any]]:
    return [await socket.receive_json() for _ in range(count)]


async def _commit(store: FakeStore, feed: Feed, *numbers: int) -> None:
    recorded = await store.record([analysed(event(number)) for number in numbers], {})
    feed.hear(recorded.changes)
    while await feed.read_on():
        pass


async def test_a_client_that_comes_back_misses_nothing() -> None:
    """What it missed, then that it is up to date, then what happens."""
    async with _scene() as (client, store, _, feed):
        headers = {"Authorization": "Bearer read"}
        async with client.session.ws_connect(f"{client.base}/v1/stream?after=1", headers=headers) as socket:
            missed = await _messages(socket, 3)
            await _commit(store, feed, 10, 11)
            news = await _messages(socket, 2)

        assert client.metrics.request_seconds.labels("stream").sum == 0
        assert [(each["type"], each["number"]) for each in missed] == [("change", 2), ("change", 3), ("ready", 3)]
        assert [each["number"] for each in news] == [4, 5]


async def test_without_a_number_it_begins_with_what_happens_next() -> None:
    """Whoever has just read the incidents needs no more."""
    async with (
        _scene() as (client, store, _, feed),
        client.session.ws_connect(f"{client.base}/v1/stream?token=read") as socket,
    ):
        assert await _messages(socket, 1) == [{"type": "ready", "number": 3}]
        await _commit(store, feed, 10)
        assert [each["number"] for each in await _messages(socket, 1)] == [4]


async def test_who_was_away_too_long_is_told_to_reload() -> None:
    """And goes on from there."""
    async with _scene(10) as (client, store, _, feed):
        store.kept = 2
        async with client.session.ws_connect(f"{client.base}/v1/stream?token=read&after=1") as socket:
            assert await _messages(socket, 2) == [{"type": "reload", "number": 10}, {"type": "ready", "number": 10}]
            await _commit(store, feed, 99)
            assert [each["number"] for each in await _messages(socket, 1)] == [11]


async def test_a_browser_sends_its_token_as_a_subprotocol() -> None:
    """The other one, without a secret, is what the server answers."""
    async with _scene() as (client, *_):
        protocols = ["sealane.v1", "sealane.token.read"]
        async with client.session.ws_connect(f"{client.base}/v1/stream", protocols=protocols) as socket:
            assert socket.protocol == "sealane.v1"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/stream", 401),
        ("/v1/stream?token=unknown", 401),
        ("/v1/stream?token=report", 403),
        ("/v1/stream?token=read&after=x", 400),
        ("/v1/stream?token=read&from=1", 400),
    ],
)
async def test_nobody_else_listens(path: str, status: int) -> None:
    """The upgrade is refused as any other request is."""
    async with _scene() as (client, *_):
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await client.session.ws_connect(client.base + path)
        assert refused.value.status == status


async def test_a_request_that_is_no_websocket_is_refused() -> None:
    """With what to do."""
    async with _scene() as (client, *_):
        answer = await client.get("/v1/stream", token="read")
        assert (answer.status, answer.code) == (400, "invalid_request")


async def test_a_replica_that_ends_tells_its_clients_to_go_elsewhere() -> None:
    """With the code for it, and takes no more."""
    async with _scene() as (client, _, streaming, _):
        async with client.session.ws_connect(f"{client.base}/v1/stream?token=read") as socket:
            await _messages(socket, 1)
            streaming.stop()
            await socket.receive()
            assert socket.close_code == 1001
        assert (await client.get("/v1/stream?token=read", token=None)).code == "stopping"
        assert client.metrics.stream_closed.labels("stopping").value == 1


async def test_there_is_a_limit_to_listeners(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more is refused; one that left makes room."""
    monkeypatch.setattr(endpoint_module, "MAX_CLIENTS", 1)
    async with _scene() as (client, *_):
        async with client.session.ws_connect(f"{client.base}/v1/stream?token=read") as socket:
            await _messages(socket, 1)
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                await client.session.ws_connect(f"{client.base}/v1/stream?token=read")
            assert refused.value.status == 503
        await until(lambda: client.metrics.stream_closed.labels("client").value)
        async with client.session.ws_connect(f"{client.base}/v1/stream?token=read") as socket:
            await _messages(socket, 1)
