"""Calls of a model."""

import asyncio

from tests.support.stores import Opener


async def test_a_day_has_so_many_calls_over_all_replicas(opener: Opener) -> None:
    """Recorded before the call, so that none is made that was not counted."""
    first = await opener()
    stores = [first] if first._database.is_sqlite else [first, await opener()]

    allowed = await asyncio.gather(*(stores[number % len(stores)].spend(5) for number in range(12)))

    assert allowed.count(True) == 5
    assert await first.spend(6) is True
    assert await first.spend(6) is False


async def test_a_budget_of_nothing_allows_nothing(opener: Opener) -> None:
    """Not even the first call."""
    store = await opener()

    assert await store.spend(0) is False
    assert await store.spend(1) is True
