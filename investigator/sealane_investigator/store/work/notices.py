"""Notices that are due, each claimed by one replica; those of an outage's children are held back."""

from sqlalchemy import ColumnElement, Connection, exists, func, literal, select, update

from sealane_investigator.interfaces import ChangeOf, Notice
from sealane_investigator.store import outages
from sealane_investigator.store.dialect import is_postgresql, now
from sealane_investigator.store.rows import incident_of
from sealane_investigator.store.schema import incidents, outbox

#: So often a notice is tried, by whoever claims it; then it is given up.
MAX_ATTEMPTS = 24

_MAX_CLAIMED = 100


def claim(connection: Connection, owner: str, seconds: float, limit: int, at: float) -> list[Notice]:
    """Take notices that are due, oldest first, for so many seconds."""
    clock = now(connection)
    due = (
        select(outbox.c.id)
        .join(incidents, incidents.c.id == outbox.c.incident)
        .where(outbox.c.settled_at.is_(None), outbox.c.due_at <= clock, outbox.c.attempts < MAX_ATTEMPTS)
        .where(incidents.c.merged_into.is_(None), ~_held(at))
        .order_by(outbox.c.due_at, outbox.c.id)
        .limit(max(1, min(limit, _MAX_CLAIMED)))
    )
    if is_postgresql(connection):
        due = due.with_for_update(skip_locked=True, of=outbox)
    take = (
        update(outbox)
        .where(outbox.c.id.in_(due))
        .values(
            owner=owner[:200],
            due_at=clock + seconds,
            fence=outbox.c.fence + 1,
            attempts=outbox.c.attempts + 1,
        )
        .returning(
            outbox.c.id, outbox.c.incident, outbox.c.kind, outbox.c.attempts, outbox.c.fence, outbox.c.created_at
        )
    )
    taken = sorted(connection.execute(take).all(), key=lambda row: int(row.id))
    about = {row.incident for row in taken}
    rows = connection.execute(select(incidents).where(incidents.c.id.in_(about))).all() if about else []
    by_id = {row.id: incident_of(row) for row in rows}
    return [
        Notice(
            id=row.id,
            kind=ChangeOf(row.kind),
            incident=by_id[row.incident],
            attempts=row.attempts,
            fence=row.fence,
            created_at=row.created_at,
        )
        for row in taken
    ]


def settle(connection: Connection, notice: Notice, outcome: str, retry_in: float | None) -> bool:
    """Say what became of a notice. False when its claim ran out and another replica has it."""
    clock = now(connection)
    if retry_in is not None and notice.attempts < MAX_ATTEMPTS:
        values = {"due_at": clock + retry_in, "owner": None, "outcome": outcome[:200]}
    else:
        values = {"settled_at": clock, "owner": None, "outcome": outcome[:200]}
    statement = (
        update(outbox)
        .where(outbox.c.id == notice.id, outbox.c.fence == notice.fence, outbox.c.settled_at.is_(None))
        .values(values)
        .returning(literal(1))
    )
    return connection.execute(statement).first() is not None


def waiting(connection: Connection, at: float) -> tuple[int, int]:
    """How many notices can be claimed or are, and how many a parent holds back."""
    each = (
        select(_held(at).label("held"))
        .select_from(outbox.join(incidents, incidents.c.id == outbox.c.incident))
        .where(outbox.c.settled_at.is_(None), outbox.c.attempts < MAX_ATTEMPTS, incidents.c.merged_into.is_(None))
        .subquery()
    )
    query = select(each.c.held, func.count().label("number")).group_by(each.c.held)
    counts = {bool(row.held): row.number for row in connection.execute(query)}
    return counts.get(False, 0), counts.get(True, 0)


def _held(at: float) -> ColumnElement[bool]:
    parent = incidents.alias("parent")
    return exists().where(outages.held(incidents, parent, at))
