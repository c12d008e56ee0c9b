"""Deleting what is too old, a step at a time."""

import pytest
from sqlalchemy import func, select

from sealane_investigator.interfaces import Deed, Query
from sealane_investigator.store import schema
from sealane_investigator.store.recording import samples
from sealane_investigator.store.store import SqlStore
from sealane_investigator.store.work import retention
from tests.support.stores import DAY, NOON, FakeClock, Opener, analysed, do, events, numbered, one


async def rows(store: SqlStore, name: str) -> int:
    """How many rows a table has."""
    table = schema.metadata.tables[f"{schema.SCHEMA}.{name}"]
    return int(await store._database.read(lambda to: to.execute(select(func.count()).select_from(table)).scalar_one()))


async def test_an_event_is_known_as_long_as_anybody_may_replay_it(opener: Opener, clock: FakeClock) -> None:
    """So long after it was told last its id is forgotten, and it would count again."""
    store = await opener(seen_retention=3 * DAY)
    await store.record(events(2), {})
    clock.pass_(3 * DAY)
    within = (await store.tidy())["seen"], (await store.record(events(2), {})).counted
    clock.pass_(4 * DAY)

    assert within == (0, 0)
    assert (await store.tidy())["seen"] == 2


async def test_a_number_is_known_as_long_as_an_id(opener: Opener, clock: FakeClock) -> None:
    """A stretch that is continued is known as a whole."""
    store = await opener(seen_retention=3 * DAY)
    await store.record(numbered(1, 2, 9), {})
    clock.pass_(2 * DAY)
    await store.record(numbered(3), {})
    clock.pass_(2 * DAY)

    done = (await store.tidy())["seen"]
    assert (done, (await store.record(numbered(1, 2, 3, 9), {})).counted) == (1, 1)


async def test_a_step_is_bounded(store: SqlStore, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left is done by the next ones."""
    monkeypatch.setattr(retention, "TIDY_STEP", 7)
    await store.record(events(20), {})
    clock.pass_(30 * DAY)

    assert [(await store.tidy())["seen"] for _ in range(4)] == [7, 7, 6, 0]


async def test_old_samples_go_and_counts_stay(opener: Opener, clock: FakeClock) -> None:
    """There is room for new ones again."""
    store = await opener(occurrence_retention=5 * DAY)
    await store.record(events(60), {})
    clock.pass_(6 * DAY)
    await store.record([analysed("new", at=clock.at)], {})

    done = await store.tidy()
    for number in range(3):
        await store.record([analysed(100 + number, at=clock.pass_(60))], {})

    assert done["samples"] == 51
    assert (await one(store)).count == 64
    assert len(await store.occurrences(1, 100)) == 4


async def test_an_incident_that_is_full_keeps_the_first_and_the_newest(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The middle goes."""
    for module in (samples, retention):
        monkeypatch.setattr(module, "MAX_SAMPLES", 70)
        monkeypatch.setattr(module, "FIRST_SAMPLES", 50)
    monkeypatch.setattr(retention, "KEPT_SAMPLES", 60)
    await store.record(events(50), {})
    await store.record([analysed(100 + n, at=NOON + 60 * n) for n in range(1, 2)], {})
    for number in range(30):
        await store.record([analysed(200 + number, at=NOON - 60 * (number + 1))], {})

    done = await store.tidy()

    left = [each.event.id for each in await store.occurrences(1, 100)]
    assert done["thinned"] == 10
    assert len(left) == 60
    assert {"event-1", "event-50", "event-101", "event-200"} <= set(left)
    assert "event-218" not in left


async def test_a_resolved_incident_goes_in_the_end_with_all_it_has(opener: Opener, clock: FakeClock) -> None:
    """An open one never does, and its key begins another incident."""
    store = await opener(incident_retention=40 * DAY)
    await store.record([analysed(1), analysed(2, kind="b"), analysed(3, kind="c")], {})
    await do(store, Deed.MERGE, 3, into=1)
    await do(store, Deed.RESOLVE, 1)
    clock.pass_(41 * DAY)
    await store.record([analysed("alive", kind="b", at=clock.at)], {})
    await store.tidy()
    await store.tidy()

    assert [each.id for each in (await store.incidents(Query())).incidents] == [2]
    assert [await rows(store, name) for name in ("error_investigations", "incident_keys")] == [1, 1]
    assert [await rows(store, name) for name in ("incident_deeds", "incident_texts")] == [0, 1]

    recorded = await store.record([analysed("again", kind="c", at=clock.at)], {})

    assert recorded.changes[0].incident.count == 1


async def test_hours_go_after_a_year_and_counts_stay(store: SqlStore, clock: FakeClock) -> None:
    """An incident may live longer."""
    await store.record([analysed(1, at=NOON - 400 * DAY), analysed(2)], {})

    done = await store.tidy()

    assert (done["hours"], await rows(store, "incident_hours"), (await one(store)).count) == (1, 1, 2)


async def test_the_stream_never_outlives_an_incident(store: SqlStore) -> None:
    """So it has no hole: an incident is kept longer than any entry about it."""
    assert store._settings.incident_retention > retention.STREAM_RETENTION


async def test_notices_facts_limits_and_reporters_go(store: SqlStore, clock: FakeClock) -> None:
    """Each after its time."""
    await store.record(events(1), {"router-1/1": 3})
    await store.spend(5)
    clock.pass_(100 * DAY)

    done = await store.tidy()

    assert (done["quiet"], done["notices"], done["small"] >= 2) == (1, 1, True)
    assert [await rows(store, name) for name in ("intake_limits", "reporters")] == [0, 0]
