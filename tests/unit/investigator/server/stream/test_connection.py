"""One client of the stream, and how its connection ends."""

import asyncio
from collections.abc import AsyncIterator
from typing import cast

import pytest
from aiohttp import WSMessage, web

from sealane_investigator.server.stream import connection as connection_module
from sealane_investigator.server.stream.connection import CLOSES, Ended, StreamClient
from sealane_investigator.server.stream.feed import Feed
from tests.support.fake_store import FakeStore
from tests.support.reported import analysed, event
from tests.support.waiting import until


class _Socket:
    """A client that takes what it is sent, or does not, and says nothing."""

    def __init__(self, *, takes: bool = True) -> None:
        self.sent: list[str] = []
        self._takes = takes
        self.left = asyncio.Event()

    async def send_str(self, text: str) -> None:
        if not self._takes:
            await asyncio.Event().wait()
        self.sent.append(text)

    async def __aiter__(self) -> AsyncIterator[WSMessage]:
        await self.left.wait()
        nothing: tuple[WSMessage, ...] = ()
        for message in nothing:
            yield message


async def _client(socket: _Socket, store: FakeStore, number: int = 0) -> StreamClient:
    feed = Feed(store)
    await feed.start()
    return StreamClient(cast("web.WebSocketResponse", socket), feed, number, sent=lambda: None)


async def _store(changes: int) -> FakeStore:
    store = FakeStore()
    await store.record([analysed(event(number)) for number in range(changes)], {})
    return store


async def test_a_client_that_takes_nothing_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a code of its own; it comes back with its last number."""
    monkeypatch.setattr(connection_module, "SLOW_SECONDS", 0.01)
    client = await _client(_Socket(takes=False), await _store(3))

    assert await client.serve(asyncio.Event()) is Ended.SLOW
    assert (client.number, CLOSES[Ended.SLOW][0]) == (0, 4008)


async def test_a_client_that_leaves_ends_its_sending() -> None:
    """Whatever is still to be sent."""
    socket = _Socket()
    socket.left.set()
    client = await _client(socket, await _store(1))

    assert await client.serve(asyncio.Event()) is Ended.CLIENT


async def test_a_database_that_is_away_ends_a_client_that_needs_it() -> None:
    """Another replica may reach it."""
    store = await _store(3)
    client = await _client(_Socket(), store)
    store.away = True

    assert await client.serve(asyncio.Event()) is Ended.UNAVAILABLE


async def test_nothing_new_is_said_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a client knows that it is still connected."""
    monkeypatch.setattr(connection_module, "BEAT_SECONDS", 0.001)
    socket, stopping = _Socket(), asyncio.Event()
    client = await _client(socket, await _store(1), 1)
    serving = asyncio.ensure_future(client.serve(stopping))
    await until(lambda: len(socket.sent) >= 3)
    stopping.set()

    assert await serving is Ended.STOPPING
    assert socket.sent[:3] == [
        '{"type":"ready","number":1}',
        '{"type":"beat","number":1}',
        '{"type":"beat","number":1}',
    ]


def test_every_end_has_its_code() -> None:
    """And words that fit into a close frame."""
    assert set(CLOSES) == set(Ended)
    assert all(len(words) <= 123 for _, words in CLOSES.values())
