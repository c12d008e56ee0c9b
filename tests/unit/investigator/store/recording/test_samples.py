"""Which events are kept whole."""

import pytest

from sealane_investigator.store.recording import samples
from sealane_investigator.store.recording.samples import FIRST_SAMPLES, RecentSamples
from sealane_investigator.store.store import SqlStore
from tests.support.stores import NOON, analysed, events


async def test_the_first_fifty_are_kept_then_one_a_minute(store: SqlStore) -> None:
    """Of one set of facets."""
    await store.record(events(200), {})
    await store.record(events(10, first=201, at=NOON + 60), {})
    await store.record(events(10, first=211, at=NOON + 60), {})

    assert len(await store.occurrences(1, 1_000)) == FIRST_SAMPLES + 1 + 1


async def test_an_event_that_stands_for_many_is_one_sample_of_the_first(store: SqlStore) -> None:
    """What comes after it is kept as well."""
    await store.record([analysed(1, count=1_000)], {})
    await store.record(events(30, first=2), {})
    await store.record(events(30, first=32), {})

    kept = await store.occurrences(1, 1_000)
    assert len(kept) == FIRST_SAMPLES + 1
    assert sum(each.event.count for each in kept) == 1_000 + FIRST_SAMPLES


async def test_each_set_of_facets_has_its_own_sample(store: SqlStore) -> None:
    """A rare tenant is seen beside a loud one."""
    await store.record(events(FIRST_SAMPLES), {})
    await store.record([*events(40, first=100), *events(1, first=200, tenant="rare")], {})

    tenants = [each.event.tenant for each in await store.occurrences(1, 1_000)]
    assert (len(tenants), tenants.count("rare")) == (FIRST_SAMPLES + 2, 1)


async def test_an_incident_has_so_many_samples_and_no_more(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until tidying makes room."""
    monkeypatch.setattr(samples, "MAX_SAMPLES", 60)

    for number in range(30):
        await store.record(events(10, first=10 * number, at=NOON - 60 * number), {})

    assert len(await store.occurrences(1, 1_000)) == 60


async def test_another_replica_keeps_no_second_sample_of_a_minute(store: SqlStore) -> None:
    """The database decides; what a process remembers only spares asking it."""
    await store.record(events(FIRST_SAMPLES + 1), {})
    store._memory.forget()

    await store.record(events(1, first=900), {})

    assert len(await store.occurrences(1, 1_000)) == FIRST_SAMPLES + 1


def test_what_is_remembered_is_bounded() -> None:
    """The oldest is forgotten first."""
    recent = RecentSamples()

    for number in range(50_001):
        recent.add((number, 0, "x"))

    assert (0, 0, "x") not in recent
    assert (50_000, 0, "x") in recent
