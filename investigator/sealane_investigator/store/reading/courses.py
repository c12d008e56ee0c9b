"""How one incident went: its changes of state, and when and why it was investigated."""

from sqlalchemy import Connection, select

from sealane_investigator.incident.incident import Trigger
from sealane_investigator.interfaces import ChangeOf, Course, Investigated, StateChange
from sealane_investigator.store.schema import investigations, outbox

MAX_COURSE = 1_000


def course(connection: Connection, number: int, limit: int) -> Course:
    """The newest changes and investigations; changes are those that somebody was to be told of, kept as long."""
    bounded = max(1, min(limit, MAX_COURSE))
    told = select(outbox.c.created_at, outbox.c.kind).where(outbox.c.incident == number)
    told = told.order_by(outbox.c.created_at.desc(), outbox.c.id.desc()).limit(bounded)
    asked = select(investigations.c.trigger, investigations.c.asked_at, investigations.c.done_at)
    asked = asked.where(investigations.c.incident == number)
    asked = asked.order_by(investigations.c.asked_at.desc(), investigations.c.trigger).limit(bounded)
    return Course(
        states=tuple(StateChange(at=row.created_at, kind=ChangeOf(row.kind)) for row in connection.execute(told)),
        investigations=tuple(
            Investigated(trigger=Trigger(row.trigger), asked_at=row.asked_at, done_at=row.done_at)
            for row in connection.execute(asked)
        ),
    )
