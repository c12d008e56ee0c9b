"""The tables that the code knows are those that the migrations make."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, inspect

from sealane_investigator.store.database import Database
from sealane_investigator.store.dialect import is_postgresql
from sealane_investigator.store.schema import SCHEMA, VERSION_TABLE, metadata


def _differences(connection: Connection) -> list[object]:
    """Alembic sees columns, types and indexes; of partial indexes and trigrams it knows nothing."""

    def of_ours(item: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
        return name not in {VERSION_TABLE, "incident_texts_search"} and not (kind == "table" and name is None)

    options = {
        "compare_type": True,
        "include_schemas": is_postgresql(connection),
        "include_object": of_ours,
        "include_name": lambda name, kind, _: kind != "schema" or name == SCHEMA,
        "target_metadata": metadata,
    }
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


async def test_the_migrations_make_what_the_code_knows(database: Database) -> None:
    """Every table and every column."""

    def made(connection: Connection) -> dict[str, list[str]]:
        schema = SCHEMA if is_postgresql(connection) else None
        inspector = inspect(connection)
        names = set(inspector.get_table_names(schema)) - {VERSION_TABLE}
        return {name: sorted(str(each["name"]) for each in inspector.get_columns(name, schema)) for name in names}

    known = {table.name: sorted(table.columns.keys()) for table in metadata.tables.values()}

    assert await database.read(made) == known


async def test_on_postgresql_types_and_indexes_are_the_same(database: Database) -> None:
    """What alembic would write as the next migration is nothing."""
    if database.is_sqlite:
        names = {index.name for table in metadata.tables.values() for index in table.indexes}
        found = await database.read(
            lambda to: set(to.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'index'").scalars())
        )
        assert names <= found
        return

    assert await database.read(_differences) == []
