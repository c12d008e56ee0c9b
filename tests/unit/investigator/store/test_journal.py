"""Numbers in the order of commits."""

import pytest
from sqlalchemy import select

from sealane_investigator.incident.incident import Trigger
from sealane_investigator.interfaces import ChangeOf
from sealane_investigator.store.journal import Entry, ask, publish
from sealane_investigator.store.schema import investigations, outbox
from sealane_investigator.store.store import SqlStore
from tests.support.stores import NOON, events


async def test_what_is_rolled_back_leaves_no_gap(store: SqlStore) -> None:
    """Its numbers are given to the next one."""
    await store.record(events(1), {})

    def fail(connection: object) -> None:
        publish(connection, [Entry(ChangeOf.EDITED, 1, 1)], NOON)  # type: ignore[arg-type]
        raise LookupError

    with pytest.raises(LookupError):
        await store._database.write(fail)
    numbers = await store._database.write(lambda to: publish(to, [Entry(ChangeOf.EDITED, 1, 1)] * 2, NOON))

    assert numbers == [2, 3]


async def test_only_what_somebody_should_know_makes_a_notice(store: SqlStore) -> None:
    """Counting, editing and diagnosing do not."""
    await store.record(events(1), {})
    kinds = [ChangeOf.COUNTED, ChangeOf.EDITED, ChangeOf.DIAGNOSED, ChangeOf.RESOLVED, ChangeOf.ESCALATING]

    await store._database.write(lambda to: publish(to, [Entry(kind, 1, 1) for kind in kinds], NOON))

    told = await store._database.read(
        lambda to: to.execute(select(outbox.c.kind).order_by(outbox.c.id)).scalars().all()
    )
    assert told == ["new", "resolved", "escalating"]


async def test_nothing_to_publish_takes_no_number(store: SqlStore) -> None:
    """An empty transaction waits for nobody."""
    assert await store._database.write(lambda to: publish(to, [], NOON)) == []
    assert (await store.backlog()).stream == 0


async def test_an_investigation_is_asked_for_once(store: SqlStore) -> None:
    """Incident, episode and trigger name it."""
    await store.record(events(1), {})

    for _ in range(2):
        await store._database.write(lambda to: ask(to, [(1, 1, Trigger.NEW), (1, 2, Trigger.REGRESSED)], NOON))

    query = select(investigations.c.episode, investigations.c.trigger).order_by(investigations.c.episode)
    rows = await store._database.read(lambda to: to.execute(query).all())
    assert [tuple(row) for row in rows] == [(1, "new"), (2, "regressed")]
