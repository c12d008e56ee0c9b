"""The stream as a client reads it that was away."""

from sqlalchemy import Connection, select

from sealane_investigator.interfaces import ChangeOf, IncidentChange
from sealane_investigator.store.journal import STREAM
from sealane_investigator.store.rows import incident_of
from sealane_investigator.store.schema import counters, incidents, stream

MAX_CHANGES = 1_000


def changes(connection: Connection, after: int, limit: int) -> list[IncidentChange] | None:
    """What came after a number, with each incident as it is now; None when the client must reload.

    It must when what follows its number is no longer kept, and when its number is of another database.
    """
    last = connection.execute(select(counters.c.value).where(counters.c.name == STREAM)).scalar_one()
    if after >= last:
        return [] if after == last else None
    query = (
        select(stream.c.number, stream.c.kind, incidents)
        .join_from(stream, incidents, incidents.c.id == stream.c.incident)
        .where(stream.c.number > after)
        .order_by(stream.c.number)
        .limit(max(1, min(limit, MAX_CHANGES)))
    )
    found = [
        IncidentChange(number=row.number, kind=ChangeOf(row.kind), incident=incident_of(row))
        for row in connection.execute(query)
    ]
    expected = range(after + 1, after + 1 + len(found))
    return found if found and [each.number for each in found] == [*expected] else None
