"""One outage is one incident with children."""

import asyncio
from dataclasses import replace
from typing import Any

from sealane_api.diagnosis.error_class import Cause, ErrorClass
from sealane_investigator.incident.incident import Trigger
from sealane_investigator.interfaces import ChangeOf, Deed
from sealane_investigator.store.outages import OVER_AFTER
from sealane_investigator.store.store import SqlStore
from tests.support.stores import DIAGNOSIS, FakeClock, Opener, analysed, do, one

DOWN = replace(DIAGNOSIS, error_class=ErrorClass.BAD_GATEWAY)
RESET = replace(DIAGNOSIS, error_class=ErrorClass.CONNECTION_RESET)
OUTAGE = replace(DOWN, cause=Cause.PROVIDER_INCIDENT, cause_why="it fails for four routes at once")


async def recognise(store: SqlStore, number: int = 1) -> None:
    """Have the facts say that an incident is an outage of its provider."""
    incident = await one(store, number)
    trigger = Trigger.NEW if incident.episode == 1 else Trigger.REGRESSED
    lease = await store.lease(number, incident.episode, trigger, "replica", 60)
    assert lease is not None
    await store.write_back(lease, OUTAGE, None, None)


async def parents(store: SqlStore, count: int) -> list[int | None]:
    """The parent of each incident."""
    return [(await one(store, number)).parent for number in range(1, count + 1)]


async def test_an_outage_takes_what_it_explains_as_its_children(store: SqlStore) -> None:
    """What began with it and what begins while it goes on; not another host's errors, nor a refused key."""
    other = "api.z.ai"
    await store.record(
        [
            analysed(1, kind="a", diagnosis=DOWN),
            analysed(2, kind="b", diagnosis=RESET),
            analysed(3, kind="c", diagnosis=RESET, base_url_host=other),
            analysed(4, kind="d"),
        ],
        {},
    )
    before = await parents(store, 4)
    await recognise(store)
    await store.record(
        [analysed(5, kind="e", diagnosis=RESET), analysed(6, kind="f", diagnosis=RESET, base_url_host=other)], {}
    )

    assert before == [None] * 4
    assert await parents(store, 6) == [None, 1, None, None, 1, None]
    assert [(each.kind, each.incident.id) for each in await store.changes(4, 2) or []] == [
        (ChangeOf.DIAGNOSED, 1),
        (ChangeOf.EDITED, 2),
    ]


async def test_what_the_gateway_refuses_for_want_of_a_target_is_a_child_of_its_routes_outage(store: SqlStore) -> None:
    """It names no host. Refusals for other reasons, and those of other routes, are told of."""
    refused = replace(DIAGNOSIS, error_class=ErrorClass.NO_HEALTHY_UPSTREAM)
    ours: dict[str, Any] = {"provider": None, "base_url_host": None, "diagnosis": refused}
    await store.record([analysed(1, kind="a", diagnosis=DOWN), analysed(2, kind="before", **ours)], {})
    await recognise(store)
    await store.record(
        [
            analysed(3, kind="after", **ours),
            analysed(4, kind="elsewhere", **ours | {"route": "team/other"}),
            analysed(5, kind="other", **ours | {"diagnosis": DIAGNOSIS}),
        ],
        {},
    )

    assert await parents(store, 5) == [None, 1, 1, None, None]
    assert [each.incident.id for each in await store.claim("replica", 60, 10)] == [1, 4, 5]


async def test_of_several_incidents_that_turn_out_to_be_one_outage_one_is_the_parent(opener: Opener) -> None:
    """Also when replicas find out at the same moment."""
    first = await opener()
    stores = [first] if first._database.is_sqlite else [first, await opener(), await opener()]
    await first.record([analysed(number, kind=str(number), diagnosis=DOWN) for number in range(1, 7)], {})

    await asyncio.gather(*(recognise(stores[number % len(stores)], number) for number in range(1, 7)))

    found = await parents(first, 6)
    assert found.count(None) == 1
    assert len(set(found)) == 2


async def test_what_was_there_long_before_is_no_child(store: SqlStore, clock: FakeClock) -> None:
    """Its episode has nothing to do with the outage."""
    await store.record([analysed(1, kind="chronic", diagnosis=RESET)], {})
    clock.pass_(2 * OVER_AFTER)
    await store.record([analysed(2, kind="chronic", diagnosis=RESET, at=clock.at)], {})
    await store.record([analysed(3, kind="down", diagnosis=DOWN, at=clock.at)], {})

    await recognise(store, 2)

    assert await parents(store, 2) == [None, None]


async def test_a_chronic_error_is_no_outage_and_hides_none(store: SqlStore) -> None:
    """Of a class that an outage may explain, open for weeks perhaps: what follows is told of."""
    await store.record([analysed(1, kind="chronic", diagnosis=RESET)], {})

    await store.record([analysed(2, kind="new", diagnosis=DOWN)], {})

    assert await parents(store, 2) == [None, None]


async def test_an_outage_that_is_over_has_no_more_children(store: SqlStore, clock: FakeClock) -> None:
    """Resolved, or not seen for an hour."""
    await store.record([analysed(1, kind="a", diagnosis=DOWN)], {})
    await recognise(store)
    clock.pass_(OVER_AFTER + 1)
    await store.record([analysed(2, kind="b", diagnosis=RESET, at=clock.at)], {})
    await store.record([analysed(3, kind="a", diagnosis=DOWN, at=clock.at)], {})
    await do(store, Deed.RESOLVE)
    await store.record([analysed(4, kind="c", diagnosis=RESET, at=clock.at)], {})

    assert await parents(store, 3) == [None, None, None]


async def test_an_error_that_comes_back_during_an_outage_becomes_its_child(store: SqlStore, clock: FakeClock) -> None:
    """A parent is looked for whenever an episode begins."""
    await store.record([analysed(1, kind="a", diagnosis=RESET)], {})
    await do(store, Deed.RESOLVE)
    clock.pass_(60)
    await store.record([analysed(2, kind="b", diagnosis=DOWN, at=clock.at)], {})
    await recognise(store, 2)

    await store.record([analysed(3, kind="a", diagnosis=RESET, at=clock.at)], {})

    assert await parents(store, 2) == [2, None]
