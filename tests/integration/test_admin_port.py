"""The admin port of a running gateway: probes, metrics, explain, the configuration in force, and drain."""

import gzip
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from sealane_cli.stub.faults import Fault
from tests.support.raw_client import RawAnswer, raw_client
from tests.support.routes import KEYS
from tests.support.stubbed import StubbedGateway, stubbed_gateway
from tests.support.waiting import until

CHAT = "/v1/chat/completions"
KIMI = b'{"model":"kimi-k3","messages":[]}'
GLM = b'{"model":"glm-4.7","messages":[]}'
#: Two failures open a breaker, and it stays open for the whole test.
FRAGILE = "{consecutiveFailures: 2, openFor: 1m}"


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[StubbedGateway]:
    """A gateway of two providers."""
    async with stubbed_gateway(tmp_path) as running:
        yield running


async def _get(served: StubbedGateway, path: str, **headers: str) -> RawAnswer:
    address = served.gateway.gateway.addresses["admin"]
    async with raw_client(address.host, address.port) as client:
        return await client.get(path, list(headers.items()))


async def _post(served: StubbedGateway, path: str, body: bytes = b"", **headers: str) -> RawAnswer:
    address = served.gateway.gateway.addresses["admin"]
    async with raw_client(address.host, address.port) as client:
        return await client.post(path, body, list(headers.items()))


async def _ask(served: StubbedGateway, body: bytes) -> RawAnswer:
    async with raw_client(served.gateway.host, served.gateway.port) as client:
        return await client.post(CHAT, body)


async def test_a_compressed_body_is_not_unpacked(served: StubbedGateway) -> None:
    """A small one may hold gigabytes; it is read as it came, and is no JSON."""
    packed = await _post(served, "/-/report", gzip.compress(b"{}"), **{"Content-Encoding": "gzip"})
    plain = await _post(served, "/-/report", b"{}")

    assert (packed.status, b"JSON is malformed" in packed.body) == (400, True)
    assert b"JSON is malformed" not in plain.body


async def test_a_healthy_router_is_alive_and_ready(served: StubbedGateway) -> None:
    """``ok`` in one word, and each check by name for people."""
    live, ready = await _get(served, "/livez"), await _get(served, "/readyz")
    verbose = await _get(served, "/readyz?verbose")

    assert (live.status, live.body, ready.status, ready.body) == (200, b"ok", 200, b"ok")
    assert verbose.body.decode().splitlines() == [
        "[+]route-table ok",
        "[+]draining ok",
        "[+]routes-file ok",
        "[+]keys-file ok",
        "[+]credentials ok",
        "[+]providers ok",
        "readyz check passed",
    ]


async def test_the_index_names_what_there_is(served: StubbedGateway) -> None:
    """Whoever opens the port in a browser finds the way; other paths are 404 and other methods 405."""
    index = await _get(served, "/")

    assert b"/readyz?verbose" in index.body
    assert (await _get(served, "/nothing")).status == 404
    assert (await _get(served, "/-/drain")).status == 405
    assert (await _get(served, CHAT)).status == 404


async def test_metrics_come_in_the_format_that_is_asked_for(served: StubbedGateway) -> None:
    """Prometheus' text by default, OpenMetrics for those who accept it; both with the exchanges so far."""
    await _ask(served, KIMI)
    text = await _get(served, "/metrics")
    modern = await _get(served, "/metrics", accept="application/openmetrics-text; version=1.0.0")

    assert (text.get("content-type") or "").startswith("text/plain; version=")
    assert (modern.get("content-type") or "").startswith("application/openmetrics-text; version=1.0.0")
    assert modern.body.endswith(b"# EOF\n")
    for answer in (text, modern):
        assert b'sealane_attempts_total{provider="moonshot",result="ok"' in answer.body
        assert b"sealane_ready 1.0" in answer.body


async def test_explain_says_what_a_request_would_meet(served: StubbedGateway) -> None:
    """By query and by body, the same; an unknown model is an answer, no model at all a mistake."""
    by_query = await _get(served, "/-/explain?model=kimi-k3")
    by_body = await _post(served, "/-/explain", b'{"model":"kimi-k3"}')
    unknown = await _get(served, "/-/explain?model=gpt-4")

    assert by_query.json == by_body.json
    assert by_query.json["error"] is None
    assert [target["provider"] for target in by_query.json["targets"]] == ["moonshot"]
    assert by_query.json["targets"][0]["breaker"] == "closed"
    assert (unknown.status, unknown.json["error"]["code"]) == (200, "model_not_found")
    assert served.moonshot.counters.total == 0


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b'{"model":5}', b'{"model":""}', b"\xff", b"[" * 50_000, b'{"model":"' + b"k" * 300 + b'"}'],
)
async def test_explain_without_a_model_says_how_to_ask(served: StubbedGateway, body: bytes) -> None:
    """400 with an example, whatever came."""
    answer = await _post(served, "/-/explain", body)

    assert answer.status == 400
    assert b"?model=NAME" in answer.body


async def test_explain_takes_no_large_body(served: StubbedGateway) -> None:
    """413: nothing at this port needs one."""
    answer = await _post(served, "/-/explain", b'{"x":"' + b"y" * 100_000 + b'","model":"kimi-k3"}')

    assert answer.status == 413


async def test_the_configuration_holds_no_secret(tmp_path: Path) -> None:
    """Settings, table and hash are shown; neither a provider's key, nor a caller's, nor its digest."""
    key = "sk-sealane-caller"
    digest = hashlib.sha256(key.encode()).hexdigest()
    keys = tmp_path / "keys.yaml"
    keys.write_text(f"keys: [{{tenant: team-a, name: laptop, sha256: {digest}}}]\n", "utf-8")
    async with stubbed_gateway(tmp_path, flags={"--keys": str(keys)}) as served:
        answer = await _get(served, "/-/config")
        table = served.gateway.gateway.live.serving.table

    text = answer.body.decode()
    assert answer.status == 200
    assert answer.json["table"]["hash"] == table.hash
    assert [route["route"] for route in answer.json["table"]["routes"]] == ["default/assistants"]
    assert answer.json["settings"]["SEALANE_KEYS"] == str(keys)
    assert not [secret for secret in (*KEYS.values(), key, digest) if secret in text]


async def test_only_who_is_on_this_machine_and_no_browser_drains(served: StubbedGateway) -> None:
    """A page that a developer looks at could send the request too, and its browser says so."""
    refused = await _post(served, "/-/drain", origin="https://page.invalid")
    ready = await _get(served, "/readyz")
    accepted = await _post(served, "/-/drain")

    assert (refused.status, ready.status, accepted.status) == (403, 200, 202)


async def test_a_draining_router_says_that_it_is_not_ready(tmp_path: Path) -> None:
    """500 with the reason, while the port stays open to say it."""
    async with stubbed_gateway(tmp_path, flags={"--propagation-time": "10s"}) as served:
        served.gateway.gateway.begin_drain()
        answer = await _get(served, "/readyz")
        live = await _get(served, "/livez")
        excluded = await _get(served, "/readyz?exclude=draining")

    assert (answer.status, live.status, excluded.status) == (500, 200, 200)
    assert b"[-]draining failed: the router is leaving" in answer.body


@asynccontextmanager
async def _all_down(folder: Path, policy: str) -> AsyncIterator[StubbedGateway]:
    """A gateway each of whose providers has opened its breaker."""
    async with stubbed_gateway(folder, flags={"--readiness-policy": policy}, breaker=FRAGILE) as served:
        for stub, body in ((served.moonshot, KIMI), (served.zai, GLM)):
            stub.fault = Fault("status", 500)
            for _ in range(2):
                await _ask(served, body)
        assert (await _ask(served, KIMI)).code == "provider_unavailable"
        yield served


async def test_an_outage_of_every_provider_leaves_the_router_ready(tmp_path: Path) -> None:
    """An unready Service would hide the 503 and its Retry-After behind a refused connection."""
    async with _all_down(tmp_path, "local") as served:
        answer = await _get(served, "/readyz?verbose")

    assert answer.status == 200
    assert b"[+]providers ok: no provider can be tried: moonshot, zai" in answer.body


async def test_the_strict_policy_makes_it_unready(tmp_path: Path) -> None:
    """Whoever asked for it gets a router that leaves the Service while nothing can be served."""
    async with _all_down(tmp_path, "strict") as served:
        answer = await _get(served, "/readyz")
        explained = await _get(served, "/-/explain?model=kimi-k3")
        ready = served.gateway.metric("sealane_ready")

    assert (answer.status, ready) == (500, 0)
    assert b"[-]providers failed" in answer.body
    assert explained.json["targets"][0]["breaker"] == "open"


async def test_one_provider_that_works_is_enough_for_the_strict_policy(tmp_path: Path) -> None:
    """Unready means that nothing can be served, not that something cannot."""
    async with stubbed_gateway(tmp_path, flags={"--readiness-policy": "strict"}, breaker=FRAGILE) as served:
        served.moonshot.fault = Fault("status", 500)
        for _ in range(2):
            await _ask(served, KIMI)
        answer = await _get(served, "/readyz")

    assert answer.status == 200


async def test_a_refused_edit_is_told_where_people_look(tmp_path: Path) -> None:
    """The reason on ``/readyz?verbose`` and ``/-/config``, a counter for alerts, and a router that stays ready."""
    async with stubbed_gateway(tmp_path) as served:
        (tmp_path / "routes.yaml").write_text("kind: Nonsense\n", "utf-8")
        failures = "sealane_config_reload_failures_total"
        await until(lambda: served.gateway.metric(failures, kind="routes"))
        verbose = await _get(served, "/readyz?verbose")
        config = await _get(served, "/-/config")

    assert verbose.status == 200
    assert b"[+]routes-file ok: " in verbose.body
    assert b"Nonsense" in verbose.body
    assert "Nonsense" in config.json["problems"]["routes"]


async def test_a_loop_that_is_stuck_is_not_alive(served: StubbedGateway) -> None:
    """Only a restart helps a router whose loop has not turned for half a minute."""
    gateway = served.gateway.gateway
    gateway.lag.turned -= 60
    report = gateway.livez.report()

    assert report.status == 500
    assert "has not turned" in report.render(verbose=True)


async def test_the_traffic_port_serves_nothing_of_the_admin_port(served: StubbedGateway) -> None:
    """Applications reach neither probes nor the configuration."""
    async with aiohttp.ClientSession(served.url) as session:
        found = [
            (await session.request(method, path)).status
            for method, path in [("GET", "/metrics"), ("GET", "/-/config"), ("GET", "/readyz"), ("POST", "/-/drain")]
        ]

    assert found == [404] * 4
