"""What both databases are told, each in its words."""

from sqlalchemy import Connection, select

from sealane_investigator.store.database import Database
from sealane_investigator.store.dialect import among, insert, listed, locked, now
from sealane_investigator.store.schema import counters


async def test_a_list_is_one_parameter_whatever_its_length(database: Database) -> None:
    """In its order, and the statement's text is the same for one value and for many."""

    def ask(connection: Connection) -> tuple[list[str], set[str]]:
        rows = listed(connection, ["b", "a", "c"])
        texts = {
            str(select(counters).where(among(connection, counters.c.name, values)).compile(connection))
            for values in (["x"], ["x", "y", "z"])
        }
        return [*connection.execute(select(rows.c.value)).scalars()], texts

    values, texts = await database.read(ask)

    assert values == ["b", "a", "c"]
    assert len(texts) == 1


async def test_what_is_among_values_is_found(database: Database) -> None:
    """Texts and numbers; an empty list finds nothing."""

    def ask(connection: Connection) -> list[list[str]]:
        conditions = (
            among(connection, counters.c.name, ["stream", "other"]),
            among(connection, counters.c.value, [0, 1]),
            among(connection, counters.c.name, []),
        )
        queries = [locked(connection, select(counters.c.name).where(condition)) for condition in conditions]
        return [[*connection.execute(query).scalars()] for query in queries]

    assert await database.write(ask) == [["stream"], ["stream"], []]


async def test_an_upsert_adds_or_inserts(database: Database) -> None:
    """The same words for both databases."""

    def work(connection: Connection) -> int:
        upsert = insert(connection, counters)
        upsert = upsert.on_conflict_do_update(
            index_elements=[counters.c.name], set_={"value": counters.c.value + upsert.excluded.value}
        )
        connection.execute(upsert, [{"name": "other", "value": 2}, {"name": "other", "value": 3}])
        return int(connection.execute(select(counters.c.value).where(counters.c.name == "other")).scalar_one())

    assert await database.write(work) == 5


async def test_the_databases_clock_is_in_seconds_and_goes_on_within_a_transaction(database: Database) -> None:
    """It is the time of the statement, not that of the transaction's begin."""

    def ask(connection: Connection) -> tuple[float, float]:
        first = second = connection.execute(select(now(connection))).scalar_one()
        for _ in range(200):
            second = connection.execute(select(now(connection))).scalar_one()
            if second > first:
                break
        return first, second

    first, second = await database.write(ask)

    assert first > 1.7e9
    assert second > first
