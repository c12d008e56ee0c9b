"""Bringing the tables up to this code, and judging whether they are."""

import asyncio
from functools import partial
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from sealane_investigator.errors import SchemaTooOld
from sealane_investigator.store.database import Database
from sealane_investigator.store.dialect import is_postgresql
from sealane_investigator.store.schema import SCHEMA, VERSION_TABLE, metadata

_FOLDER = Path(__file__).with_name("migrations")

#: Replicas that migrate at once do it one after the other; any number that nobody else uses.
_LOCK = 7_265_430_218


def newest() -> str:
    """The version that this code knows: ``0001``."""
    head = _scripts().get_current_head()
    if head is None:
        raise RuntimeError("the package holds no migrations")
    return head


async def migrate(database: Database) -> str:
    """Bring the tables up to this code and return their version; tables of newer code stay. Raises StoreUnavailable.

    One transaction: it happens as a whole or not at all.
    """
    await asyncio.to_thread(_scripts)  # reads files
    return await database.write(_upgrade)


async def check(database: Database) -> str:
    """Return the version of the tables. Raises SchemaTooOld, StoreUnavailable."""
    found = await database.read(_version)
    if found is None or found < newest():
        raise SchemaTooOld(
            f"the tables are of version {found or 'none'} and this release needs {newest()};"
            " run 'sealane-investigator migrate' with the same SEALANE_DATABASE, then start again"
        )
    return found


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_FOLDER), version_locations=[str(_FOLDER / "versions")])


def _upgrade(connection: Connection) -> str:
    if is_postgresql(connection):
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        if not inspect(connection).has_schema(SCHEMA):  # IF NOT EXISTS takes the right to create one all the same
            connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
    found, target = _version(connection), newest()
    if found is not None and found >= target:
        return found
    scripts = _scripts()
    steps = partial(_steps, scripts, target)
    with EnvironmentContext(Config(), scripts, fn=steps) as environment:
        environment.configure(
            connection=connection,
            target_metadata=metadata,
            version_table=VERSION_TABLE,
            version_table_schema=_schema(connection),
            transactional_ddl=False,  # the transaction is ours
        )
        environment.run_migrations()
    return target


def _steps(scripts: ScriptDirectory, target: str, found: Any, _context: MigrationContext) -> list[MigrationStep]:
    way = reversed(list(scripts.iterate_revisions(target, found, implicit_base=True)))
    return [MigrationStep.upgrade_from_script(scripts.revision_map, script) for script in way]


def _version(connection: Connection) -> str | None:
    context = MigrationContext.configure(
        connection, opts={"version_table": VERSION_TABLE, "version_table_schema": _schema(connection)}
    )
    return context.get_current_revision()


def _schema(connection: Connection) -> str | None:
    return SCHEMA if is_postgresql(connection) else None
