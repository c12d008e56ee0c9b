"""Gauges that are read from a gateway's state when somebody scrapes."""

from pathlib import Path

import pytest

from sealane_cli.stub.faults import Fault
from tests.support.raw_client import raw_client, request_bytes
from tests.support.stubbed import StubbedGateway, stubbed_gateway
from tests.support.waiting import until

CHAT = "/v1/chat/completions"
BODY = b'{"model":"kimi-k3","messages":[]}'
MOONSHOT = {"route": "default/assistants", "provider": "moonshot", "arm": "stable"}


async def _ask(served: StubbedGateway) -> int:
    async with raw_client(served.gateway.host, served.gateway.port) as client:
        return (await client.post(CHAT, BODY)).status


async def test_the_table_and_the_process_are_described(tmp_path: Path) -> None:
    """How many routes, rules and providers there are, and which table it is."""
    async with stubbed_gateway(tmp_path) as served:
        metric = served.gateway.metric
        table = served.gateway.gateway.live.serving.table

        assert (metric("sealane_routes"), metric("sealane_rules"), metric("sealane_providers")) == (1, 2, 2)
        assert metric("sealane_route_table_info", hash=table.hash) == 1
        assert (metric("sealane_ready"), metric("sealane_draining")) == (1, 0)
        assert metric("sealane_buffered_body_limit_bytes") == 512 << 20
        served.gateway.gateway.begin_drain()
        assert (metric("sealane_ready"), metric("sealane_draining")) == (0, 1)


async def test_what_is_under_way_is_counted_while_it_is(tmp_path: Path) -> None:
    """A connection, a slot and an upstream connection of a request that waits; nothing afterwards but what is kept."""
    async with stubbed_gateway(tmp_path) as served:
        metric = served.gateway.metric
        async with raw_client(served.gateway.host, served.gateway.port) as client:
            await client.send(request_bytes("POST", CHAT, BODY, [("x-stub-fault", "delay:0.1")]))
            await until(lambda: served.moonshot.counters.in_flight)
            during = (
                metric("sealane_client_connections"),
                metric("sealane_concurrency_in_use", **MOONSHOT),
                metric("sealane_upstream_connections", state="busy", **MOONSHOT),
                metric("sealane_buffered_body_bytes"),
            )
            await client.answer()
        await until(lambda: not metric("sealane_client_connections"))

        assert during == (1, 1, 1, len(BODY))
        assert metric("sealane_concurrency_in_use", **MOONSHOT) == 0
        assert metric("sealane_upstream_connections", state="idle", **MOONSHOT) == 1
        assert metric("sealane_concurrency_limit", **MOONSHOT) == 200
        assert metric("sealane_buffered_body_bytes") == 0


@pytest.mark.parametrize(("failures", "state"), [(0, "closed"), (2, "open")])
async def test_exactly_one_state_of_a_breaker_is_1(tmp_path: Path, failures: int, state: str) -> None:
    """So that a sum over providers counts breakers by state."""
    async with stubbed_gateway(tmp_path, breaker="{consecutiveFailures: 2, openFor: 1m}") as served:
        served.moonshot.fault = Fault("status", 500)
        for _ in range(failures):
            await _ask(served)
        found = {
            name: served.gateway.metric("sealane_breaker_state", state=name, **MOONSHOT)
            for name in ("closed", "open", "half-open")
        }

    assert found == {name: float(name == state) for name in found}


async def test_a_parked_credential_shows(tmp_path: Path) -> None:
    """Two refusals in a row set it aside."""
    async with stubbed_gateway(tmp_path) as served:
        served.moonshot.terms.accepted_keys = frozenset({"sk-another"})
        for _ in range(2):
            await _ask(served)

        assert served.gateway.metric("sealane_credential_parked", **MOONSHOT) == 1
