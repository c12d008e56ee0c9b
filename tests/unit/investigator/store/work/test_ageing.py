"""What time does to incidents."""

from sealane_investigator.incident.incident import State
from sealane_investigator.interfaces import ChangeOf, Deed
from sealane_investigator.store.store import SqlStore
from tests.support.stores import DAY, HOUR, FakeClock, analysed, do, events, one


async def test_what_was_quiet_for_fourteen_days_is_resolved(store: SqlStore, clock: FakeClock) -> None:
    """By nobody, at the revisions that were seen; with a notice and a stream entry."""
    await store.record([analysed(1), analysed(2, kind="b", at=clock.at)], {})
    clock.pass_(13 * DAY)
    await store.record([analysed(3, kind="b", at=clock.at)], {})
    clock.pass_(DAY + 1)

    done = await store.tidy()

    found = await one(store)
    assert (done["quiet"], found.state, (await one(store, 2)).state) == (1, State.RESOLVED, State.OPEN)
    assert found.resolution is not None
    assert (found.resolution.by, found.resolution.revisions) == ("quiet", {"team/chat": 3})
    assert [each.kind for each in await store.changes(3, 5) or []] == [ChangeOf.RESOLVED]


async def test_what_went_quiet_regresses_when_it_is_seen_again(store: SqlStore, clock: FakeClock) -> None:
    """As if somebody had resolved it."""
    await store.record(events(1), {})
    clock.pass_(15 * DAY)
    await store.tidy()
    clock.pass_(1)

    recorded = await store.record([analysed(2, at=clock.at)], {})

    assert [each.kind for each in recorded.changes] == [ChangeOf.REGRESSED]


async def test_ignoring_ends_without_an_event(store: SqlStore, clock: FakeClock) -> None:
    """One that is ignored for ever stays so."""
    await store.record([analysed(1), analysed(2, kind="b")], {})
    await do(store, Deed.IGNORE, 1, until=clock.at + HOUR)
    await do(store, Deed.IGNORE, 2)
    clock.pass_(HOUR)

    done = await store.tidy()

    assert done["unignored"] == 1
    assert [(await one(store, number)).state for number in (1, 2)] == [State.OPEN, State.IGNORED]


async def test_an_escalation_calms_down_after_an_ordinary_hour(store: SqlStore, clock: FakeClock) -> None:
    """Not before, and it may escalate again."""
    await store.record(events(1), {})
    clock.pass_(2 * HOUR)
    await store.record(events(20, first=100, at=clock.at), {})
    at_once = (await store.tidy())["calmed"]
    clock.pass_(2 * HOUR)
    later = (await store.tidy())["calmed"]
    again = await store.record(events(61, first=200, at=clock.at), {})

    assert (at_once, later) == (0, 1)
    assert [each.kind for each in again.changes] == [ChangeOf.ESCALATING]
