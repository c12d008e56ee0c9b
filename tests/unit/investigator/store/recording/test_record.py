"""Counting a batch: exactly once, in one transaction, on both databases."""

import asyncio

import pytest

from sealane_investigator.errors import StoreUnavailable
from sealane_investigator.incident.incident import State, Trigger
from sealane_investigator.interfaces import ChangeOf, Query
from sealane_investigator.store.store import SqlStore
from tests.support.stores import HOUR, FakeClock, Opener, analysed, events, one


async def test_a_new_error_is_one_incident_with_all_that_is_known_of_it(store: SqlStore) -> None:
    """The first event makes the incident, its facets, its hour, its sample, a stream entry and an investigation."""
    recorded = await store.record(events(3), {})

    found = await one(store)
    assert (recorded.counted, recorded.replayed) == (3, 0)
    assert [(each.number, each.kind, each.incident) for each in recorded.changes] == [(1, ChangeOf.NEW, found)]
    assert (found.count, found.state, found.episode, found.subject) == (3, State.OPEN, 1, "moonshot@api.moonshot.ai")
    assert (await store.facets(1))["tenant"] == {"blue": 3}
    assert [count for _, count in await store.timeline(1, 2)] == [0, 3]
    assert {each.event.id for each in await store.occurrences(1, 10)} == {"event-1", "event-2", "event-3"}
    assert [(each.incident, each.trigger) for each in await store.waiting(10)] == [(1, Trigger.NEW)]


async def test_a_batch_that_is_sent_again_counts_once(store: SqlStore) -> None:
    """Whatever part of a batch was counted before, only the rest is counted."""
    await store.record(events(3), {})

    again = await store.record(events(5), {})
    nothing = await store.record(events(5), {})

    assert (again.counted, again.replayed) == (2, 3)
    assert (nothing.counted, nothing.replayed, nothing.changes) == (0, 5, ())
    assert (await one(store)).count == 5


async def test_an_event_that_is_twice_in_a_batch_counts_once(store: SqlStore) -> None:
    """Its id is what counts."""
    recorded = await store.record([*events(2), *events(2)], {})

    assert (recorded.counted, recorded.replayed) == (2, 2)


async def test_an_event_that_stands_for_many_counts_as_many(store: SqlStore) -> None:
    """An Event of Kubernetes says how often it happened."""
    await store.record([analysed(1, count=40)], {})

    assert (await one(store)).count == 40
    assert (await store.timeline(1, 1))[0][1] == 40


async def test_two_templates_and_two_providers_are_incidents_of_their_own(store: SqlStore) -> None:
    """The key is fingerprint and subject."""
    batch = [analysed(1), analysed(2, kind="b"), analysed(3, provider="zai", base_url_host="api.z.ai")]

    recorded = await store.record(batch, {})

    assert [each.kind for each in recorded.changes] == [ChangeOf.NEW] * 3
    assert [each.number for each in recorded.changes] == [1, 2, 3]
    assert len((await store.incidents(Query())).incidents) == 3


async def test_what_a_reporter_dropped_makes_the_count_a_lower_bound(store: SqlStore, clock: FakeClock) -> None:
    """For what it reports then and a while later, also when the batch that says so is a replay; for nobody else's."""
    await store.record([analysed(1)], {"router-1/1": 0})
    before = (await one(store)).at_least
    await store.record([analysed(1), analysed(3, kind="b", reporter="router-2")], {"router-1/1": 7})
    await store.record([analysed(2)], {"router-1/1": 7})
    clock.pass_(HOUR)
    await store.record([analysed(4, kind="c")], {"router-1/1": 7})

    assert before is False
    assert [(await one(store, number)).at_least for number in (1, 2, 3)] == [True, False, False]
    assert (await store.backlog()).dropped == 7


async def test_ten_thousand_equal_errors_from_three_replicas_are_one_incident(opener: Opener) -> None:
    """Count 10,000 exactly, one new incident, one investigation, a stream without a gap; some batches come twice."""
    first = await opener()
    stores = [first] if first._database.is_sqlite else [first, await opener(), await opener()]
    batches = [events(250, first=1 + 250 * number) for number in range(40)]
    work = [(stores[number % len(stores)], batch) for number, batch in enumerate([*batches, *batches[::4]])]

    recorded = await asyncio.gather(*(store.record(batch, {}) for store, batch in work))

    changes = sorted((each for result in recorded for each in result.changes), key=lambda each: each.number)
    assert sum(result.counted for result in recorded) == 10_000
    assert (await one(first)).count == 10_000
    assert [each.number for each in changes] == [*range(1, len(changes) + 1)]
    assert [each.kind for each in changes].count(ChangeOf.NEW) == 1
    assert len((await first.incidents(Query())).incidents) == 1
    assert len(await first.waiting(10)) == 1
    assert sum((await first.facets(1))["model"].values()) == 10_000
    assert sum(count for _, count in await first.timeline(1, 2)) == 10_000


async def test_replicas_that_see_many_kinds_in_different_orders_do_not_stop_each_other(opener: Opener) -> None:
    """Locks are taken in one order, so batches that overlap in every way all end, and each count is exact."""
    first = await opener()
    stores = [first] if first._database.is_sqlite else [first, await opener(), await opener()]
    kinds = [f"kind-{number}" for number in range(30)]

    def batch(number: int) -> list:  # type: ignore[type-arg]
        order = kinds[number % 30 :] + kinds[: number % 30]
        return [analysed(f"{number}-{kind}", kind=kind) for kind in (order if number % 2 else order[::-1])]

    recorded = await asyncio.gather(*(stores[number % len(stores)].record(batch(number), {}) for number in range(60)))

    counts = [incident.count for incident in (await first.incidents(Query(limit=100))).incidents]
    numbers = sorted(each.number for result in recorded for each in result.changes)
    assert counts == [60] * 30
    assert numbers == [*range(1, len(numbers) + 1)]


async def test_a_batch_that_fails_half_way_leaves_nothing(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given again, it counts in full: the ids and the counts are one transaction."""

    def broken(*_: object) -> None:
        raise StoreUnavailable("pulled the plug")

    with monkeypatch.context() as patch:
        patch.setattr("sealane_investigator.store.recording.record.publish", broken)
        with pytest.raises(StoreUnavailable):
            await store.record(events(60, tenant="green"), {})
    recorded = await store.record(events(60, tenant="green"), {})

    assert recorded.counted == 60
    number = recorded.changes[0].incident.id
    assert (await store.facets(number))["tenant"] == {"green": 60}
    assert len(await store.occurrences(number, 100)) == 51


async def test_a_text_that_no_database_takes_is_counted_all_the_same(store: SqlStore) -> None:
    """NUL, half a surrogate pair, a time that cannot be, a count without measure: none of them stops a batch."""
    odd = "a\0b\ud800"
    batch = [
        analysed("nul\0", kind="\0", tenant=odd, model=odd, route=odd, reporter=odd, provider=odd, base_url_host=odd),
        analysed("nan", occurred_at=float("nan"), count=10**30),
        analysed("early", occurred_at=-1.0, count=-5),
    ]

    recorded = await store.record(batch, {"a\0b/1": 2})

    assert recorded.counted == 3
    assert (await store.record(batch, {})).counted == 0
    assert sum(each.incident.count for each in recorded.changes) == 1_000_000_002
    assert [each.id for each in (await store.incidents(Query(facets={"tenant": odd}, text="down \0"))).incidents] != []


async def test_revisions_beyond_every_number_are_only_text(store: SqlStore) -> None:
    """A facet holds them as they are written."""
    await store.record([analysed(1, revision=2**62)], {})

    assert (await store.facets(1))["revision"] == {str(2**62): 1}
