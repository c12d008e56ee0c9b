"""Connections, transactions that are tried again, and errors in our words."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from sealane_investigator.errors import StoreUnavailable
from sealane_investigator.settings.database import DatabaseSettings
from sealane_investigator.store.database import MAX_TRIES, Again, Database, open_database


def losing(times: int) -> tuple[Callable[[Connection], int], list[int]]:
    """Work that loses to another transaction so many times; and how often it was begun."""
    begun: list[int] = []

    def work(connection: Connection) -> int:
        begun.append(1)
        connection.execute(text("INSERT INTO sealane_test (x) VALUES (1)"))
        if len(begun) <= times:
            raise Again
        return int(connection.execute(text("SELECT count(*) FROM sealane_test")).scalar_one())

    return work, begun


@pytest.fixture
async def scratch(database: Database) -> Database:
    """A database with one more table."""

    def make(connection: Connection) -> None:
        connection.execute(text("DROP TABLE IF EXISTS sealane_test"))
        connection.execute(text("CREATE TABLE sealane_test (x INTEGER UNIQUE)"))

    await database.write(make)
    return database


async def test_a_transaction_that_lost_is_begun_again_from_nothing(scratch: Database) -> None:
    """What it had written is gone, and in the end its work is there once."""
    work, begun = losing(2)

    assert await scratch.write(work) == 1
    assert len(begun) == 3


async def test_a_transaction_that_always_loses_is_given_up(scratch: Database) -> None:
    """After a bounded number of tries; the caller tries later."""
    work, begun = losing(100)

    with pytest.raises(StoreUnavailable, match="tried later"):
        await scratch.write(work)
    assert len(begun) == MAX_TRIES


async def test_a_defect_of_ours_is_no_outage(scratch: Database) -> None:
    """Whoever waits for the database to come back would wait for ever; and the error shows no values."""

    def twice(connection: Connection) -> None:
        connection.execute(text("INSERT INTO sealane_test (x) VALUES (:x)"), [{"x": 41}])
        connection.execute(text("INSERT INTO sealane_test (x) VALUES (:x)"), [{"x": 41}])

    with pytest.raises(DBAPIError) as refused:
        await scratch.write(twice)
    assert "parameters: " not in str(refused.value)


async def test_sqlite_keeps_a_write_ahead_log_and_what_belongs_together(tmp_path: Path) -> None:
    """Who reads does not wait for the writer; a committed transaction is on the disk."""
    database = open_database(replace(DatabaseSettings(), database=f"sqlite:///{tmp_path / 'x.db'}"))

    def pragmas(connection: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names]

    assert await database.read(pragmas) == ["wal", 2, 1]
    await database.close()


async def test_a_folder_that_is_not_there_is_an_outage_with_its_remedy() -> None:
    """The setting is named."""
    database = open_database(replace(DatabaseSettings(), database="sqlite:////nowhere/at/all.db"))

    with pytest.raises(StoreUnavailable, match="SEALANE_DATABASE"):
        await database.read(lambda to: to.execute(text("SELECT 1")))
    await database.close()
    for _ in range(1_000):  # the driver's thread tells this loop that it ended, although nobody asked
        if not any("_connection_worker" in each.name for each in threading.enumerate()):
            break
        await asyncio.sleep(0.001)


async def test_a_server_that_is_not_there_is_an_outage_that_names_no_password(tmp_path: Path) -> None:
    """Neither the address nor what is in it is said."""
    address = f"postgresql://ada:hunter2@/x?host={tmp_path}"
    database = open_database(replace(DatabaseSettings(), database=address))

    with pytest.raises(StoreUnavailable) as refused:
        await database.write(lambda to: to.execute(text("SELECT 1")))
    assert "hunter2" not in str(refused.value)
    assert str(tmp_path) not in str(refused.value)
    await database.close()


async def test_the_password_is_read_whenever_a_connection_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rotated one needs no restart."""
    file = tmp_path / "password"
    given: list[object] = []

    async def connect(*_: object, password: Callable[[], str], **__: object) -> None:
        given.append(password())
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncpg, "connect", connect)
    database = open_database(replace(DatabaseSettings(), database="postgresql://ada@db/x", password_file=file))
    for password in ("first", "second"):
        file.write_text(f"{password}\n", encoding="utf-8")
        with pytest.raises(StoreUnavailable):
            await database.read(lambda to: to.execute(text("SELECT 1")))

    assert given == ["first", "second"]
    await database.close()


async def test_writers_of_one_sqlite_file_take_turns(tmp_path: Path) -> None:
    """None of them fails because another one writes."""
    database = open_database(replace(DatabaseSettings(), database=f"sqlite:///{tmp_path / 'x.db'}"))
    await database.write(lambda to: to.execute(text("CREATE TABLE t (x INTEGER)")))

    await asyncio.gather(*(database.write(lambda to: to.execute(text("INSERT INTO t VALUES (1)"))) for _ in range(30)))

    assert await database.read(lambda to: to.execute(text("SELECT count(*) FROM t")).scalar_one()) == 30
    await database.close()
