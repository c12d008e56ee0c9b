"""One client connection against a transport of the test's own: what it writes, pauses, keeps and closes."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from prometheus_client import CollectorRegistry

from sealane_router.errors import GatewayDraining, GatewayFault
from sealane_router.policy.authentication import Authenticator
from sealane_router.server import listener
from sealane_router.server.listener import ClientConnection
from sealane_router.server.traffic import Traffic
from sealane_router.settings.groups import ListenerSettings
from tests.support.exchanges import RecordingTransport
from tests.support.listening import stacks_of
from tests.support.waiting import until

MODELS = b"GET /v1/models HTTP/1.1\r\nHost: gateway\r\n\r\n"
POST = b"POST /v1/chat/completions HTTP/1.1\r\nHost: gateway\r\nContent-Length: %d\r\n\r\n"
UNKNOWN = b'{"model":"gpt-4"}'


class _Transport(RecordingTransport):
    """A client's socket; ``full`` makes it pause its protocol at each write, as a client that reads nothing does."""

    def __init__(self) -> None:
        super().__init__()
        self.connection: ClientConnection | None = None
        self.full = False
        self.closed = False
        self.half_closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        super().write(data)
        if self.full and self.connection is not None:
            self.connection.pause_writing()

    def is_closing(self) -> bool:
        return self.closed or self.aborted

    def close(self) -> None:
        self.closed = True

    def can_write_eof(self) -> bool:
        return True

    def write_eof(self) -> None:
        self.half_closed = True

    @property
    def statuses(self) -> list[int]:
        """The answers so far."""
        return [int(part[:3]) for part in self.written.split(b"HTTP/1.1 ")[1:]]


class _Client:
    """A connection, its transport, and the port they belong to."""

    def __init__(self, settings: ListenerSettings) -> None:
        self.rejected: list[str] = []
        stacks = stacks_of(Authenticator.accepting_anybody(), CollectorRegistry())
        self.traffic = Traffic(settings, stacks, rejected=self.rejected.append)
        self.transport = _Transport()
        self.connection = ClientConnection(self.traffic, asyncio.get_running_loop())
        self.transport.connection = self.connection
        self.connection.connection_made(self.transport)

    def send(self, data: bytes) -> None:
        self.connection.data_received(data)


@pytest.fixture
async def client() -> AsyncIterator[_Client]:
    """A client that has just connected."""
    made = _Client(ListenerSettings(body_limit=1000, buffered_bodies=1 << 20))
    yield made
    made.connection.connection_lost(None)
    assert made.traffic.connections == 0
    assert made.traffic.memory.used == 0


async def test_a_request_in_one_piece_is_answered_within_the_callback(client: _Client) -> None:
    """No task and no turn of the loop between the last byte of a request and its refusal."""
    client.send(POST % len(UNKNOWN) + UNKNOWN)

    assert client.transport.statuses == [404]
    assert not client.connection.busy


async def test_a_pipelined_request_waits_for_its_turn(client: _Client) -> None:
    """Its bytes are kept while another runs, and looked at in a turn of their own: they must not nest."""
    client.send(POST % len(UNKNOWN) + UNKNOWN + POST % len(UNKNOWN) + UNKNOWN + MODELS[:10])
    first = client.transport.statuses
    await asyncio.sleep(0.01)
    second = client.transport.statuses
    client.send(MODELS[10:])
    await asyncio.sleep(0.01)

    assert (first, second, client.transport.statuses) == ([404], [404, 404], [404, 404, 200])


async def test_a_client_that_takes_no_answer_gets_no_other(client: _Client) -> None:
    """What it sends meanwhile waits, within the limit of what may be pipelined, until it has read."""
    client.transport.full = True
    client.send(POST % len(UNKNOWN) + UNKNOWN)
    client.send(POST % len(UNKNOWN) + UNKNOWN)
    await asyncio.sleep(0.01)
    stalled = client.transport.statuses
    client.transport.full = False
    client.connection.resume_writing()
    await asyncio.sleep(0.01)

    assert (stalled, client.transport.statuses) == ([404], [404, 404])
    assert not client.transport.aborted


async def test_a_client_that_takes_no_answer_may_not_pile_up_requests(client: _Client) -> None:
    """The same limit holds as while an exchange runs."""
    client.transport.full = True
    client.send(POST % len(UNKNOWN) + UNKNOWN)
    client.send(b"x" * 40_000)
    kept = client.transport.aborted
    client.send(b"x" * 40_000)

    assert (kept, client.transport.aborted) == (False, True)
    assert client.rejected == ["invalid_request"]


@pytest.mark.parametrize("closing", [b"", b"Connection: close\r\n"])
async def test_a_client_that_takes_no_answer_is_dropped(
    client: _Client, monkeypatch: pytest.MonkeyPatch, closing: bytes
) -> None:
    """A kept connection and one that only waits to be flushed and closed."""
    monkeypatch.setattr(listener, "CLIENT_STALL", 0.2)
    client.transport.full = True
    client.send(MODELS[:-2] + closing + b"\r\n")
    early = client.transport.aborted
    await until(lambda: client.transport.aborted)

    assert client.transport.statuses == [200]
    assert (early, client.transport.aborted, client.transport.closed) == (False, True, bool(closing))


async def test_a_head_may_come_byte_by_byte(client: _Client) -> None:
    """The end of it is found wherever the pieces are cut."""
    for index in range(len(MODELS)):
        client.send(MODELS[index : index + 1])
    await asyncio.sleep(0.01)

    assert client.transport.statuses == [200]


@pytest.mark.parametrize("cut", range(1, 6))
async def test_lines_without_cr_are_refused_however_they_are_cut(client: _Client, cut: int) -> None:
    """Not waited for until the head's time is up."""
    head = b"GET / HTTP/1.1\nHost: x\n\n"
    client.send(head[:-cut])
    client.send(head[-cut:])

    assert client.transport.statuses == [400]
    assert client.transport.half_closed


async def test_what_a_refused_client_still_sends_is_dropped(client: _Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Closing at once would destroy the answer it has not read; reading for ever would serve nobody."""
    monkeypatch.setattr(listener, "LINGER_BYTES", 10_000)
    client.send(b"not HTTP\r\n\r\n")
    client.send(MODELS + b"x" * 5_000)
    kept = client.transport.aborted
    client.send(b"x" * 5_000)

    assert client.transport.statuses == [400]
    assert (kept, client.transport.aborted) == (False, True)


async def test_an_early_answer_says_close_and_a_late_one_does_not(client: _Client) -> None:
    """Whether the request's body was whole when the answer went out decides."""
    client.send(POST % len(UNKNOWN) + UNKNOWN[:5])
    client.send(UNKNOWN[5:])
    late = client.transport.written
    client.send(b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
    early = client.transport.written[len(late) :]

    assert b"connection: close" not in late
    assert b"\r\nconnection: close\r\n" in early
    assert client.transport.half_closed


async def test_a_body_above_the_limit_is_refused_by_its_length(client: _Client) -> None:
    """Before a byte of it has come, and none of it is kept when it does."""
    client.send(POST % 1001)
    client.send(b"x" * 1001)

    assert client.transport.statuses == [413]
    assert client.traffic.memory.used == 0


async def test_a_client_that_leaves_ends_its_exchange(client: _Client) -> None:
    """Its half body is given back at once."""
    client.send(POST % 100 + b"{")
    busy, used = client.connection.busy, client.traffic.memory.used
    client.connection.connection_lost(ConnectionResetError())

    assert (busy, used) == (True, 1)
    assert not client.connection.busy
    assert client.transport.written == b""


async def test_a_half_closed_client_with_a_running_exchange_is_gone(client: _Client) -> None:
    """An idle one is only closed, after what was written has left."""
    client.connection.eof_received()
    idle = client.transport.aborted
    client.send(POST % 100)
    client.connection.eof_received()

    assert (idle, client.transport.aborted) == (False, True)


async def test_a_drain_closes_the_idle_and_spares_the_busy(client: _Client) -> None:
    """The answer under way says close; at the deadline it becomes a 503."""
    client.send(POST % 100)
    client.traffic.begin_leaving()
    client.traffic.close_idle()
    spared = client.transport.closed
    client.connection.end_exchange(GatewayDraining("the gateway is shutting down"))

    assert not spared
    assert client.transport.statuses == [503]
    assert b"\r\nconnection: close\r\n" in client.transport.written


async def test_a_defect_in_a_takeover_is_answered() -> None:
    """Whatever a takeover raises as a GatewayError becomes an answer and a closed connection."""

    def broken(_: object) -> None:
        raise GatewayFault("a defect")

    stacks = stacks_of(Authenticator.accepting_anybody(), CollectorRegistry())
    traffic = Traffic(ListenerSettings(), stacks, rejected=lambda reason: None, takeovers={b"/v1/models": broken})
    transport = _Transport()
    connection = ClientConnection(traffic, asyncio.get_running_loop())
    connection.connection_made(transport)
    connection.data_received(MODELS)
    connection.connection_lost(None)

    assert transport.statuses == [500]
    assert transport.closed
