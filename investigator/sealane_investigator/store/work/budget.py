"""How many calls of a model a day has had, over all replicas."""

from sqlalchemy import Connection, Integer, cast, func, literal, select

from sealane_investigator.store.dialect import insert, now
from sealane_investigator.store.schema import budget


def spend(connection: Connection, limit: int) -> bool:
    """Record one call, unless the day (UTC, by the database's clock) has had ``limit``; before the call is made."""
    if limit < 1:
        return False
    today = cast(func.floor(now(connection) / 86_400), Integer)
    row = select(today, literal(1)).where(literal(value=True))
    upsert = insert(connection, budget).from_select(["day", "calls"], row)
    upsert = upsert.on_conflict_do_update(
        index_elements=[budget.c.day], set_={"calls": budget.c.calls + 1}, where=budget.c.calls < limit
    )
    return connection.execute(upsert.returning(budget.c.calls)).first() is not None
