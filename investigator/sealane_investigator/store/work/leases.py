"""Investigations: once for each incident, episode and trigger, over all replicas."""

from typing import Any

from sqlalchemy import Connection, case, literal, select, update

from sealane_investigator.errors import StaleFence
from sealane_investigator.incident.diagnosis import Diagnosis, Ground
from sealane_investigator.incident.facts import Facts
from sealane_investigator.incident.incident import Incident, Trigger
from sealane_investigator.incident.recommendation import Recommendation
from sealane_investigator.interfaces import ChangeOf, Lease, Waiting
from sealane_investigator.store import outages
from sealane_investigator.store.dialect import insert, locked, now
from sealane_investigator.store.journal import Entry, publish
from sealane_investigator.store.rows import diagnosis_columns, diagnosis_of, encoded, incident_of
from sealane_investigator.store.schema import incidents, investigations

#: So often an investigation is begun; then it is given up, and only a person who asks has it done.
MAX_TRIES = 5

_MAX_WAITING = 1_000


def lease(
    connection: Connection, number: int, episode: int, trigger: Trigger, owner: str, seconds: float, at: float
) -> Lease | None:
    """Take an investigation that nobody has and nobody has done; None otherwise."""
    clock = now(connection)
    key = {"incident": number, "episode": episode, "trigger": trigger.value}
    if connection.execute(select(incidents.c.id).where(incidents.c.id == number)).first() is None:
        return None
    nobody = insert(connection, investigations).values(**key, asked_at=at, until=0.0, fence=0, tries=0)
    connection.execute(nobody.on_conflict_do_nothing())
    take = (
        update(investigations)
        .where(*(investigations.c[name] == value for name, value in key.items()))
        .where(investigations.c.done_at.is_(None), investigations.c.until <= clock)
        .where(investigations.c.tries < MAX_TRIES)
        .values(
            owner=owner[:200],
            until=clock + seconds,
            fence=investigations.c.fence + 1,
            tries=investigations.c.tries + 1,
        )
        .returning(investigations.c.fence)
    )
    fence = connection.execute(take).scalar_one_or_none()
    return Lease(incident=number, episode=episode, trigger=trigger, fence=fence) if fence is not None else None


def waiting(connection: Connection, limit: int) -> list[Waiting]:
    """Investigations that can be taken now, oldest first."""
    query = (
        select(investigations)
        .where(investigations.c.done_at.is_(None), investigations.c.until <= now(connection))
        .where(investigations.c.tries < MAX_TRIES)
        .order_by(investigations.c.asked_at, investigations.c.incident)
        .limit(max(1, min(limit, _MAX_WAITING)))
    )
    return [
        Waiting(incident=row.incident, episode=row.episode, trigger=Trigger(row.trigger), asked_at=row.asked_at)
        for row in connection.execute(query)
    ]


def release(connection: Connection, held: Lease, retry_in: float) -> None:
    """Give an investigation back; after the last try it stays undone. Whoever lost it meanwhile changes nothing."""
    done = case((investigations.c.tries >= MAX_TRIES, now(connection)), else_=None)
    values = {"until": now(connection) + retry_in, "owner": None, "done_at": done}
    connection.execute(_held(held).values(values))


def write_back(
    connection: Connection,
    held: Lease,
    diagnosis: Diagnosis,
    recommendation: Recommendation | None,
    facts: Facts | None,
    at: float,
) -> Incident:
    """Write a result. What a person said of the class stays. Raises StaleFence, and then nothing was written."""
    finish = _held(held).values(done_at=now(connection), owner=None, facts=encoded(facts) if facts else None)
    if connection.execute(finish.returning(literal(1))).first() is None:
        raise StaleFence(f"the investigation of incident {held.incident} has another owner by now, or is done")
    columns = diagnosis_columns(diagnosis)
    host = connection.execute(select(incidents.c.host).where(incidents.c.id == held.incident)).scalar_one_or_none()
    if host is None:
        raise StaleFence(f"there is no incident {held.incident} any more")
    outage = outages.recognised(connection, held.incident, host, at) if columns["outage"] else (None, [])
    query = select(incidents).where(incidents.c.id == held.incident)
    row = connection.execute(locked(connection, query)).one()
    values: dict[str, Any] = {"version": row.version + 1, "changed_at": at}
    entries = [Entry(ChangeOf.DIAGNOSED, held.incident, held.episode)]
    if diagnosis_of(row.diagnosis).ground is not Ground.PERSON or diagnosis.ground is Ground.PERSON:
        values |= columns | {"recommendation": encoded(recommendation) if recommendation is not None else None}
        parent, children = outage
        values["parent"] = row.parent if row.parent is not None else parent
        if values["parent"] is None:
            adopted = outages.give_parent(connection, children, held.incident, at)
            entries += [Entry(ChangeOf.EDITED, child, episode) for child, episode in sorted(adopted.items())]
    connection.execute(update(incidents).where(incidents.c.id == held.incident).values(values))
    publish(connection, entries, at)
    return incident_of(dict(row._mapping) | values)


def _held(held: Lease) -> Any:
    """The update that only the holder of the fence can make."""
    return update(investigations).where(
        investigations.c.incident == held.incident,
        investigations.c.episode == held.episode,
        investigations.c.trigger == held.trigger.value,
        investigations.c.fence == held.fence,
        investigations.c.done_at.is_(None),
    )
