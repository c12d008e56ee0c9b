"""Which incident an event belongs to."""

import asyncio

import pytest

from sealane_investigator.incident.incident import Incident
from sealane_investigator.interfaces import Deed, Query
from sealane_investigator.store.recording.identity import MAX_NEW_PER_HOUR, OVERFLOW_TITLE
from sealane_investigator.store.store import SqlStore
from tests.support.stores import HOUR, FakeClock, Opener, analysed, do, one


async def _all(store: SqlStore) -> list[Incident]:
    return sorted((await store.incidents(Query(limit=200))).incidents, key=lambda each: each.id)


async def test_an_upgrade_of_the_fingerprint_makes_no_second_incident(store: SqlStore) -> None:
    """An event of the new version carries the former hash, and joins what that one made."""
    await store.record([analysed(1, kind="old")], {})

    await store.record([analysed(2, kind="new", former="v1:old")], {})
    await store.record([analysed(3, kind="new")], {})

    assert [each.count for each in await _all(store)] == [3]


async def test_a_replica_of_the_release_before_joins_what_a_newer_one_made(store: SqlStore) -> None:
    """During a rolling upgrade both versions report; the new one registered both hashes."""
    await store.record([analysed(1, kind="new", former="v1:old")], {})

    await store.record([analysed(2, kind="old")], {})

    assert [each.count for each in await _all(store)] == [2]


async def test_the_former_hash_of_a_known_error_is_learnt_later(store: SqlStore) -> None:
    """Also when the new hash was there first."""
    await store.record([analysed(1, kind="new")], {})
    await store.record([analysed(2, kind="new", former="v1:old")], {})

    await store.record([analysed(3, kind="old")], {})

    assert [each.count for each in await _all(store)] == [3]


async def test_two_templates_that_were_one_before_stay_one(store: SqlStore) -> None:
    """In one batch too, whichever comes first."""
    await store.record([analysed(1, kind="b", former="v1:old"), analysed(2, kind="a", former="v1:old")], {})
    await store.record([analysed(3, kind="c", former="v1:old")], {})

    assert [each.count for each in await _all(store)] == [3]


async def test_old_and_new_replicas_that_see_an_error_at_once_make_one_incident(opener: Opener) -> None:
    """Whoever loses the key joins the winner, and what it had begun is gone."""
    first = await opener()
    stores = [first] if first._database.is_sqlite else [first, await opener(), await opener()]
    batches = [
        [analysed(number, kind="old")] if number % 2 else [analysed(number, kind="new", former="v1:old")]
        for number in range(24)
    ]

    await asyncio.gather(*(stores[number % len(stores)].record(batch, {}) for number, batch in enumerate(batches)))

    assert [each.count for each in await _all(first)] == [24]
    assert len(await first.waiting(10)) == 1


async def test_what_a_person_merged_stays_merged_whatever_the_algorithm_says(store: SqlStore) -> None:
    """Later events of both keys count in one incident."""
    await store.record([analysed(1, kind="a"), analysed(2, kind="b")], {})
    await do(store, Deed.MERGE, 2, into=1)

    await store.record([analysed(3, kind="b"), analysed(4, kind="a"), analysed(5, kind="x", former="v1:b")], {})

    assert [(each.id, each.count) for each in await _all(store)] == [(1, 5)]


async def test_beyond_200_new_incidents_an_hour_the_rest_is_one(store: SqlStore, clock: FakeClock) -> None:
    """Nothing is lost: the sum of all counts is the number of events. The next hour has its own 200."""
    batch = [analysed(number, kind=f"k{number}") for number in range(MAX_NEW_PER_HOUR + 30)]
    await store.record(batch[:150], {})
    await store.record(batch[150:], {})
    await store.record([analysed("more", kind="more"), analysed("known", kind="k1")], {})
    incidents = await _all(store) + list((await store.incidents(Query(text="more than 200"))).incidents)

    overflow = [each for each in incidents if each.title == OVERFLOW_TITLE]
    assert [each.count for each in overflow][:1] == [31]
    assert sum(each.count for each in {each.id: each for each in incidents}.values()) >= MAX_NEW_PER_HOUR + 31
    assert (await one(store, 2)).count == 2

    clock.pass_(HOUR)
    await store.record([analysed("again", kind="more", at=clock.at)], {})

    assert (await store.incidents(Query(text="more"))).incidents[0].fingerprint == "v1:more"


async def test_each_source_has_a_limit_of_its_own(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A router with a defect does not silence the others."""
    monkeypatch.setattr("sealane_investigator.store.recording.identity.MAX_NEW_PER_HOUR", 3)
    loud = [analysed(f"a{number}", kind=f"a{number}", reporter="loud") for number in range(10)]

    await store.record([*loud, *(analysed(f"b{n}", kind=f"b{n}", reporter="calm") for n in range(3))], {})

    found = await _all(store)
    assert len(found) == 3 + 3 + 1
    assert sum(each.count for each in found) == 13


async def test_who_loses_the_race_for_a_key_spends_nothing_of_the_limit(opener: Opener) -> None:
    """Many replicas that see the same new errors at once make each once, and none overflows."""
    first = await opener()
    stores = [first] if first._database.is_sqlite else [first, await opener(), await opener()]
    kinds = [f"k{number}" for number in range(40)]

    def batch(number: int) -> list:  # type: ignore[type-arg]
        return [analysed(f"{number}-{kind}", kind=kind) for kind in kinds]

    await asyncio.gather(*(stores[number % len(stores)].record(batch(number), {}) for number in range(18)))

    assert [each.count for each in await _all(first)] == [18] * 40
