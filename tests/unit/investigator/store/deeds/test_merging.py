"""Merging, and the way back."""

import asyncio

import pytest

from sealane_investigator.errors import DeedRefused
from sealane_investigator.incident.incident import MAX_FACET_VALUES, OTHER, State
from sealane_investigator.interfaces import Deed
from sealane_investigator.store.store import SqlStore
from tests.support.stores import HOUR, NOON, Opener, analysed, do, events, one


@pytest.fixture
async def two(store: SqlStore) -> SqlStore:
    """Two incidents of three and two events."""
    await store.record([*events(3, kind="a"), *events(2, first=10, kind="b", tenant="green", at=NOON - HOUR)], {})
    return store


async def test_counts_are_added_and_taken_away_again(two: SqlStore) -> None:
    """Hours, facets and times too; events of the time between stay where they were counted."""
    await do(two, Deed.MERGE, 2, into=1)
    merged, facets = await one(two), await two.facets(1)
    hours = [count for _, count in await two.timeline(1, 2)]
    await two.record([analysed("between", kind="b")], {})

    await do(two, Deed.UNMERGE, 2)
    await two.record([analysed("after", kind="b")], {})

    assert (merged.count, merged.first_seen, facets["tenant"], hours) == (
        5,
        NOON - HOUR,
        {"blue": 3, "green": 2},
        [2, 3],
    )
    assert ((await one(two, 1)).count, (await one(two, 2)).count) == (4, 3)
    assert (await two.facets(1))["tenant"] == {"blue": 4}
    assert [count for _, count in await two.timeline(1, 2)] == [0, 4]


async def test_two_who_take_the_same_merge_apart_at_once_take_it_apart_once(opener: Opener) -> None:
    """Whoever comes second is refused; nothing is taken away twice."""
    first = await opener()
    second = first if first._database.is_sqlite else await opener()
    await first.record([*events(3, kind="a"), *events(2, first=10, kind="b")], {})
    for _ in range(10):
        await do(first, Deed.MERGE, 2, into=1)
        unmerging = [do(store, Deed.UNMERGE, 2) for store in (first, second, first, second)]
        results = await asyncio.gather(*unmerging, return_exceptions=True)

        assert sorted(isinstance(each, DeedRefused) for each in results) == [False, True, True, True]
        assert ((await one(first, 1)).count, (await one(first, 2)).count) == (3, 2)


async def test_values_without_a_place_are_other_on_both_ways(store: SqlStore) -> None:
    """No facet grows beyond its bound, and the sums are exact."""
    full = [analysed(f"a{n:02}", kind="a", tenant=f"a{n}") for n in range(MAX_FACET_VALUES)]
    await store.record([*full, analysed("b1", kind="b", tenant="b1"), analysed("b2", kind="b", tenant="a0")], {})

    await do(store, Deed.MERGE, 2, into=1)
    merged = (await store.facets(1))["tenant"]
    await do(store, Deed.UNMERGE, 2)
    again = (await store.facets(1))["tenant"]

    assert (len(merged), merged[OTHER], merged["a0"]) == (MAX_FACET_VALUES + 1, 1, 2)
    assert (OTHER in again, again["a0"], sum(again.values())) == (False, 1, MAX_FACET_VALUES)


async def test_a_straggler_of_the_merged_ones_older_revision_brings_nothing_back(store: SqlStore) -> None:
    """The one that stays is resolved at the highest revision of the routes of both."""
    await store.record([analysed(1, kind="a", route="team/a", revision=9), analysed(2, kind="b", revision=7)], {})
    await do(store, Deed.MERGE, 2, into=1)
    await do(store, Deed.RESOLVE, 1)

    await store.record([analysed(3, kind="b", revision=6, at=NOON + 5)], {})
    straggler = (await one(store)).state
    await store.record([analysed(4, kind="b", revision=7, at=NOON + 5)], {})

    assert (straggler, (await one(store)).state) == (State.RESOLVED, State.REGRESSED)


async def test_what_is_merged_takes_no_deeds(two: SqlStore) -> None:
    """The text names where it went."""
    await do(two, Deed.MERGE, 2, into=1)

    for deed, arguments in ((Deed.RESOLVE, {}), (Deed.MERGE, {"into": 1})):
        with pytest.raises(DeedRefused, match="incident 2 was merged into 1"):
            await do(two, deed, 2, **arguments)
    with pytest.raises(DeedRefused, match="has others merged into it"):
        await two.record([analysed("c", kind="c")], {})
        await do(two, Deed.MERGE, 1, into=3)


async def test_an_incident_is_not_merged_into_itself_or_into_nothing(two: SqlStore) -> None:
    """Nor is one unmerged that is not merged."""
    for number, into, text in ((1, 1, "another incident"), (1, 99, "no incident 99")):
        with pytest.raises(DeedRefused, match=text):
            await do(two, Deed.MERGE, number, into=into)
    with pytest.raises(DeedRefused, match="incident 1 is not merged"):
        await do(two, Deed.UNMERGE, 1)


async def test_a_batch_that_knew_the_old_place_is_counted_in_the_new_one(two: SqlStore) -> None:
    """Whatever a replica remembers between batches."""
    await two.record([analysed("warm", kind="b")], {})
    await do(two, Deed.MERGE, 2, into=1)

    recorded = await two.record([analysed("then", kind="b", tenant="new")], {})

    assert [each.incident.id for each in recorded.changes] == [1]
    assert (await one(two)).count == 7
