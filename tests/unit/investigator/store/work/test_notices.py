"""Notices: one replica each, and one for an outage."""

import asyncio
import time
from dataclasses import replace

from sealane_api.diagnosis.error_class import Cause, ErrorClass
from sealane_investigator.incident.incident import Trigger
from sealane_investigator.interfaces import ChangeOf, Deed
from sealane_investigator.store.outages import OVER_AFTER
from sealane_investigator.store.store import SqlStore
from sealane_investigator.store.work.notices import MAX_ATTEMPTS
from tests.support.stores import DIAGNOSIS, HOUR, FakeClock, Opener, analysed, do, events

RESET = replace(DIAGNOSIS, error_class=ErrorClass.CONNECTION_RESET)
OUTAGE = replace(RESET, cause=Cause.PROVIDER_INCIDENT)


async def recognise(store: SqlStore) -> None:
    """Have the facts say that the first incident is an outage of its provider."""
    lease = await store.lease(1, 1, Trigger.NEW, "replica", 60)
    assert lease is not None
    await store.write_back(lease, OUTAGE, None, None)


async def _claimed(store: SqlStore) -> list[tuple[ChangeOf, int]]:
    return [(each.kind, each.incident.id) for each in await store.claim("replica", 60, 100)]


async def test_each_notice_is_claimed_by_one_replica(opener: Opener) -> None:
    """However many ask at once; none is lost."""
    first = await opener()
    stores = [first] if first._database.is_sqlite else [first, await opener(), await opener()]
    await first.record([analysed(number, kind=str(number)) for number in range(30)], {})

    claims = await asyncio.gather(*(stores[n % len(stores)].claim(f"r{n}", 60, 5) for n in range(9)))
    rest = await first.claim("rest", 60, 100)

    numbers = sorted(each.id for claim in (*claims, rest) for each in claim)
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 30


async def test_a_claim_that_ran_out_is_made_again_and_the_first_cannot_settle(store: SqlStore) -> None:
    """A replica that died while sending: the message may arrive twice, and never not at all."""
    await store.record(events(1), {})
    (slow,) = await store.claim("slow", 0, 10)
    (quick,) = await store.claim("quick", 60, 10)

    assert await store.settle(slow, "sent") is False
    assert await store.settle(quick, "sent") is True
    assert await store.settle(quick, "sent") is False
    assert (slow.attempts, quick.attempts) == (1, 2)
    assert (await store.backlog()).notices == 0


async def test_what_could_not_be_sent_is_tried_again_and_given_up_in_the_end(store: SqlStore) -> None:
    """A receiver that is gone for good is not asked for ever."""
    await store.record(events(1), {})
    attempts = 0
    while claimed := await store.claim("replica", 60, 10):
        attempts += 1
        await store.settle(claimed[0], "refused", retry_in=0)

    assert attempts == MAX_ATTEMPTS
    assert (await store.backlog()).notices == 0


async def test_one_that_waits_for_its_next_try_is_not_due(store: SqlStore) -> None:
    """The receiver says how long."""
    await store.record(events(1), {})
    (notice,) = await store.claim("replica", 60, 10)

    await store.settle(notice, "busy", retry_in=3_600)

    assert await store.claim("replica", 60, 10) == []


async def test_an_outage_is_one_page(store: SqlStore, clock: FakeClock) -> None:
    """Its children wait while it is open; when it is resolved, those that go on are told of, the others are not."""
    await store.record([analysed(n, kind=f"child {n}", diagnosis=RESET) for n in (1, 2, 3)], {})
    await recognise(store)
    during = await _claimed(store)
    clock.pass_(60)
    await do(store, Deed.RESOLVE)
    resolved = await _claimed(store)
    clock.pass_(60)
    await store.record([analysed(4, kind="child 2", diagnosis=RESET, at=clock.at)], {})

    assert during == [(ChangeOf.NEW, 1)]
    assert resolved == [(ChangeOf.RESOLVED, 1)]
    assert await _claimed(store) == [(ChangeOf.NEW, 2)]
    assert (await store.backlog()).held == 1


async def test_a_child_that_goes_on_when_its_outage_died_down_is_told_of(store: SqlStore, clock: FakeClock) -> None:
    """Though nobody has resolved the parent; a child that ended with it stays silent."""
    await store.record([analysed(n, kind=f"child {n}", diagnosis=RESET) for n in (1, 2, 3)], {})
    await recognise(store)
    await _claimed(store)
    clock.pass_(OVER_AFTER + 1)
    quiet = await _claimed(store)
    await store.record([analysed(4, kind="child 2", diagnosis=RESET, at=clock.at)], {})

    assert quiet == []
    assert await _claimed(store) == [(ChangeOf.NEW, 2)]


async def test_children_of_an_ignored_outage_are_silent_too(store: SqlStore, clock: FakeClock) -> None:
    """Whoever ignores an outage ignores what it causes."""
    await store.record([analysed(1, kind="a")], {})
    await do(store, Deed.IGNORE)
    await store.record([analysed(2, kind="b")], {})
    await store.link(1, [2])

    assert await _claimed(store) == [(ChangeOf.NEW, 1)]


async def test_what_an_outage_may_explain_is_told_of_when_it_can_be_known(opener: Opener, clock: FakeClock) -> None:
    """Its notice waits a little; another one does not."""
    clock.at = time.time()
    store = await opener()
    await store.record([analysed(1, kind="a", at=clock.at), analysed(2, kind="b", at=clock.at, diagnosis=RESET)], {})

    assert await _claimed(store) == [(ChangeOf.NEW, 1)]
    assert (await store.backlog()).notices == 2


async def test_a_notice_of_what_was_merged_is_not_sent(store: SqlStore, clock: FakeClock) -> None:
    """The other one's is."""
    await store.record([analysed(1), analysed(2, kind="b")], {})
    await do(store, Deed.MERGE, 2, into=1)
    clock.pass_(HOUR)

    assert await _claimed(store) == [(ChangeOf.NEW, 1)]
