"""What follows from a change, in the transaction of the change: notices, investigations to do, the stream.

The stream is numbered by a row of ``counters``. Whoever updated it holds it until the transaction ends, so numbers are
given in the order of commits and without a gap, whatever transactions overlap. That is why :func:`publish` comes last
in every transaction: nothing slow may follow it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, update

from sealane_investigator.incident.incident import Trigger
from sealane_investigator.interfaces import ChangeOf
from sealane_investigator.store.dialect import insert
from sealane_investigator.store.schema import counters, investigations, outbox, stream

#: What somebody is told of.
TOLD = frozenset({ChangeOf.NEW, ChangeOf.REGRESSED, ChangeOf.ESCALATING, ChangeOf.RESOLVED})

#: What is investigated, and why.
INVESTIGATED = {ChangeOf.NEW: Trigger.NEW, ChangeOf.REGRESSED: Trigger.REGRESSED}

#: How long a notice waits first when an outage may explain its incident, in seconds: whether there is one shows in what
#: the routers report after the first errors, and then only the outage is told of.
PATIENCE = 20.0

STREAM = "stream"


@dataclass(frozen=True, slots=True)
class Entry:
    """A change that is about to be published; its notice is ``patient`` when an outage may explain the incident."""

    kind: ChangeOf
    incident: int
    episode: int
    patient: bool = False


def publish(connection: Connection, entries: Sequence[Entry], at: float) -> list[int]:
    """Write notices and investigations, then number the entries; return the numbers. It comes last."""
    if not entries:
        return []
    _tell(connection, entries, at)
    ask(
        connection,
        [(each.incident, each.episode, INVESTIGATED[each.kind]) for each in entries if each.kind in INVESTIGATED],
        at,
    )
    counting = (
        update(counters)
        .where(counters.c.name == STREAM)
        .values(value=counters.c.value + len(entries))
        .returning(counters.c.value)
    )
    last = int(connection.execute(counting).scalar_one())
    numbers = list(range(last - len(entries) + 1, last + 1))
    connection.execute(
        stream.insert(),
        [
            {"number": number, "kind": each.kind.value, "incident": each.incident, "at": at}
            for number, each in zip(numbers, entries, strict=True)
        ],
    )
    return numbers


def ask(connection: Connection, wanted: Sequence[tuple[int, int, Trigger]], at: float) -> None:
    """Have investigations done: incident, episode and trigger; what was asked before is not asked again."""
    if not wanted:
        return
    rows = [
        {
            "incident": number,
            "episode": episode,
            "trigger": trigger.value,
            "asked_at": at,
            "until": 0.0,
            "fence": 0,
            "tries": 0,
        }
        for number, episode, trigger in wanted
    ]
    connection.execute(insert(connection, investigations).on_conflict_do_nothing(), rows)


def _tell(connection: Connection, entries: Sequence[Entry], at: float) -> None:
    rows = [
        {
            "incident": each.incident,
            "episode": each.episode,
            "kind": each.kind.value,
            "created_at": at,
            "due_at": at + PATIENCE if each.patient else at,
            "attempts": 0,
            "fence": 0,
        }
        for each in entries
        if each.kind in TOLD
    ]
    if rows:
        connection.execute(outbox.insert(), rows)
