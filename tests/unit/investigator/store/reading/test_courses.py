"""How an incident went."""

from sealane_investigator.incident.incident import Trigger
from sealane_investigator.interfaces import ChangeOf, Deed
from sealane_investigator.store.store import SqlStore
from tests.support.stores import HOUR, NOON, FakeClock, analysed, do


async def test_its_states_and_investigations_are_newest_first(store: SqlStore, clock: FakeClock) -> None:
    """Those that people made, and those that errors made."""
    await store.record([analysed(1)], {})
    lease = await store.lease(1, 1, Trigger.NEW, "replica", 60.0)
    assert lease is not None
    incident = await store.incident(1)
    assert incident is not None
    await store.write_back(lease, incident.diagnosis, None, None)
    clock.pass_(HOUR)
    await do(store, Deed.RESOLVE, 1)
    clock.pass_(HOUR)
    await store.record([analysed(2, at=NOON + 2 * HOUR)], {})
    await store.record([analysed(3, kind="b")], {})

    course = await store.course(1, 10)

    assert [(each.at, each.kind) for each in course.states] == [
        (NOON + 2 * HOUR, ChangeOf.REGRESSED),
        (NOON + HOUR, ChangeOf.RESOLVED),
        (NOON, ChangeOf.NEW),
    ]
    assert [(each.trigger, each.asked_at) for each in course.investigations] == [
        (Trigger.REGRESSED, NOON + 2 * HOUR),
        (Trigger.NEW, NOON),
    ]
    assert course.investigations[0].done_at is None
    assert course.investigations[1].done_at is not None


async def test_it_is_bounded(store: SqlStore) -> None:
    """By what was asked for."""
    await store.record([analysed(1)], {})
    await do(store, Deed.RESOLVE, 1)

    assert [each.kind for each in (await store.course(1, 1)).states] == [ChangeOf.RESOLVED]
    assert (await store.course(99, 10)).states == ()
