"""Two incidents that a person knows to be one, and the way back.

The keys of the merged one lead to the other from then on, whatever the algorithm says. Its own row, hours and facets
stay as they were and are added to the other's, so that unmerging takes away what merging added.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from sealane_investigator.errors import DeedRefused
from sealane_investigator.incident.incident import MAX_FACET_VALUES, OTHER
from sealane_investigator.store.database import Again
from sealane_investigator.store.dialect import locked
from sealane_investigator.store.recording.counting import MAX_ROUTES, add_hours
from sealane_investigator.store.recording.facet_values import add_facets
from sealane_investigator.store.rows import decoded, encoded
from sealane_investigator.store.schema import facets, hours, incidents, keys


def merge(connection: Connection, numbers: Sequence[int], into: int, at: float) -> list[int]:
    """Merge incidents into another one; return whose rows changed. Raises DeedRefused."""
    sources = [number for number in numbers if number != into]
    if not sources:
        raise DeedRefused("into: name another incident than the one that is merged")
    _require(connection, [*sources, into], merged_into=None)
    for source in sources:
        if connection.execute(select(incidents.c.id).where(incidents.c.merged_into == source).limit(1)).first():
            raise DeedRefused(f"incident {source} has others merged into it; unmerge them first")
        connection.execute(update(keys).where(keys.c.incident == source).values(incident=into))
        _move_counts(connection, source, into, sign=1)
        _join_revisions(connection, source, into)
        _mark(connection, source, into, at)
    _touch(connection, into, at)
    return [*sources, into]


def unmerge(connection: Connection, numbers: Sequence[int], at: float) -> list[int]:
    """Undo merges; the incidents go on with what they had then. Raises DeedRefused."""
    targets = _merged_into(connection, numbers)
    for number in numbers:
        if targets.get(number) is None:
            raise DeedRefused(f"incident {number} is not merged into another one")
    involved = sorted({*numbers, *targets.values()})
    connection.execute(
        locked(connection, select(incidents.c.id).where(incidents.c.id.in_(involved)).order_by(incidents.c.id))
    )
    if _merged_into(connection, numbers) != targets:
        # Somebody took them apart while this waited for the rows.
        raise Again
    for source in numbers:
        target = targets[source]
        connection.execute(update(keys).where(keys.c.incident == target, keys.c.home == source).values(incident=source))
        _move_counts(connection, source, target, sign=-1)
        _mark(connection, source, None, at)
    for target in sorted(set(targets.values())):
        _touch(connection, target, at)
    return involved


def _merged_into(connection: Connection, numbers: Sequence[int]) -> dict[int, int]:
    query = select(incidents.c.id, incidents.c.merged_into).where(incidents.c.id.in_(numbers))
    return {row.id: row.merged_into for row in connection.execute(query) if row.merged_into is not None}


def _require(connection: Connection, numbers: Sequence[int], *, merged_into: None) -> None:
    query = select(incidents.c.id, incidents.c.merged_into).where(incidents.c.id.in_(numbers)).order_by(incidents.c.id)
    rows = {row.id: row.merged_into for row in connection.execute(locked(connection, query))}
    for number in numbers:
        if number not in rows:
            raise DeedRefused(f"there is no incident {number}")
        if rows[number] is not merged_into:
            raise DeedRefused(f"incident {number} was merged into {rows[number]}; take that one")


def _move_counts(connection: Connection, source: int, target: int, *, sign: int) -> None:
    moved = (
        connection.execute(
            select(incidents.c.count, incidents.c.first_seen, incidents.c.last_seen, incidents.c.at_least).where(
                incidents.c.id == source
            )
        )
        .one()
        ._mapping
    )
    held = connection.execute(
        select(incidents.c.first_seen, incidents.c.last_seen, incidents.c.at_least).where(incidents.c.id == target)
    ).one()
    values = {
        "count": incidents.c.count + sign * moved["count"],
        "first_seen": min(held.first_seen, moved["first_seen"]),
        "last_seen": max(held.last_seen, moved["last_seen"]),
        "at_least": held.at_least or moved["at_least"],
    }
    connection.execute(update(incidents).where(incidents.c.id == target).values(values))
    counts = connection.execute(select(hours.c.hour, hours.c.count).where(hours.c.incident == source)).all()
    if counts:
        add_hours(connection, {(target, hour): sign * count for hour, count in counts})
    _move_facets(connection, source, target, sign=sign)


def _join_revisions(connection: Connection, source: int, target: int) -> None:
    """What is seen of the source's routes from now on is seen of the target; both know its highest revision."""
    query = select(incidents.c.id, incidents.c.revisions).where(incidents.c.id.in_((source, target)))
    known = {row.id: decoded(row.revisions) for row in connection.execute(query)}
    joined = dict(known[target])
    for route, revision in known[source].items():
        if route in joined or len(joined) < MAX_ROUTES:
            joined[route] = max(revision, joined.get(route, 0))
    if joined != known[target]:
        connection.execute(update(incidents).where(incidents.c.id == target).values(revisions=encoded(joined)))


def _move_facets(connection: Connection, source: int, target: int, *, sign: int) -> None:
    """Add or take away; a value for which the target had no room is in its ``other``, both times."""
    query = select(facets.c.facet, facets.c.value, facets.c.count)
    held = connection.execute(query.where(facets.c.incident == target)).all()
    present = {(facet, value) for facet, value, _ in held}
    room = {facet: MAX_FACET_VALUES for facet, _, _ in held}
    for facet, value, _ in held:
        room[facet] -= value != OTHER
    rows: dict[tuple[int, str, str], int] = {}
    for facet, value, count in connection.execute(query.where(facets.c.incident == source)):
        place = value
        if (facet, value) not in present and value != OTHER:
            if sign < 0 or room.get(facet, MAX_FACET_VALUES) <= 0:
                place = OTHER
            else:
                room[facet] = room.get(facet, MAX_FACET_VALUES) - 1
        rows[target, facet, place] = rows.get((target, facet, place), 0) + sign * count
    add_facets(connection, rows)


def _mark(connection: Connection, source: int, into: int | None, at: float) -> None:
    values = {"merged_into": into, "version": incidents.c.version + 1, "changed_at": at}
    connection.execute(update(incidents).where(incidents.c.id == source).values(values))


def _touch(connection: Connection, number: int, at: float) -> None:
    values = {"version": incidents.c.version + 1, "changed_at": at}
    connection.execute(update(incidents).where(incidents.c.id == number).values(values))
