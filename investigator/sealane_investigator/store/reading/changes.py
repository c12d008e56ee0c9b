"""The stream as a client reads it that was away."""

from sqlalchemy import Connection, select

from sealane_investigator.interfaces import ChangeOf, IncidentChange
from sealane_investigator.store.dialect import among
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
    query = select(stream).where(stream.c.number > after).order_by(stream.c.number)
    entries = connection.execute(query.limit(max(1, min(limit, MAX_CHANGES)))).all()
    if [entry.number for entry in entries] != [*range(after + 1, after + 1 + len(entries))] or not entries:
        return None
    about = select(incidents).where(among(connection, incidents.c.id, sorted({entry.incident for entry in entries})))
    known = {row.id: incident_of(row) for row in connection.execute(about)}
    if any(entry.incident not in known for entry in entries):
        return None
    return [
        IncidentChange(number=entry.number, kind=ChangeOf(entry.kind), incident=known[entry.incident])
        for entry in entries
    ]
