"""How often a model is asked."""

import asyncio

import pytest

from sealane_investigator.errors import StoreUnavailable
from sealane_investigator.model.limits import Limits


class _Store:
    """Counts calls by day."""

    def __init__(self) -> None:
        self.spent = 0
        self.away = False

    async def spend(self, limit: int) -> bool:
        if self.away:
            raise StoreUnavailable("away")
        if self.spent >= limit:
            return False
        self.spent += 1
        return True


def _limits(
    store: _Store, clock: list[float], *, per_day: int = 100, per_minute: int = 100, at_once: int = 1
) -> Limits:
    return Limits(store, per_day=per_day, per_minute=per_minute, at_once=at_once, patience=0.0, clock=lambda: clock[0])


async def test_a_day_has_its_budget() -> None:
    """Recorded before the call; none at all is possible."""
    store = _Store()
    limits = _limits(store, [0.0], per_day=2)

    assert [await limits.admit() for _ in range(3)] == [None, None, "budget"]
    assert await _limits(store, [0.0], per_day=0).admit() == "budget"
    assert store.spent == 2


async def test_a_minute_has_its_calls() -> None:
    """Which come back one by one; a call that the rate forbids costs no budget."""
    store, clock = _Store(), [0.0]
    limits = _limits(store, clock, per_minute=2)
    first = [await limits.admit(), await limits.admit(), await limits.admit()]
    clock[0] = 59.9
    before = await limits.admit()
    clock[0] = 60.0
    after = await limits.admit()

    assert (first, before, after, store.spent) == ([None, None, "rate"], "rate", None, 3)


async def test_only_so_many_are_asked_at_once() -> None:
    """No longer than patience has it is the next one waited for."""
    limits = _limits(_Store(), [0.0], at_once=2)
    async with limits.turn() as one, limits.turn() as two, limits.turn() as three:
        assert (one, two, three) == (True, True, False)
    async with limits.turn() as again:
        assert again


async def test_a_place_that_comes_free_is_taken() -> None:
    """Of many incidents that begin together none goes unasked for want of a place."""
    limits = Limits(_Store(), per_day=9, per_minute=9, at_once=1, patience=60.0)
    held: list[int] = []

    async def ask(number: int) -> bool:
        async with limits.turn() as has_turn:
            held.append(number)
            await asyncio.sleep(0)
            assert held[-1] == number
            return has_turn

    assert await asyncio.gather(*map(ask, range(5))) == [True] * 5


async def test_many_at_once_share_the_calls_of_a_minute() -> None:
    """Though each waits for the store before it is recorded there; what the store forbids costs no rate."""

    class _Slow(_Store):
        async def spend(self, limit: int) -> bool:
            await asyncio.sleep(0)
            return await super().spend(limit)

    store = _Slow()
    limits = _limits(store, [0.0], per_minute=2)
    at_once = await asyncio.gather(*(limits.admit() for _ in range(5)))
    spent = _limits(store, [0.0], per_day=0, per_minute=1)

    assert (sorted(map(str, at_once)), store.spent) == (["None", "None", "rate", "rate", "rate"], 2)
    assert [await spent.admit(), await spent.admit()] == ["budget", "budget"]


async def test_a_call_that_cannot_be_recorded_is_not_made() -> None:
    """The store is away, and says so."""
    store = _Store()
    store.away = True
    with pytest.raises(StoreUnavailable):
        await _limits(store, [0.0]).admit()
