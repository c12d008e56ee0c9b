"""What all client connections share."""

import asyncio

import pytest
from prometheus_client import CollectorRegistry

from sealane_router.errors import GatewayDraining, GatewayError, Unauthenticated
from sealane_router.exchange import Exchange
from sealane_router.http1.body import RequestBody
from sealane_router.http1.head import RequestHead, parse_head
from sealane_router.http1.response import ClientResponse
from sealane_router.policy.authentication import Authenticator
from sealane_router.server.traffic import Taker, Traffic
from sealane_router.settings.groups import ListenerSettings
from tests.support.exchanges import RecordingTransport
from tests.support.listening import stacks_of

HEX = "0123456789abcdef"


class _Connection:
    """A connection that remembers what was asked of it."""

    def __init__(self, *, busy: bool = False) -> None:
        self.busy = busy
        self.calls: list[str] = []
        self.error: GatewayError | None = None

    def announce_close(self) -> None:
        self.calls.append("announce_close")

    def close_if_idle(self) -> None:
        self.calls.append("close_if_idle")

    def end_exchange(self, error: GatewayError) -> None:
        self.calls.append("end_exchange")
        self.error = error

    def close(self) -> None:
        self.calls.append("close")


@pytest.fixture
def traffic() -> Traffic:
    """A traffic port for at most two connections."""
    stacks = stacks_of(Authenticator.accepting_anybody(), CollectorRegistry())
    return Traffic(ListenerSettings(max_connections=2), stacks, rejected=lambda reason: None)


def _exchange(traffic: Traffic, method: str, path: str, *headers: str) -> tuple[Exchange, RecordingTransport]:
    lines = "".join(f"{header}\r\n" for header in headers)
    head = parse_head(f"{method} {path} HTTP/1.1\r\nHost: gateway\r\n{lines}\r\n".encode("latin-1"))
    transport = RecordingTransport()
    response = ClientResponse(transport, http10=False, keep_alive=True)
    return traffic.exchange(head, RequestBody(head, 1024, traffic.memory), response), transport


async def _status(
    traffic: Traffic, method: str, path: str, *, refused: GatewayError | None = None
) -> tuple[int, bytes]:
    exchange, transport = _exchange(traffic, method, path)
    await traffic.run(exchange, refused)
    return int(transport.written.split(b" ")[1]), transport.written


def test_connections_are_counted_up_to_the_limit(traffic: Traffic) -> None:
    """One more is refused until another leaves."""
    first, second, third = _Connection(), _Connection(busy=True), _Connection()

    admitted = [traffic.admit(connection) for connection in (first, second, third)]
    traffic.forget(first)

    assert admitted == [True, True, False]
    assert traffic.admit(third)
    assert (traffic.connections, traffic.exchanges) == (2, 1)


def test_a_successor_takes_the_place_of_a_connection(traffic: Traffic) -> None:
    """A handed-over connection stays one connection."""
    first, successor = _Connection(), _Connection(busy=True)
    traffic.admit(first)

    traffic.replace(first, successor)
    traffic.forget(first)

    assert (traffic.connections, traffic.exchanges) == (1, 1)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/v1/responses", "/v1/messages", "/v1/rerank",
        "/v1/moderations", "/v1/images/generations", "/v1/audio/speech",
    ],
)  # fmt: skip
async def test_proxied_paths_take_post_only(traffic: Traffic, path: str) -> None:
    """A POST without a body is a bad request, and any other method says what would do."""
    posted, _ = await _status(traffic, "POST", path)
    got, answer = await _status(traffic, "GET", path)

    assert (posted, got) == (400, 405)
    assert b"\r\nallow: POST\r\n" in answer


async def test_the_list_of_models_takes_get_only(traffic: Traffic) -> None:
    """With the same words for any other method."""
    got, _ = await _status(traffic, "GET", "/v1/models")
    posted, answer = await _status(traffic, "POST", "/v1/models")

    assert (got, posted) == (200, 405)
    assert b"\r\nallow: GET\r\n" in answer


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 404),
        ("/v1", 404),
        ("/v1/chat/completions/x", 404),
        ("/v1/chat/completions?a=/../b", 400),
        ("/v1/%2E%2E/models", 400),
        ("/v1/..", 400),
        ("/v1//models", 400),
        ("/v1/a%2Fb", 400),
        ("http://gateway/v1/models", 400),
    ],
)
async def test_other_paths_are_refused(traffic: Traffic, path: str, status: int) -> None:
    """404 for one that is written plainly, 400 for one that could be read in two ways; a query is no path."""
    assert (await _status(traffic, "POST", path))[0] == status


async def test_a_refused_takeover_is_answered(traffic: Traffic) -> None:
    """As every refusal is, whatever its path would have been."""
    status, _ = await _status(traffic, "POST", "/v1/models", refused=Unauthenticated("no key"))

    assert status == 401


def test_takeovers_are_asked_for_their_own_path() -> None:
    """Nobody else's connection is handed over."""
    asked: list[bytes] = []

    def decide(head: RequestHead) -> Taker:
        asked.append(head.path)
        return asyncio.Protocol

    stacks = stacks_of(Authenticator.accepting_anybody(), CollectorRegistry())
    traffic = Traffic(ListenerSettings(), stacks, rejected=lambda reason: None, takeovers={b"/v1/files": decide})
    heads = [parse_head(b"GET %b HTTP/1.1\r\nHost: x\r\n\r\n" % path) for path in (b"/v1/files", b"/v1/files/1")]

    assert [traffic.takeover(head) for head in heads] == [asyncio.Protocol, None]
    assert asked == [b"/v1/files"]


@pytest.mark.parametrize("given", [HEX * 2, HEX.upper() * 4, "7f9c24e8-3b12-4f7d-9a51-0c5d8e6f1a2b", "0"])
def test_a_safe_request_id_is_kept(traffic: Traffic, given: str) -> None:
    """The client finds its own id in the answer and in the logs."""
    exchange, _ = _exchange(traffic, "POST", "/v1/messages", f"X-Request-Id: {given}")

    assert exchange.request_id == given


@pytest.mark.parametrize("given", ["", "g", "a b", HEX * 5, "é", "'--", "sk-secret"])
def test_any_other_request_id_is_replaced(traffic: Traffic, given: str) -> None:
    """What is no plain id could be anything, and it goes into headers, logs and other people's tools."""
    exchange, _ = _exchange(traffic, "POST", "/v1/messages", f"X-Request-Id: {given}")

    assert len(exchange.request_id) == 32
    assert set(exchange.request_id) <= set(HEX)


async def test_leaving_goes_from_polite_to_final(traffic: Traffic) -> None:
    """First every answer says close, then the idle go, then whoever is left is told why."""
    connection = _Connection(busy=True)
    traffic.admit(connection)

    traffic.begin_leaving()
    traffic.close_idle()
    waited = await traffic.wait_until_idle(0.01)
    traffic.end_all()
    traffic.forget(connection)

    assert connection.calls == ["announce_close", "close_if_idle", "end_exchange", "close"]
    assert isinstance(connection.error, GatewayDraining)
    assert (traffic.draining, waited, await traffic.wait_until_idle(0.01)) == (True, False, True)


async def test_waiting_ends_with_the_last_connection(traffic: Traffic) -> None:
    """Not at the deadline, and not with the first of two."""
    first, second = _Connection(), _Connection()
    traffic.admit(first)
    traffic.admit(second)
    waiting = asyncio.ensure_future(traffic.wait_until_idle(60))
    await asyncio.sleep(0)
    traffic.forget(first)
    await asyncio.sleep(0.01)
    early = waiting.done()
    traffic.forget(second)

    assert (early, await waiting) == (False, True)
