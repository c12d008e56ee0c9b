"""Which events of a batch are new, and which reporters have lately dropped some."""

import base64
import hashlib
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, literal, select, update

from sealane_api.diagnosis.error_event import ErrorEvent
from sealane_investigator.incident.incident import Analysed
from sealane_investigator.store.dialect import among, insert, listed, locked
from sealane_investigator.store.recording import sequences
from sealane_investigator.store.rows import storable
from sealane_investigator.store.schema import reporters, seen
from sealane_investigator.store.states import HOUR

#: What a reporter tells for so long after it had to drop events may have been among them, in seconds: its queue is told
#: oldest first, and what it turned away came after all of it.
LOSS_LASTS = 600.0


def unseen(connection: Connection, batch: Sequence[Analysed], at: float) -> tuple[list[Analysed], list[Analysed]]:
    """The events that nobody counted, which count as seen from now on, and those that come again; by id."""
    by_name: dict[str, Analysed] = {}
    by_number: dict[str, dict[int, Analysed]] = {}
    for analysed in batch:
        event = analysed.event
        if sequences.is_numbered(event):
            by_number.setdefault(sequences.source_of(event), {}).setdefault(event.sequence, analysed)
        else:
            by_name.setdefault(_name(event), analysed)
    numbers = sequences.claim(connection, by_number, at) if by_number else {}
    names = _claim_names(connection, sorted(by_name), at) if by_name else set()
    new: list[Analysed] = []
    again: list[Analysed] = []
    for source, of_source in by_number.items():
        for number, analysed in of_source.items():
            (new if number in numbers[source] else again).append(analysed)
    for name, analysed in by_name.items():
        (new if name in names else again).append(analysed)
    return sorted(new, key=_order), sorted(again, key=_order)


def _claim_names(connection: Connection, names: Sequence[str], at: float) -> set[str]:
    """In their order, so that two batches that overlap wait for each other in one direction only."""
    rows = listed(connection, names)
    # SQLite takes ON CONFLICT after a SELECT for a join unless there is a WHERE.
    source = select(rows.c.value, literal(int(at // HOUR))).where(literal(value=True))
    claim = insert(connection, seen).from_select(["id", "hour"], source).on_conflict_do_nothing().returning(seen.c.id)
    fresh = set(connection.execute(claim).scalars())
    known = [name for name in names if name not in fresh]
    if known:
        _remember_longer(connection, known, at)
    return fresh


def _order(analysed: Analysed) -> tuple[str, str]:
    return analysed.event.id, analysed.event.reporter


def _name(event: ErrorEvent) -> str:
    """What an event is known by: its reporter and its id, for two reporters may both count from 1."""
    named = f"{event.reporter}\0{event.id}".encode(errors="replace")
    return base64.b85encode(hashlib.blake2b(named, digest_size=16).digest()).decode()


def _remember_longer(connection: Connection, names: Sequence[str], at: float) -> None:
    """What is still repeated, as a firing alert is for weeks, is forgotten so long after the last time."""
    hour = int(at // HOUR)
    old = among(connection, seen.c.id, names), seen.c.hour < hour - sequences.REFRESHED_AFTER
    connection.execute(update(seen).where(*old).values(hour=hour))


def lately_dropped(connection: Connection, dropped: Mapping[str, int], at: float) -> frozenset[str]:
    """Write down what reporters say they dropped since their epochs began; return those of whom that is lately more."""
    told = {storable(name): number for name, number in sorted(dropped.items()) if number > 0}
    if not told:
        return frozenset()
    query = select(reporters).where(among(connection, reporters.c.reporter, [*told])).order_by(reporters.c.reporter)
    known = {row.reporter: row for row in connection.execute(locked(connection, query))}
    lately = {name for name, row in known.items() if row.at > at - LOSS_LASTS}
    grown = [name for name, number in told.items() if name not in known or number > known[name].dropped]
    if grown:
        upsert = insert(connection, reporters)
        upsert = upsert.on_conflict_do_update(
            index_elements=[reporters.c.reporter],
            set_={"dropped": upsert.excluded.dropped, "at": upsert.excluded.at},
            where=upsert.excluded.dropped > reporters.c.dropped,
        )
        connection.execute(upsert, [{"reporter": name, "dropped": told[name], "at": at} for name in grown])
    return frozenset(lately.union(grown))
