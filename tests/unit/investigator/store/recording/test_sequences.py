"""Which events of a router were counted."""

import asyncio
import random
from collections.abc import Collection
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from sealane_investigator.store.database import Database
from sealane_investigator.store.recording.sequences import REFRESHED_AFTER, claim, is_numbered, joined
from sealane_investigator.store.schema import seen, sequences
from sealane_investigator.store.store import SqlStore
from tests.support.stores import HOUR, NOON, Opener, analysed, numbered, one


async def _claim(database: Database, *numbers: int, source: str = "r", at: float = NOON) -> list[int]:
    claimed = await database.write(partial(claim, wanted={source: numbers}, at=at))
    return sorted(claimed[source])


async def _stretches(database: Database, source: str = "r") -> list[tuple[int, int]]:
    query = select(sequences.c.first, sequences.c.last).where(sequences.c.source == source).order_by(sequences.c.first)
    return [(row.first, row.last) for row in await database.read(lambda to: to.execute(query).all())]


async def test_numbers_in_order_are_one_stretch(database: Database) -> None:
    """However many they are."""
    for first in range(1, 200, 50):
        assert await _claim(database, *range(first, first + 50)) == [*range(first, first + 50)]

    assert await _stretches(database) == [(1, 200)]


async def test_what_comes_again_is_not_claimed(database: Database) -> None:
    """Whole batches, parts of them, and in another order."""
    await _claim(database, *range(1, 11))

    assert await _claim(database, *range(1, 11)) == []
    assert await _claim(database, 12, 3, 11, 10) == [11, 12]
    assert await _stretches(database) == [(1, 12)]


async def test_a_gap_is_filled_later(database: Database) -> None:
    """By what another replica had still to write; stretches that meet are one."""
    await _claim(database, 1, 2, 7, 8, 20)
    before = await _stretches(database)
    assert await _claim(database, *range(1, 21)) == [3, 4, 5, 6, *range(9, 20)]

    assert before == [(1, 2), (7, 8), (20, 20)]
    assert await _stretches(database) == [(1, 20)]


async def test_numbers_may_be_anything(database: Database) -> None:
    """The least, the greatest, and both together."""
    assert await _claim(database, 0, 2**62, 2**62 - 1) == [0, 2**62 - 1, 2**62]
    assert await _claim(database, 2**62, 0, 1) == [1]
    assert await _stretches(database) == [(0, 1), (2**62 - 1, 2**62)]


async def test_each_source_counts_for_itself(database: Database) -> None:
    """A router that starts anew begins at 1."""
    await _claim(database, 1, 2)

    assert await _claim(database, 1, 2, source="other") == [1, 2]


async def test_what_is_told_again_is_remembered_anew(database: Database) -> None:
    """Twelve hours later and not before."""
    query = select(func.min(sequences.c.hour))
    hours = []
    for passed in (0, REFRESHED_AFTER, REFRESHED_AFTER + 1):
        await _claim(database, 1, at=NOON + passed * HOUR)
        hours.append(await database.read(lambda to: to.execute(query).scalar_one()) - int(NOON // HOUR))

    assert hours == [0, 0, REFRESHED_AFTER + 1]


@given(st.lists(st.lists(st.integers(0, 300), max_size=30), max_size=12))
def test_stretches_are_the_numbers_that_they_were_made_of(batches: list[list[int]]) -> None:
    """None more and none less, in order, apart by one at least."""
    stretches: list[tuple[int, int]] = []
    for batch in batches:
        stretches = joined([*stretches, *((number, number) for number in batch)])

    numbers = [number for first, last in stretches for number in range(first, last + 1)]
    assert numbers == sorted({number for batch in batches for number in batch})
    assert all(one[1] + 1 < other[0] for one, other in pairwise(stretches))


@pytest.mark.parametrize("seed", range(4))
async def test_replicas_that_write_what_a_router_told_in_any_order_count_it_once(opener: Opener, seed: int) -> None:
    """Batches overlap, come twice, come late, and of some numbers none comes at all."""
    chance = random.Random(seed)
    first = await opener()
    stores = [first] if first._database.is_sqlite else [first, await opener(), await opener()]
    given_up = set(chance.sample(range(1, 601), 20))
    batches: list[list[int]] = []
    for begin in range(1, 601, 30):
        batch = [number for number in range(begin, begin + 40) if number not in given_up and number <= 600]
        batches += [batch] * chance.choice((1, 1, 2))
    chance.shuffle(batches)

    recorded = await asyncio.gather(
        *(stores[at % len(stores)].record(numbered(*batch), {}) for at, batch in enumerate(batches))
    )

    assert sum(each.counted for each in recorded) == 600 - len(given_up)
    assert (await one(first)).count == 600 - len(given_up)
    assert await _rows(first, seen) == 0
    assert await _covered(first) == set(range(1, 601)) - given_up


async def test_an_id_that_is_no_number_has_a_row_of_its_own(store: SqlStore) -> None:
    """Alerts, Events of Kubernetes, and whoever names events as it likes."""
    plain = analysed(1)
    recorded = await store.record([plain, *numbered(1)], {})

    assert not is_numbered(plain.event)
    assert (recorded.counted, await _rows(store, seen), await _rows(store, sequences)) == (2, 1, 1)


async def _rows(store: SqlStore, table: object) -> int:
    query = select(func.count()).select_from(table)  # type: ignore[arg-type]
    return int(await store._database.read(lambda to: to.execute(query).scalar_one()))


async def _covered(store: SqlStore) -> Collection[int]:
    found = await _stretches(store._database, "router-1\ne")
    return {number for first, last in found for number in range(first, last + 1)}
