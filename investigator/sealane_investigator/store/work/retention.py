"""Deleting what is too old, a bounded step at a time."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, func, select, tuple_, update

from sealane_investigator.incident.incident import State
from sealane_investigator.interfaces import TIDY_STEP
from sealane_investigator.settings.database import DatabaseSettings
from sealane_investigator.store import schema
from sealane_investigator.store.dialect import among, locked
from sealane_investigator.store.recording.samples import FIRST_SAMPLES, KEPT_SAMPLES, MAX_SAMPLES
from sealane_investigator.store.states import HOUR

DAY = 24 * HOUR

#: The stream holds so many entries and so many seconds; who was away longer loads everything anew. An incident lives
#: longer than any entry about it, so the stream never has a hole.
MAX_STREAM = 100_000
STREAM_RETENTION = 7 * DAY

#: Incidents that are deleted at a time: each has thousands of rows.
MAX_INCIDENTS = 10

#: Hours are kept for a year, of incidents that live so long.
HOUR_RETENTION = 366 * DAY

#: Settled notices, limits, reporters and facts, in seconds. Notices nobody could send go with the settled ones.
NOTICE_RETENTION = 30 * DAY
FACT_RETENTION = 90 * DAY

Step = Callable[[Connection, DatabaseSettings, float], int]


def forget_seen(connection: Connection, settings: DatabaseSettings, at: float) -> int:
    """Ids and numbers of events that nobody replays any more."""
    last = int((at - settings.seen_retention) // HOUR)
    done = _delete(connection, schema.seen, schema.seen.c.id, schema.seen.c.hour < last)
    table = schema.sequences
    key = tuple_(table.c.source, table.c.first)
    old = select(table.c.source, table.c.first).where(table.c.hour < last).limit(TIDY_STEP)
    return max(done, connection.execute(delete(table).where(key.in_(old))).rowcount)


def forget_samples(connection: Connection, settings: DatabaseSettings, at: float) -> int:
    """Samples that are too old; how many an incident has is counted again."""
    table = schema.occurrences
    old = select(table.c.id).where(table.c.occurred_at < at - settings.occurrence_retention).limit(TIDY_STEP)
    return _delete_samples(connection, connection.execute(old).scalars().all())


def thin_samples(connection: Connection, _settings: DatabaseSettings, _at: float) -> int:
    """The oldest samples, but for the first, of one incident that has as many as it may."""
    table = schema.occurrences
    full = select(schema.incidents.c.id).where(schema.incidents.c.sampled >= MAX_SAMPLES).limit(1)
    number = connection.execute(full).scalar_one_or_none()
    if number is None:
        return 0
    newest = (
        select(table.c.id)
        .where(table.c.incident == number, ~table.c.first)
        .order_by(table.c.occurred_at.desc(), table.c.id.desc())
        .offset(KEPT_SAMPLES - FIRST_SAMPLES)
        .limit(TIDY_STEP)
    )
    found = connection.execute(newest).scalars().all()
    _delete_samples(connection, found)
    _count_samples(connection, [number])
    return len(found)


def forget_hours(connection: Connection, _settings: DatabaseSettings, at: float) -> int:
    """Counts of hours that nobody looks at any more; the count of the incident stays."""
    table = schema.hours
    old = select(table.c.hour).where(table.c.hour < int((at - HOUR_RETENTION) // HOUR)).order_by(table.c.hour)
    bound = connection.execute(old.limit(TIDY_STEP)).scalars().all()
    return connection.execute(delete(table).where(table.c.hour <= bound[-1])).rowcount if bound else 0


def forget_stream(connection: Connection, _settings: DatabaseSettings, at: float) -> int:
    """Entries that are too old or too many, the oldest first."""
    table = schema.stream
    last = select(schema.counters.c.value).where(schema.counters.c.name == "stream").scalar_subquery()
    too_old = select(func.coalesce(func.max(table.c.number), 0)).where(table.c.at < at - STREAM_RETENTION)
    bound = max(connection.execute(too_old).scalar_one(), connection.execute(select(last)).scalar_one() - MAX_STREAM)
    first = connection.execute(select(func.min(table.c.number))).scalar_one()
    if first is None or first > bound:
        return 0
    until = min(bound, first + TIDY_STEP - 1)
    return connection.execute(delete(table).where(table.c.number <= until)).rowcount


def forget_notices(connection: Connection, _settings: DatabaseSettings, at: float) -> int:
    """Notices that were sent or given up, and those that nobody could send for as long."""
    return _delete(connection, schema.outbox, schema.outbox.c.id, schema.outbox.c.created_at < at - NOTICE_RETENTION)


def forget_facts(connection: Connection, _settings: DatabaseSettings, at: float) -> int:
    """What the gateway did long ago."""
    return _delete(connection, schema.facts, schema.facts.c.key, schema.facts.c.at < at - FACT_RETENTION)


def forget_small_things(connection: Connection, _settings: DatabaseSettings, at: float) -> int:
    """Limits of past hours, reporters that are gone, days of the budget."""
    limits, budget = schema.intake_limits, schema.budget
    done = _delete(
        connection, schema.reporters, schema.reporters.c.reporter, schema.reporters.c.at < at - FACT_RETENTION
    )
    done += connection.execute(delete(limits).where(limits.c.hour < int(at // HOUR) - 24)).rowcount
    return done + connection.execute(delete(budget).where(budget.c.day < int(at // DAY) - 90)).rowcount


def forget_incidents(connection: Connection, settings: DatabaseSettings, at: float) -> int:
    """Resolved incidents to which nothing happened for long, and those merged into them; with all they have."""
    table, children = schema.incidents, schema.incidents.alias("merged")
    too_old = at - settings.incident_retention
    merged_elsewhere = select(children.c.merged_into).where(children.c.merged_into.is_not(None))
    old = (
        select(table.c.id)
        .where(table.c.state == State.RESOLVED.value, table.c.changed_at < too_old, table.c.last_seen < too_old)
        .where(table.c.merged_into.is_(None), table.c.id.not_in(merged_elsewhere))
        .order_by(table.c.id)
        .limit(MAX_INCIDENTS)
    )
    orphaned = (
        select(table.c.id)
        .where(table.c.merged_into.is_not(None), table.c.changed_at < too_old)
        .where(
            table.c.merged_into.in_(
                select(children.c.id).where(children.c.state == State.RESOLVED.value, children.c.last_seen < too_old)
            )
        )
        .limit(MAX_INCIDENTS)
    )
    numbers = sorted({*connection.execute(old).scalars(), *connection.execute(orphaned).scalars()})
    if not numbers:
        return 0
    connection.execute(
        locked(connection, select(table.c.id).where(among(connection, table.c.id, numbers)).order_by(table.c.id))
    )
    keys = schema.keys
    connection.execute(
        delete(keys).where(among(connection, keys.c.home, numbers) | among(connection, keys.c.incident, numbers))
    )
    connection.execute(update(table).where(among(connection, table.c.parent, numbers)).values(parent=None))
    return connection.execute(delete(table).where(among(connection, table.c.id, numbers))).rowcount


#: Each is a transaction of its own, in this order.
STEPS: dict[str, Step] = {
    "seen": forget_seen,
    "samples": forget_samples,
    "thinned": thin_samples,
    "hours": forget_hours,
    "stream": forget_stream,
    "notices": forget_notices,
    "facts": forget_facts,
    "small": forget_small_things,
    "incidents": forget_incidents,
}


def _delete(connection: Connection, table: Table, key: ColumnElement[Any], condition: ColumnElement[bool]) -> int:
    some = select(key).where(condition).limit(TIDY_STEP)
    return connection.execute(delete(table).where(key.in_(some))).rowcount


def _delete_samples(connection: Connection, numbers: Any) -> int:
    table = schema.occurrences
    if not numbers:
        return 0
    statement = delete(table).where(among(connection, table.c.id, numbers)).returning(table.c.incident)
    touched = connection.execute(statement).scalars().all()
    _count_samples(connection, sorted(set(touched)))
    return len(touched)


def _count_samples(connection: Connection, numbers: list[int]) -> None:
    """Under the lock of each incident, as counting does; so no sample is counted twice."""
    table, incidents = schema.occurrences, schema.incidents
    connection.execute(
        locked(
            connection,
            select(incidents.c.id).where(among(connection, incidents.c.id, numbers)).order_by(incidents.c.id),
        )
    )
    number = select(func.count()).where(table.c.incident == incidents.c.id).scalar_subquery()
    connection.execute(update(incidents).where(among(connection, incidents.c.id, numbers)).values(sampled=number))
