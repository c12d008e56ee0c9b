"""Bringing tables up to this code."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from sealane_investigator.errors import SchemaTooOld
from sealane_investigator.settings.database import DatabaseSettings
from sealane_investigator.store.database import Database, open_database
from sealane_investigator.store.migration import check, migrate, newest
from sealane_investigator.store.schema import VERSION_TABLE
from sealane_investigator.store.store import SqlStore
from tests.support.stores import events, one


async def test_migrating_again_changes_nothing(database: Database) -> None:
    """It returns the version that is there."""
    assert await migrate(database) == newest()
    assert await check(database) == newest()


async def test_tables_that_are_not_there_are_refused_with_the_command(tmp_path: Path) -> None:
    """Whoever starts too early reads what to run."""
    empty = open_database(replace(DatabaseSettings(), database=f"sqlite:///{tmp_path / 'new.db'}"))

    with pytest.raises(SchemaTooOld, match=r"version none .* run 'sealane-investigator migrate'"):
        await check(empty)
    await empty.close()


async def test_this_code_runs_on_the_schema_of_a_later_release(sqlite_store: SqlStore) -> None:
    """A later release only added: its columns and tables are nobody's business here, and migrating leaves them."""
    database = sqlite_store._database

    def later(connection: object) -> None:
        for statement in (
            "ALTER TABLE error_investigations ADD COLUMN severity TEXT",
            "ALTER TABLE occurrences ADD COLUMN severity TEXT DEFAULT 'low' NOT NULL",
            "CREATE TABLE severities (name TEXT PRIMARY KEY)",
            f"UPDATE {VERSION_TABLE} SET version_num = '9999'",
        ):
            connection.execute(text(statement))  # type: ignore[attr-defined]

    await database.write(later)
    await sqlite_store.record(events(3), {})

    assert await migrate(database) == "9999"
    assert await check(database) == "9999"
    assert (await one(sqlite_store)).count == 3
