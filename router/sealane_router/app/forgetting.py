"""Series of routes that are not served any more are let go, once scrapes have seen their last values."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Protocol

from sealane_api.route_table import RouteTable

#: Seconds in which every scraper comes by.
AFTER = 120.0


class Forgetful(Protocol):
    """Counts by what route tables hold."""

    def forget_all_but(self, *tables: RouteTable) -> Iterator[None]:
        """Forget what is in none of ``tables``, a part of it before each item."""
        ...


async def forget_series(
    counts: Sequence[Forgetful],
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
        now = table()
        for each in counts:
            for _ in each.forget_all_but(before, now):
                await sleep(0)
