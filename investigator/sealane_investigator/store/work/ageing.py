"""What time does to incidents: quiet ones are resolved, ignoring ends, an escalation calms down."""

from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from sealane_investigator.incident.incident import Resolution, State
from sealane_investigator.interfaces import TIDY_STEP, ChangeOf
from sealane_investigator.store.dialect import locked
from sealane_investigator.store.journal import Entry, publish
from sealane_investigator.store.recording.counting import highest_hours
from sealane_investigator.store.rows import decoded, encoded
from sealane_investigator.store.schema import hours, incidents
from sealane_investigator.store.states import ACTIVE, HOUR, QUIET_AFTER, calms


def resolve_quiet(connection: Connection, at: float) -> int:
    """Resolve those of which nothing was seen for long; return how many."""
    active = incidents.c.state.in_([state.value for state in sorted(ACTIVE)])
    rows = _some(connection, active, incidents.c.last_seen < at - QUIET_AFTER)
    for row in rows:
        resolution = Resolution(at=at, revisions=decoded(row["revisions"]))
        values = {"state": State.RESOLVED.value, "resolution": encoded(resolution), "resolved_at": at}
        _change(connection, row["id"], row["version"], values, at)
    publish(connection, [Entry(ChangeOf.RESOLVED, row["id"], row["episode"]) for row in rows], at)
    return len(rows)


def end_ignoring(connection: Connection, at: float) -> int:
    """Open those whose time of being ignored is over; return how many."""
    rows = _some(connection, incidents.c.state == State.IGNORED.value, incidents.c.ignored_until <= at)
    for row in rows:
        _change(connection, row["id"], row["version"], {"state": State.OPEN.value, "ignored_until": None}, at)
    publish(connection, [Entry(ChangeOf.EDITED, row["id"], row["episode"]) for row in rows], at)
    return len(rows)


def calm_down(connection: Connection, at: float) -> int:
    """Open those whose last whole hour was an ordinary one; return how many."""
    hour = int(at // HOUR)
    rows = _some(connection, incidents.c.state == State.ESCALATING.value, incidents.c.episode_began < (hour - 1) * HOUR)
    highest = highest_hours(connection, {row["id"]: hour - 1 for row in rows})
    recent = _counts(connection, [row["id"] for row in rows], hour - 1)
    calm = [
        row
        for row in rows
        if calms(recent.get((row["id"], hour - 1), 0), recent.get((row["id"], hour), 0), highest[row["id"]])
    ]
    for row in calm:
        _change(connection, row["id"], row["version"], {"state": State.OPEN.value}, at)
    publish(connection, [Entry(ChangeOf.EDITED, row["id"], row["episode"]) for row in calm], at)
    return len(calm)


def _some(connection: Connection, *conditions: ColumnElement[bool]) -> list[dict[str, Any]]:
    query = select(incidents).where(incidents.c.merged_into.is_(None), *conditions).order_by(incidents.c.id)
    return [dict(row._mapping) for row in connection.execute(locked(connection, query.limit(TIDY_STEP)))]


def _counts(connection: Connection, numbers: list[int], since: int) -> dict[tuple[int, int], int]:
    query = select(hours.c.incident, hours.c.hour, hours.c.count).where(
        hours.c.incident.in_(numbers), hours.c.hour >= since
    )
    return {(number, hour): count for number, hour, count in connection.execute(query)} if numbers else {}


def _change(connection: Connection, number: int, version: int, values: dict[str, Any], at: float) -> None:
    values = values | {"version": version + 1, "changed_at": at}
    connection.execute(update(incidents).where(incidents.c.id == number).values(values))
