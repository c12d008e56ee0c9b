"""What counting does to an incident's state."""

from dataclasses import replace

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_investigator.incident.diagnosis import Ground
from sealane_investigator.incident.incident import State, Trigger
from sealane_investigator.interfaces import ChangeOf, Deed
from sealane_investigator.store.store import SqlStore
from tests.support.stores import DAY, DIAGNOSIS, HOUR, FakeClock, analysed, do, events, one


async def test_an_error_that_comes_back_begins_another_episode(store: SqlStore, clock: FakeClock) -> None:
    """Regressed, with an investigation of its own; the resolution is over."""
    await store.record(events(2), {})
    await do(store, Deed.RESOLVE)
    clock.pass_(60)

    recorded = await store.record([analysed(3, at=clock.at)], {})

    found = await one(store)
    assert [each.kind for each in recorded.changes] == [ChangeOf.REGRESSED]
    assert (found.state, found.episode, found.resolution, found.count) == (State.REGRESSED, 2, None, 3)
    assert [(each.episode, each.trigger) for each in await store.waiting(5)][1:] == [(2, Trigger.REGRESSED)]


async def test_a_late_report_and_a_straggler_leave_an_incident_resolved(store: SqlStore, clock: FakeClock) -> None:
    """They are counted, and that is all."""
    await store.record(events(2), {})
    await do(store, Deed.RESOLVE, revisions={"team/chat": 4})
    resolved_at = clock.at
    clock.pass_(600)

    await store.record([analysed("late", at=resolved_at - 5, revision=4)], {})
    await store.record([analysed("straggler", at=clock.at, revision=3)], {})
    before = await one(store)
    await store.record([analysed("again", at=clock.at, revision=4)], {})

    assert (before.state, before.count) == (State.RESOLVED, 4)
    assert (await one(store)).state is State.REGRESSED


async def test_without_revisions_the_highest_that_was_seen_counts(store: SqlStore, clock: FakeClock) -> None:
    """Whoever resolves by hand means what serves now."""
    await store.record([analysed(1, revision=7)], {})

    (resolved,) = await do(store, Deed.RESOLVE)

    assert resolved.resolution is not None
    assert (resolved.resolution.revisions, resolved.resolution.by) == ({"team/chat": 7}, "ada")


async def test_an_ignored_incident_counts_silently_until_its_time_is_over(store: SqlStore, clock: FakeClock) -> None:
    """Then the next event opens it."""
    await store.record(events(1), {})
    await do(store, Deed.IGNORE, until=clock.at + HOUR)

    clock.pass_(60)
    silent = await store.record(events(500, first=10, at=clock.at), {})
    clock.pass_(HOUR)
    opened = await store.record([analysed("later", at=clock.at)], {})

    assert [each.kind for each in silent.changes] == [ChangeOf.COUNTED]
    assert [(each.kind, each.incident.state) for each in opened.changes] == [(ChangeOf.EDITED, State.OPEN)]


async def test_an_hour_far_above_the_days_before_escalates_once(store: SqlStore, clock: FakeClock) -> None:
    """Three times the highest hour of seven days, and more than ten."""
    await store.record(events(8), {})
    clock.pass_(2 * HOUR)
    kinds = []
    for number in range(1, 31):
        recorded = await store.record([analysed(f"b{number}", at=clock.at)], {})
        kinds.append(recorded.changes[0].kind)

    assert kinds == [*[ChangeOf.COUNTED] * 24, ChangeOf.ESCALATING, *[ChangeOf.COUNTED] * 5]
    assert (await one(store)).state is State.ESCALATING


async def test_the_first_hour_of_an_episode_does_not_escalate(store: SqlStore) -> None:
    """Of a thousand new errors somebody is told once."""
    await store.record(events(1), {})

    recorded = await store.record(events(1_000, first=2), {})

    assert [each.kind for each in recorded.changes] == [ChangeOf.COUNTED]


async def test_hours_of_more_than_seven_days_ago_do_not_count(store: SqlStore, clock: FakeClock) -> None:
    """What was loud long ago is an escalation again."""
    await store.record(events(100), {})
    clock.pass_(8 * DAY)

    recorded = await store.record(events(11, first=200, at=clock.at), {})

    assert [each.kind for each in recorded.changes] == [ChangeOf.ESCALATING]


async def test_a_guess_gives_way_to_a_certainty_but_a_person_does_not(store: SqlStore) -> None:
    """The class may become better; never the fingerprint."""
    guess = replace(DIAGNOSIS, error_class=ErrorClass.UNKNOWN, confidence=0.1, ground=Ground.NOTHING)
    await store.record([analysed(1, diagnosis=guess)], {})
    before = (await one(store)).diagnosis
    await store.record([analysed(2)], {})
    after = (await one(store)).diagnosis
    await do(store, Deed.RECLASSIFY, **{"class": "content_filter"})
    await store.record([analysed(3)], {})

    assert (before, after) == (guess, DIAGNOSIS)
    assert (await one(store)).diagnosis.error_class is ErrorClass.CONTENT_FILTER
