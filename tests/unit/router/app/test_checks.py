"""What makes a router ready, and what is only told."""

import time
from pathlib import Path

import pytest

from sealane_api.route_table import NO_TABLE, RouteTable
from sealane_router.app.checks import readiness
from sealane_router.routing.matcher import Matcher
from tests.support.gateway import RunningGateway, running_gateway
from tests.support.routes import KEYS, two_providers


def _failing(running: RunningGateway) -> dict[str, str]:
    """The checks that make it unready now, and why."""
    checks = [check for check in readiness(running.gateway) if not check.advisory]
    return {check.name: reason for check in checks if (reason := check.probe()) is not None}


@pytest.mark.parametrize("policy", ["local", "strict"])
async def test_an_outage_makes_a_strict_router_unready(tmp_path: Path, policy: str) -> None:
    """When no provider is left; one that works is enough."""
    routes = two_providers(tmp_path, "http://127.0.0.1:1/v1", "http://127.0.0.1:1/api/paas/v4")
    async with running_gateway(routes, {"--readiness-policy": policy}, KEYS) as running:
        gates = [runtime.gate for runtime in running.gateway.serving.providers.values()]
        before = _failing(running)
        gates[0].trip(time.monotonic())
        one = _failing(running)
        for gate in gates:
            gate.trip(time.monotonic())
        both = _failing(running)

    assert (before, one) == ({}, {})
    assert both == ({"providers": "no provider can be tried: moonshot, zai"} if policy == "strict" else {})


@pytest.mark.parametrize(
    ("table", "told"),
    [(NO_TABLE, {"route-table": "there is no route table"}), (RouteTable((), "hash"), {})],
    ids=["not yet", "without routes"],
)
async def test_without_a_provider_none_is_out(tmp_path: Path, table: RouteTable, told: dict[str, str]) -> None:
    """Before its first table a router lacks that alone; in a cluster without routes it lacks nothing."""
    routes = two_providers(tmp_path, "http://127.0.0.1:1/v1", "http://127.0.0.1:1/api/paas/v4")
    async with running_gateway(routes, {"--readiness-policy": "strict"}, KEYS) as running:
        live = running.gateway.live
        live.apply(Matcher(table))
        failing = _failing(running)

    assert failing == told


async def test_the_checks_of_the_source_are_told(tmp_path: Path) -> None:
    """Files have theirs; peers are asked where there are any."""
    routes = two_providers(tmp_path, "http://127.0.0.1:1/v1", "http://127.0.0.1:1/api/paas/v4")
    async with running_gateway(routes) as alone, running_gateway(routes, {"--peers": "127.0.0.1:1"}) as among:
        names = [[check.name for check in readiness(each.gateway)] for each in (alone, among)]

    common = ["route-table", "draining", "routes-file", "keys-file", "credentials", "providers"]
    assert names == [common, [*common, "local-fault", "peers"]]
