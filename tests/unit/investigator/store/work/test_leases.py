"""Investigations: once each, whoever does it."""

import asyncio
from dataclasses import replace

import pytest

from sealane_api.diagnosis.error_class import Action, ErrorClass
from sealane_investigator.errors import StaleFence
from sealane_investigator.incident.diagnosis import Ground
from sealane_investigator.incident.facts import Facts
from sealane_investigator.incident.incident import Trigger
from sealane_investigator.incident.recommendation import Change, ChangeKind, Recommendation, Rollback
from sealane_investigator.interfaces import ChangeOf, Deed, Lease
from sealane_investigator.store.store import SqlStore
from sealane_investigator.store.work.leases import MAX_TRIES
from tests.support.stores import DIAGNOSIS, NOON, Opener, do, events, one

FOUND = replace(
    DIAGNOSIS, error_class=ErrorClass.AUTH_INVALID_KEY, ground=Ground.MODEL, why="the key is of another site"
)
ADVICE = Recommendation(
    action=Action.ROLL_BACK,
    text="Undo revision 3.",
    change=Change(kind=ChangeKind.KUBECTL, text="kubectl sealane undo chat -n team"),
    rollback=Rollback(route="team/chat", from_revision=3, to_revision=2),
)


async def taken(store: SqlStore, seconds: float = 60, owner: str = "replica") -> Lease:
    """The investigation of the first incident, which is free."""
    lease = await store.lease(1, 1, Trigger.NEW, owner, seconds)
    assert lease is not None
    return lease


async def test_of_many_replicas_one_investigates(opener: Opener) -> None:
    """By one conditional update; and once it is done, nobody does it again."""
    first = await opener()
    stores = [first] if first._database.is_sqlite else [first, await opener(), await opener()]
    await first.record(events(1), {})

    leases = await asyncio.gather(*(stores[n % len(stores)].lease(1, 1, Trigger.NEW, f"r{n}", 60) for n in range(12)))

    (lease,) = [each for each in leases if each is not None]
    await first.write_back(lease, FOUND, ADVICE, None)
    assert await first.lease(1, 1, Trigger.NEW, "late", 60) is None
    assert await first.waiting(10) == []


async def test_a_result_is_written_whole(store: SqlStore) -> None:
    """Diagnosis, recommendation, facts, and an entry of the stream."""
    await store.record(events(1), {})

    written = await store.write_back(await taken(store), FOUND, ADVICE, Facts(at=NOON, missing=("no routers",)))

    assert written == await one(store)
    assert (written.diagnosis, written.recommendation) == (FOUND, ADVICE)
    assert [each.kind for each in await store.changes(1, 5) or []] == [ChangeOf.DIAGNOSED]


async def test_who_was_overtaken_writes_nothing(store: SqlStore) -> None:
    """Its lease ran out, another took over; the fence tells."""
    await store.record(events(1), {})
    slow = await taken(store, seconds=0)
    quick = await taken(store, owner="another")

    with pytest.raises(StaleFence):
        await store.write_back(slow, FOUND, None, None)
    await store.release(slow, 0)

    assert quick.fence == slow.fence + 1
    assert (await one(store)).diagnosis == DIAGNOSIS
    assert (await store.write_back(quick, FOUND, None, None)).diagnosis == FOUND
    with pytest.raises(StaleFence):
        await store.write_back(quick, FOUND, None, None)


async def test_a_lease_that_ran_out_may_be_written_while_nobody_took_over(store: SqlStore) -> None:
    """The work was done, and only once."""
    await store.record(events(1), {})

    assert (await store.write_back(await taken(store, seconds=0), FOUND, None, None)).diagnosis == FOUND


async def test_an_investigation_that_fails_every_time_is_given_up(store: SqlStore) -> None:
    """After five tries; a person who asks has it done all the same."""
    await store.record(events(1), {})
    for _ in range(MAX_TRIES):
        await store.release(await taken(store), 0)

    assert await store.waiting(10) == []
    assert await store.lease(1, 1, Trigger.NEW, "replica", 60) is None
    assert (await store.backlog()).investigations == 0

    await do(store, Deed.INVESTIGATE)

    assert [each.trigger for each in await store.waiting(10)] == [Trigger.ASKED]


async def test_one_that_is_given_back_waits_as_long_as_it_says(store: SqlStore) -> None:
    """Then it is there again."""
    await store.record(events(1), {})

    await store.release(await taken(store), 3_600)

    assert await store.waiting(10) == []
    assert (await store.backlog()).investigations == 1


async def test_what_a_person_said_of_the_class_stays(store: SqlStore) -> None:
    """The investigation is done, and its class is not written."""
    await store.record(events(1), {})
    lease = await taken(store)
    await do(store, Deed.RECLASSIFY, **{"class": "content_filter"})

    written = await store.write_back(lease, FOUND, ADVICE, None)

    assert (written.diagnosis.error_class, written.recommendation) == (ErrorClass.CONTENT_FILTER, None)


async def test_nobody_investigates_what_is_not_there(store: SqlStore) -> None:
    """An incident may be deleted while somebody holds its number."""
    assert await store.lease(99, 1, Trigger.NEW, "replica", 60) is None
