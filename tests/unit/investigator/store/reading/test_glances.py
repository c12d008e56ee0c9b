"""Glances of many incidents, and how many there are."""

from sealane_investigator.incident.incident import State
from sealane_investigator.interfaces import GLANCE_HOURS, GLANCE_VALUES, MAX_GLANCES, Deed
from sealane_investigator.store.store import SqlStore
from tests.support.stores import HOUR, NOON, FakeClock, analysed, do


async def test_a_glance_has_the_hours_of_a_day_where_it_happens_most_and_its_children(
    store: SqlStore, clock: FakeClock
) -> None:
    """The present hour is the last one; what is older is not shown."""
    old = NOON - GLANCE_HOURS * HOUR
    batch = [analysed(f"a{number}", kind="a", at=at) for number, at in enumerate((old, NOON - HOUR, NOON, NOON))]
    batch += [analysed(f"m{number}", kind="a", at=NOON, model=f"m{number % 4}") for number in range(11)]
    await store.record([*batch, analysed("b", kind="b")], {})
    await store.link(1, [2])

    first, second = await store.glances([1, 99, 2])

    assert (first.incident, first.since, first.children) == (1, NOON - 23 * HOUR, 1)
    assert first.hours == (*[0] * 22, 1, 13)
    assert first.facets["route"] == {"team/chat": 15}
    assert first.facets["provider"] == {"moonshot": 15}
    assert list(first.facets["model"].items()) == [("kimi-k2.6", 4), ("m0", 3), ("m1", 3)]
    assert len(first.facets["model"]) == GLANCE_VALUES
    assert (second.incident, second.children) == (2, 0)


async def test_glances_are_bounded_and_in_the_order_asked(store: SqlStore) -> None:
    """Each once."""
    await store.record([analysed(number, kind=str(number)) for number in range(MAX_GLANCES + 1)], {})
    backwards = range(MAX_GLANCES + 1, 0, -1)

    found = [each.incident for each in await store.glances([*backwards, *backwards])]

    assert found == [*range(MAX_GLANCES + 1, 1, -1)]
    assert await store.glances([]) == []


async def test_totals_leave_out_what_was_merged(store: SqlStore) -> None:
    """It is counted where it was merged into."""
    await store.record([analysed(number, kind=str(number)) for number in range(5)], {})
    await do(store, Deed.RESOLVE, 1)
    await do(store, Deed.IGNORE, 2)
    await do(store, Deed.MERGE, 3, into=4)

    assert await store.totals() == {
        State.OPEN: 2,
        State.REGRESSED: 0,
        State.ESCALATING: 0,
        State.RESOLVED: 1,
        State.IGNORED: 1,
    }
