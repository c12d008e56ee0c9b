"""The admin application over a gateway of the test's own."""

import io
from collections.abc import Mapping, Sequence
from typing import Any
from unittest.mock import Mock

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request
from prometheus_client import CollectorRegistry

from sealane_router.server.admin import admin_application
from sealane_telemetry.health import Check, HealthChecks


class _Gateway:
    """What the admin port shows, and whether it was asked to drain."""

    def __init__(self) -> None:
        self.livez = HealthChecks("livez", [Check("event-loop", lambda: None)])
        self.readyz = HealthChecks("readyz", [Check("route-table", lambda: None), Check("bad", lambda: "broken")])
        self.registry = CollectorRegistry()
        self.drained = 0

    def explain(self, model: str) -> Mapping[str, Any]:
        return {"model": model}

    def configuration(self) -> Mapping[str, Any]:
        return {"settings": {}}

    async def report(self, poll: bytes) -> bytes:
        if poll == b"bad":
            raise ValueError("this is no poll")
        return b'{"polled":%b}' % poll

    async def report_to_peer(self, routes: Sequence[str] | None) -> bytes:
        return msgspec.json.encode({"asked": routes})

    async def report_facts(self) -> bytes:
        return b'{"facts":1}'

    def begin_drain(self) -> None:
        self.drained += 1


async def _drain_from(gateway: _Gateway, peer: object, headers: Mapping[str, str] | None = None) -> int:
    """The status of a drain that is asked for from ``peer``."""
    application = admin_application(gateway)
    transport = Mock()
    transport.get_extra_info.side_effect = lambda name, default=None: peer if name == "peername" else default
    request = make_mocked_request("POST", "/-/drain", headers=headers, app=application, transport=transport)
    found = await application.router.resolve(request)
    found.add_app(application)
    request._match_info = found
    response = await found.handler(request)
    assert isinstance(response, web.Response)
    return response.status


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
async def test_this_machine_may_drain(host: str) -> None:
    """IPv4, IPv6, and IPv4 as a socket that listens on IPv6 shows it."""
    gateway = _Gateway()

    assert await _drain_from(gateway, (host, 40_000)) == 202
    assert gateway.drained == 1


@pytest.mark.parametrize("host", ["10.0.0.7", "192.0.2.1", "0.0.0.0", "fe80::1%eth0", "2001:db8::1", "::ffff:10.0.0.7"])
async def test_nobody_else_may_drain(host: str) -> None:
    """Whoever reaches the port over the network must not be able to empty the Service."""
    gateway = _Gateway()

    assert await _drain_from(gateway, (host, 40_000)) == 403
    assert gateway.drained == 0


async def test_an_unknown_peer_may_not_drain() -> None:
    """A connection that is gone has no address, and an unknown one is no loopback."""
    assert await _drain_from(_Gateway(), None) == 403


async def test_a_browser_may_not_drain() -> None:
    """It runs on this machine, and acts for pages from anywhere."""
    gateway = _Gateway()

    assert await _drain_from(gateway, ("127.0.0.1", 40_000), {"Origin": "https://page.invalid"}) == 403
    assert gateway.drained == 0


async def test_forwarded_headers_prove_nothing() -> None:
    """Only the connection's own address counts."""
    headers = {"X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1", "X-Real-IP": "127.0.0.1"}

    assert await _drain_from(_Gateway(), ("10.0.0.7", 40_000), headers) == 403


async def test_probes_answer_as_kubernetes_reads_them() -> None:
    """200 and 500, ``?verbose`` and ``?exclude=`` as the API server has them."""
    async with TestClient(TestServer(admin_application(_Gateway()))) as client:
        live = await client.get("/livez?verbose")
        unready = await client.get("/readyz")
        excluded = await client.get("/readyz", params=[("exclude", "bad"), ("exclude", "nothing")])

        assert (live.status, await live.text()) == (200, "[+]event-loop ok\nlivez check passed\n")
        assert unready.status == 500
        assert "[-]bad failed: broken" in await unready.text()
        assert excluded.status == 200


async def test_explain_asks_for_exactly_the_model_that_is_named() -> None:
    """By query, by body, and by query before body; names that need escaping arrive as they are."""
    async with TestClient(TestServer(admin_application(_Gateway()))) as client:
        answers = [
            await client.get("/-/explain", params={"model": "kimi k3/é"}),
            await client.post("/-/explain", json={"model": "kimi k3/é"}),
            await client.post("/-/explain", params={"model": "kimi k3/é"}, json={"model": "other"}),
        ]

        assert [await answer.json() for answer in answers] == [{"model": "kimi k3/é"}] * 3


@pytest.mark.parametrize(
    ("method", "body", "status", "answer"),
    [
        ("GET", b"", 200, b'{"asked":null}'),
        ("POST", b"7", 200, b'{"polled":7}'),
        ("POST", b"bad", 400, b'{"error":"this is no poll"}'),
        ("POST", b"7" * (1024 * 1024 + 1), 400, b'{"error":"a poll has at most 1048576 bytes"}'),
    ],
)
async def test_a_report_is_for_peers_and_for_polls(method: str, body: bytes, status: int, answer: bytes) -> None:
    """GET reads, POST polls; what is refused is refused in words."""
    async with TestClient(TestServer(admin_application(_Gateway()))) as client:
        got = await client.request(method, "/-/report", data=io.BytesIO(body))
        assert (got.status, await got.read()) == (status, answer)


@pytest.mark.parametrize(
    ("query", "status", "answer"),
    [
        ("?facts=1", 200, b'{"facts":1}'),
        ("?route=", 200, b'{"asked":[]}'),
        ("?route=a/b&route=c/d", 200, b'{"asked":["a/b","c/d"]}'),
        ("?" + "route=a/b&" * 32, 200, b'{"asked":[' + b",".join([b'"a/b"'] * 32) + b"]}"),
        ("?" + "route=a/b&" * 33, 400, b'{"error":"name at most 32 routes, or none at all for every route"}'),
    ],
)
async def test_a_peer_names_the_routes_it_asks_about(query: str, status: int, answer: bytes) -> None:
    """None of them for readiness alone, or facts; more than fit into a request line are refused in words."""
    async with TestClient(TestServer(admin_application(_Gateway()))) as client:
        got = await client.get("/-/report" + query)
        assert (got.status, await got.read()) == (status, answer)
