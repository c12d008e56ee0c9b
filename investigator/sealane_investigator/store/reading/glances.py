"""What a list shows of many incidents at once, and how many there are."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from sealane_investigator.incident.incident import State
from sealane_investigator.interfaces import GLANCE_HOURS, GLANCE_VALUES, MAX_GLANCES, Glance
from sealane_investigator.store.dialect import among
from sealane_investigator.store.schema import facets, hours, incidents
from sealane_investigator.store.states import HOUR

_FACETS = ("route", "provider", "model")


def glances(connection: Connection, numbers: Sequence[int], at: float) -> list[Glance]:
    """A glance of each of the first :data:`MAX_GLANCES` numbers that is an incident, in their order."""
    wanted = list(dict.fromkeys(numbers))[:MAX_GLANCES]
    known = set(connection.execute(select(incidents.c.id).where(among(connection, incidents.c.id, wanted))).scalars())
    found = [number for number in wanted if number in known]
    first = int(at // HOUR) - GLANCE_HOURS + 1
    counts = _hours(connection, found, first)
    values = _facet_values(connection, found)
    children = _children(connection, found)
    return [
        Glance(
            incident=number,
            since=float(first * HOUR),
            hours=tuple(counts.get((number, first + step), 0) for step in range(GLANCE_HOURS)),
            facets=values.get(number, {}),
            children=children.get(number, 0),
        )
        for number in found
    ]


def totals(connection: Connection) -> dict[State, int]:
    """How many incidents are in each state."""
    query = select(incidents.c.state, func.count()).where(incidents.c.merged_into.is_(None))
    counted = {state: count for state, count in connection.execute(query.group_by(incidents.c.state))}  # noqa: C416 - a row is no pair to mypy
    return {state: counted.get(state.value, 0) for state in State}


def _hours(connection: Connection, numbers: Sequence[int], first: int) -> dict[tuple[int, int], int]:
    query = select(hours.c.incident, hours.c.hour, hours.c.count)
    query = query.where(among(connection, hours.c.incident, numbers))
    query = query.where(hours.c.hour.between(first, first + GLANCE_HOURS - 1))
    return {(row.incident, row.hour): row[2] for row in connection.execute(query)}


def _facet_values(connection: Connection, numbers: Sequence[int]) -> dict[int, dict[str, dict[str, int]]]:
    query = select(facets.c.incident, facets.c.facet, facets.c.value, facets.c.count)
    query = query.where(among(connection, facets.c.incident, numbers), facets.c.facet.in_(_FACETS), facets.c.count > 0)
    result: dict[int, dict[str, dict[str, int]]] = {}
    for row in connection.execute(query.order_by(facets.c.count.desc(), facets.c.value)):
        values = result.setdefault(row.incident, {}).setdefault(row.facet, {})
        if len(values) < GLANCE_VALUES:
            values[row.value] = row[3]
    return result


def _children(connection: Connection, numbers: Sequence[int]) -> dict[int, int]:
    query = select(incidents.c.parent, func.count()).where(incidents.c.merged_into.is_(None))
    query = query.where(among(connection, incidents.c.parent, numbers)).group_by(incidents.c.parent)
    return {parent: count for parent, count in connection.execute(query)}  # noqa: C416 - a row is no pair to mypy
