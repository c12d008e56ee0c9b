"""What belongs to one incident."""

from sqlalchemy import Connection, select

from sealane_investigator.incident.incident import Analysed, Incident
from sealane_investigator.interfaces import Deed, Done
from sealane_investigator.store.rows import decoded, incident_of, sample_of
from sealane_investigator.store.schema import deeds, facets, hours, incidents, occurrences
from sealane_investigator.store.states import HOUR

#: The longest timeline, in hours, and the most samples or deeds of one answer.
MAX_HOURS = 24 * 366
MAX_ROWS = 1_000


def incident(connection: Connection, number: int) -> Incident | None:
    """One incident, merged or not."""
    row = connection.execute(select(incidents).where(incidents.c.id == number)).one_or_none()
    return incident_of(row) if row is not None else None


def facet_counts(connection: Connection, number: int) -> dict[str, dict[str, int]]:
    """Counts by facet and value, each facet's largest first."""
    query = select(facets.c.facet, facets.c.value, facets.c.count).where(facets.c.incident == number)
    # What a merge had brought and took away again is 0.
    query = query.where(facets.c.count > 0)
    result: dict[str, dict[str, int]] = {}
    for facet, value, count in connection.execute(
        query.order_by(facets.c.facet, facets.c.count.desc(), facets.c.value)
    ):
        result.setdefault(facet, {})[value] = count
    return result


def timeline(connection: Connection, number: int, wanted: int, at: float) -> list[tuple[float, int]]:
    """The count of each of the last hours, the present one included; hours without an event are 0."""
    last = int(at // HOUR)
    first = last - max(1, min(wanted, MAX_HOURS)) + 1
    query = select(hours.c.hour, hours.c.count).where(hours.c.incident == number, hours.c.hour.between(first, last))
    counts = {hour: count for hour, count in connection.execute(query)}  # noqa: C416 - a row is no pair to mypy
    return [(float(hour * HOUR), counts.get(hour, 0)) for hour in range(first, last + 1)]


def samples(connection: Connection, number: int, limit: int) -> list[Analysed]:
    """The newest samples."""
    query = (
        select(occurrences.c.body)
        .where(occurrences.c.incident == number)
        .order_by(occurrences.c.occurred_at.desc(), occurrences.c.id.desc())
        .limit(max(1, min(limit, MAX_ROWS)))
    )
    found = (sample_of(body) for body in connection.execute(query).scalars())
    return [sample for sample in found if sample is not None]


def history(connection: Connection, number: int, limit: int) -> list[Done]:
    """What people did, newest first."""
    query = (
        select(deeds).where(deeds.c.incident == number).order_by(deeds.c.id.desc()).limit(max(1, min(limit, MAX_ROWS)))
    )
    return [
        Done(id=row.id, incident=number, at=row.at, by=row.actor, deed=Deed(row.deed), arguments=decoded(row.arguments))
        for row in connection.execute(query)
    ]
