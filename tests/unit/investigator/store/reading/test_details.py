"""What belongs to one incident."""

from sealane_investigator.interfaces import Deed
from sealane_investigator.store.reading.details import MAX_HOURS
from sealane_investigator.store.store import SqlStore
from tests.support.stores import HOUR, NOON, FakeClock, analysed, do, events


async def test_a_timeline_has_every_hour_up_to_the_present_one(store: SqlStore, clock: FakeClock) -> None:
    """Also those without an event; oldest first."""
    await store.record([*events(2), *events(3, first=10, at=NOON - 2 * HOUR)], {})
    clock.pass_(HOUR)

    assert await store.timeline(1, 4) == [
        (NOON - 2 * HOUR, 3),
        (NOON - HOUR, 0),
        (NOON, 2),
        (NOON + HOUR, 0),
    ]


async def test_a_timeline_is_bounded(store: SqlStore) -> None:
    """Nobody asks for a century."""
    assert len(await store.timeline(1, 10_000_000)) == MAX_HOURS
    assert len(await store.timeline(1, 0)) == 1


async def test_samples_come_newest_first(store: SqlStore) -> None:
    """As many as are asked for, as they were recorded."""
    batch = [analysed(number, at=NOON + number) for number in range(5)]
    await store.record(batch, {})

    assert await store.occurrences(1, 2) == [batch[4], batch[3]]


async def test_facets_come_largest_first(store: SqlStore) -> None:
    """As a reader wants them."""
    await store.record([analysed(1, tenant="a"), analysed(2, tenant="b"), analysed(3, tenant="b")], {})

    assert [*(await store.facets(1))["tenant"].items()] == [("b", 2), ("a", 1)]


async def test_history_comes_newest_first(store: SqlStore, clock: FakeClock) -> None:
    """Who did what, when, with which arguments."""
    await store.record(events(1), {})
    await do(store, Deed.COMMENT, text="looking")
    clock.pass_(5)
    await do(store, Deed.FEEDBACK, right=False, text="it was the proxy")

    found = await store.history(1, 10)

    assert [(each.deed, each.by, each.at) for each in found] == [
        (Deed.FEEDBACK, "ada", NOON + 5),
        (Deed.COMMENT, "ada", NOON),
    ]
    assert found[1].arguments == {"text": "looking"}
