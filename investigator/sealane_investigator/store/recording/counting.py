"""What a tally does to its incident: counts, hours, state."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from sealane_investigator.incident.diagnosis import Diagnosis, Ground
from sealane_investigator.incident.incident import State
from sealane_investigator.interfaces import ChangeOf
from sealane_investigator.store.database import Again
from sealane_investigator.store.dialect import among, insert, locked
from sealane_investigator.store.recording.tally import Tally
from sealane_investigator.store.rows import decoded, diagnosis_columns, diagnosis_of, encoded, resolution_of
from sealane_investigator.store.schema import hours, incidents
from sealane_investigator.store.states import (
    HOURS_COMPARED,
    LEAST_ESCALATION,
    lapses,
    may_escalate,
    recurs,
    threshold,
)

#: The highest revision of so many routes is remembered, for an incident that is resolved without naming revisions.
MAX_ROUTES = 50

#: What counting may change; everything else of a row is somebody else's.
_COLUMNS = (
    "state", "episode", "episode_began", "count", "first_seen", "last_seen", "at_least", "parent", "ignored_until",
    "resolution", "resolved_at", "revisions", "hour", "hour_count", "hour_threshold", "sampled", "version",
    "changed_at", "diagnosis", "class", "unsure", "outage",
)  # fmt: skip

_UPDATE = (
    update(incidents)
    .where(incidents.c.id == bindparam("b_id"))
    .values({name: bindparam(f"b_{name}") for name in _COLUMNS})
)

Values = dict[str, Any]


def lock(connection: Connection, numbers: Sequence[int]) -> dict[int, Values]:
    """The rows of incidents, locked by number. Raises Again when one was merged or deleted since its key was read."""
    if not numbers:
        return {}
    query = select(incidents).where(among(connection, incidents.c.id, numbers)).order_by(incidents.c.id)
    rows = {row.id: _values(row) for row in connection.execute(locked(connection, query))}
    if len(rows) < len(numbers) or any(values["merged_into"] is not None for values in rows.values()):
        raise Again
    return rows


def write(connection: Connection, rows: Mapping[int, Values]) -> None:
    """Write what counting changed."""
    values = [{f"b_{name}": row[name] for name in _COLUMNS} | {"b_id": number} for number, row in sorted(rows.items())]
    connection.execute(_UPDATE, values)


def add_hours(connection: Connection, counts: Mapping[tuple[int, int], int]) -> None:
    """Add counts to rows of incident and hour, whether they are there or not."""
    upsert = insert(connection, hours)
    upsert = upsert.on_conflict_do_update(
        index_elements=[hours.c.incident, hours.c.hour], set_={"count": hours.c.count + upsert.excluded.count}
    )
    values = [{"incident": number, "hour": hour, "count": count} for (number, hour), count in sorted(counts.items())]
    connection.execute(upsert, values)


def count(row: Values, tally: Tally, at: float) -> ChangeOf:
    """Count a tally into a row and let it change its state; return what became of it, short of escalating."""
    change = ChangeOf.NEW if row["count"] == 0 else _changed_state(row, tally)
    row["count"] += tally.count
    row["first_seen"] = min(row["first_seen"], tally.first_seen)
    row["last_seen"] = max(row["last_seen"], tally.last_seen)
    row["at_least"] = row["at_least"] or tally.at_least
    row["version"] += 1
    row["changed_at"] = at
    _count_hours(row, tally)
    _remember_revisions(row, tally)
    _better_diagnosis(row, tally)
    return change


def escalated(connection: Connection, rows: Mapping[int, Values]) -> list[int]:
    """Let those escalate whose hour is far above what the days before had; return their numbers."""
    candidates = {
        number: row
        for number, row in rows.items()
        if row["hour_count"] > LEAST_ESCALATION and may_escalate(State(row["state"]), row["hour"], row["episode_began"])
    }
    unknown = {number: row["hour"] for number, row in candidates.items() if row["hour_threshold"] is None}
    for number, highest in highest_hours(connection, unknown).items():
        rows[number]["hour_threshold"] = threshold(highest)
    escalating = [number for number, row in candidates.items() if row["hour_count"] > row["hour_threshold"]]
    for number in escalating:
        rows[number]["state"] = State.ESCALATING.value
    return escalating


def highest_hours(connection: Connection, before: Mapping[int, int]) -> dict[int, int]:
    """The highest count of an hour of the seven days before the hour that is given for each incident; 0 without one."""
    if not before:
        return {}
    result = dict.fromkeys(before, 0)
    for hour in set(before.values()):
        numbers = [number for number, own in before.items() if own == hour]
        query = (
            select(hours.c.incident, func.max(hours.c.count).label("highest"))
            .where(among(connection, hours.c.incident, numbers))
            .where(hours.c.hour >= hour - HOURS_COMPARED, hours.c.hour < hour)
            .group_by(hours.c.incident)
        )
        result.update({row.incident: row.highest for row in connection.execute(query)})
    return result


def _values(row: Row[Any]) -> Values:
    return dict(row._mapping)


def _changed_state(row: Values, tally: Tally) -> ChangeOf:
    state = State(row["state"])
    if state is State.RESOLVED:
        resolution = resolution_of(row["resolution"])
        if resolution is None or recurs(resolution, tally.occurred()):
            row["state"] = State.REGRESSED.value
            row["episode"] += 1
            row["episode_began"] = tally.last_seen
            row["resolution"] = row["resolved_at"] = row["hour_threshold"] = None
            return ChangeOf.REGRESSED
    if state is State.IGNORED and lapses(row["ignored_until"], tally.last_seen):
        row["state"] = State.OPEN.value
        row["ignored_until"] = None
        return ChangeOf.EDITED
    return ChangeOf.COUNTED


def _count_hours(row: Values, tally: Tally) -> None:
    """The newest hour is counted in the row itself, so that it is known without asking for it."""
    newest = max(tally.hours)
    if newest == row["hour"]:
        row["hour_count"] += tally.hours[newest]
    elif newest > row["hour"]:
        row["hour"], row["hour_count"], row["hour_threshold"] = newest, tally.hours[newest], None


def _remember_revisions(row: Values, tally: Tally) -> None:
    if not tally.revisions:
        return
    known = decoded(row["revisions"])
    before = dict(known)
    for route, revision in tally.revisions.items():
        if route in known or len(known) < MAX_ROUTES:
            known[route] = max(revision, known.get(route, 0))
    if known != before:
        row["revisions"] = encoded(known)


def _better_diagnosis(row: Values, tally: Tally) -> None:
    """A class that was a guess gives way to one that is not; what a model or a person said stays."""
    if not row["unsure"] or tally.latest.diagnosis.unsure:
        return
    known: Diagnosis = diagnosis_of(row["diagnosis"])
    if known.ground not in {Ground.MODEL, Ground.PERSON}:
        row.update(diagnosis_columns(tally.latest.diagnosis))
