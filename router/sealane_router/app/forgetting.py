"""Series of routes that are not served any more are let go, once scrapes have seen their last values."""

import asyncio
from collections.abc import Awaitable, Callable

from sealane_api.route_table import RouteTable
from sealane_telemetry.metrics import RouterMetrics

#: Seconds in which every scraper comes by.
AFTER = 120.0


async def forget_series(
    metrics: RouterMetrics,
    table: Callable[[], RouteTable],
    changed: asyncio.Event,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """After each change, let go what neither the present table has nor the one of ``AFTER`` before; until cancelled."""
    while True:
        await changed.wait()
        changed.clear()
        before = table()
        await sleep(AFTER)
        for _ in metrics.forget_all_but(before, table()):
            await sleep(0)
