"""The store while PostgreSQL dies, restarts, is slow, or is not there."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from sealane_investigator.errors import SchemaTooOld, StoreUnavailable
from sealane_investigator.incident.incident import Analysed
from sealane_investigator.interfaces import ChangeOf, IncidentChange, Query
from sealane_investigator.settings.database import DatabaseSettings
from sealane_investigator.store.database import Database, _translated, open_database
from sealane_investigator.store.journal import Entry, publish
from sealane_investigator.store.migration import migrate, newest
from sealane_investigator.store.store import SqlStore, open_store
from tests.support.cluster_binaries import ProgramMissing
from tests.support.postgres import Postgres
from tests.support.stores import NOON, emptied, events, one


@pytest.fixture
def server() -> Iterator[Postgres]:
    """A server of this test alone, which keeps what it committed; where nobody has PostgreSQL, a skip that says so."""
    durable = Postgres(durable=True)
    try:
        durable.__enter__()
    except ProgramMissing as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    yield durable
    durable.__exit__(None, None, None)


def settings(server: Postgres) -> DatabaseSettings:
    """Waits that a server on a busy machine does not outlast."""
    return replace(DatabaseSettings(), database=server.url, pool_timeout=20.0, connect_timeout=20.0)


async def replayed(store: SqlStore, batch: list[Analysed]) -> int:
    """Give a batch to the store until it is counted, as the drain does; return how often that failed."""
    failures = 0
    while True:
        try:
            await store.record(batch, {})
        except StoreUnavailable:
            failures += 1
            await asyncio.sleep(0.02)
        else:
            return failures


async def test_what_is_replayed_after_a_crash_of_postgresql_is_counted_once_and_all_of_it(server: Postgres) -> None:
    """Killed three times amid 200 batches of two replicas: 4,000 events, a count of 4,000, a stream without a gap."""
    await emptied(server.url)
    stores = [await open_store(settings(server), lambda: NOON) for _ in range(2)]
    batches = [events(20, first=1 + 20 * number) for number in range(200)]
    failures = 0

    async def drain(store: SqlStore, share: list[list[Analysed]]) -> None:
        nonlocal failures
        for batch in share:
            failures += await replayed(store, batch)

    async def kill() -> None:
        for _ in range(3):
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
            await asyncio.sleep(0.1)

    await asyncio.gather(drain(stores[0], batches[::2]), drain(stores[1], batches[1::2]), kill())

    numbers = [change.number for change in await _all_changes(stores[0])]
    assert failures > 0
    assert (await one(stores[0])).count == 4_000
    assert sum(count for _, count in await stores[0].timeline(1, 2)) == 4_000
    assert numbers == [*range(1, len(numbers) + 1)]
    for store in stores:
        await store.close()


async def _all_changes(store: SqlStore) -> list[IncidentChange]:
    found: list[IncidentChange] = []
    while page := await store.changes(len(found), 1_000):
        found += page
    return found


async def test_a_slow_transaction_hides_no_stream_entry_from_who_reads_meanwhile(server: Postgres) -> None:
    """Whoever reads up to a number misses nothing: an entry with a lower number never appears afterwards."""
    await emptied(server.url)
    fast, slow = await open_store(settings(server), lambda: NOON), open_database(settings(server))
    await fast.record(events(1), {})
    async with slow._writing.begin() as connection:
        number = (await connection.run_sync(lambda to: publish(to, [Entry(ChangeOf.EDITED, 1, 1)], NOON)))[0]
        waiting = asyncio.ensure_future(fast.record(events(1, first=2), {}))
        await _until_it_waits(fast)
        meanwhile = await fast.changes(1, 10)
    await waiting
    afterwards = await fast.changes(1, 10)

    assert number == 2
    assert meanwhile == []
    assert afterwards is not None
    assert [(each.number, each.kind) for each in afterwards] == [(2, ChangeOf.EDITED), (3, ChangeOf.COUNTED)]
    await slow.close()
    await fast.close()


async def _until_it_waits(store: SqlStore) -> None:
    """Until a transaction waits for a row."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    while not await store._database.read(  # noqa: ASYNC110 - PostgreSQL tells nobody
        lambda to: to.exec_driver_sql(query).scalar_one()
    ):
        await asyncio.sleep(0.01)


async def test_a_database_that_is_not_there_is_named_with_what_to_do(server: Postgres) -> None:
    """The text says nothing of addresses or passwords; when it is back, the store works without a restart."""
    await emptied(server.url)
    store = await open_store(settings(server), lambda: NOON)
    await store.record(events(1), {})
    server.kill()

    with pytest.raises(StoreUnavailable) as refused:
        await store.record(events(2), {})
    server.start()
    recorded = await store.record(events(2), {})

    assert "SEALANE_DATABASE" in str(refused.value)
    assert "sealane-pg" not in str(refused.value)
    assert (recorded.counted, recorded.replayed) == (1, 1)
    await store.close()


async def test_a_pool_without_a_free_connection_says_so_in_time(server: Postgres) -> None:
    """Work waits as long as the settings say, then the store is unavailable."""
    await emptied(server.url)
    store = await open_store(replace(settings(server), pool=1, pool_timeout=0.1), lambda: NOON)
    async with store._database._engine.connect():
        with pytest.raises(StoreUnavailable, match="SEALANE_DATABASE_POOL"):
            await store.incidents(Query())
    await store.close()


async def test_a_statement_that_takes_too_long_is_given_up(server: Postgres) -> None:
    """And its connection is fit for the next one."""
    await emptied(server.url)
    database = open_database(replace(settings(server), pool=1, statement_timeout=1.0))

    with pytest.raises(StoreUnavailable):
        await database.write(lambda to: to.exec_driver_sql("SELECT pg_sleep(60)"))

    assert await database.write(lambda to: to.exec_driver_sql("SELECT 7").scalar_one()) == 7
    await database.close()


async def test_a_replica_that_hangs_in_a_transaction_does_not_stop_the_others_for_ever(server: Postgres) -> None:
    """PostgreSQL ends it, and with it its hold on the row that numbers the stream."""
    await emptied(server.url)
    hanging = open_database(replace(settings(server), statement_timeout=1.5))
    store = await open_store(settings(server), lambda: NOON)
    await store.record(events(1), {})

    with pytest.raises(StoreUnavailable):
        async with asyncio.timeout(30):
            await _hang(hanging, store)

    assert (await one(store)).count == 2
    await hanging.close()
    await store.close()


async def _hang(hanging: Database, store: SqlStore) -> None:
    """Take the next number, wait until the other one's batch is counted all the same, then go on as if nothing was."""
    with _translated():
        async with hanging._writing.begin() as connection:
            await connection.run_sync(lambda to: publish(to, [Entry(ChangeOf.EDITED, 1, 1)], NOON))
            await store.record(events(1, first=2), {})
            await connection.exec_driver_sql("SELECT 1")


async def test_a_role_that_may_only_use_its_own_schema_is_enough(server: Postgres) -> None:
    """An administrator made the schema; without ``pg_trgm`` searches read all texts and find the same."""
    admin = open_database(settings(server))

    def prepare(connection: Connection) -> None:
        for statement in ("CREATE ROLE clerk LOGIN", "CREATE SCHEMA sealane AUTHORIZATION clerk"):
            connection.exec_driver_sql(statement)

    await admin.write(prepare)
    clerk = replace(settings(server), database=server.url.replace("ada@", "clerk@"))
    database = open_database(clerk)
    await migrate(database)
    store = await open_store(clerk, lambda: NOON)
    await store.record(events(2), {})

    indexes = "SELECT indexname FROM pg_indexes WHERE tablename = 'incident_texts'"
    found = await admin.read(lambda to: to.exec_driver_sql(indexes).scalars().all())
    assert found == ["incident_texts_pkey"]
    assert [each.count for each in (await store.incidents(Query(text="slow down"))).incidents] == [2]
    assert set((await store.tidy()).values()) == {0}
    await store.close()
    await database.close()
    await admin.close()


async def test_an_older_schema_is_refused_with_the_command_to_run(server: Postgres) -> None:
    """PostgreSQL is migrated on purpose; replicas that migrate at once do it one after the other."""
    with pytest.raises(SchemaTooOld, match="sealane-investigator migrate"):
        await open_store(settings(server))

    databases = [open_database(settings(server)) for _ in range(3)]
    versions = await asyncio.gather(*(migrate(database) for database in databases))
    store = await open_store(settings(server))

    assert versions == [newest()] * 3
    for database in databases:
        await database.close()
    await store.close()
