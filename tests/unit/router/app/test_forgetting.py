"""When series are let go."""

import asyncio
from dataclasses import replace

from prometheus_client import CollectorRegistry

from sealane_api.route_table import RouteTable
from sealane_router.aio.tasks import spawn, stop
from sealane_router.app.forgetting import AFTER, forget_series
from sealane_telemetry.metrics import RouterMetrics
from tests.support.exchanges import provider_of, table_of


async def test_series_stay_for_two_minutes_after_their_route_left() -> None:
    """So do those of a route that leaves meanwhile, for as long again; many changes are one round."""
    registry = CollectorRegistry()
    metrics = RouterMetrics(registry)
    (route,) = table_of(provider_of("https://api.test/v1")).routes
    tables = {
        names: RouteTable(tuple(replace(route, name=name) for name in names), "hash") for names in ("abc", "bc", "c")
    }
    labels = {name: {"route": f"default/{name}", "rule": route.rules[0].name} for name in "abc"}
    for each in labels.values():
        metrics.retries.labels(*each.values()).inc()
    slept: list[float] = []
    turn, changed = asyncio.Event(), asyncio.Event()
    now = [tables["bc"]]

    async def sleep(seconds: float) -> None:
        if seconds:
            slept.append(seconds)
            await turn.wait()
            turn.clear()

    async def pass_round() -> list[str]:
        turn.set()
        for _ in range(50):
            await asyncio.sleep(0)
        return [name for name in "abc" if registry.get_sample_value("sealane_retries_total", labels[name])]

    task = spawn(forget_series((metrics,), lambda: now[0], changed, sleep), name="forget")
    changed.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    now[0] = tables["c"]
    changed.set()
    first = await pass_round()
    second = await pass_round()
    await stop(task)

    assert (first, second) == (["b", "c"], ["c"])
    assert slept == [AFTER, AFTER]
