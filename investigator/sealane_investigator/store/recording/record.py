"""The order of the transaction that counts a batch."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from sealane_investigator.incident.incident import Analysed
from sealane_investigator.interfaces import ChangeOf, IncidentChange, Recorded
from sealane_investigator.store import outages
from sealane_investigator.store.journal import Entry, publish
from sealane_investigator.store.recording import counting, samples
from sealane_investigator.store.recording.arrivals import lately_dropped, unseen
from sealane_investigator.store.recording.facet_values import KnownValues, count_facets
from sealane_investigator.store.recording.identity import homes
from sealane_investigator.store.recording.lasting import go_on, lasting_alerts
from sealane_investigator.store.recording.samples import RecentSamples
from sealane_investigator.store.recording.tally import tallied
from sealane_investigator.store.rows import incident_of


class Memory:
    """What a process remembers between batches; forgotten whenever a transaction fails."""

    def __init__(self) -> None:
        self.values = KnownValues()
        self.recent = RecentSamples()

    def forget(self) -> None:
        """Know nothing."""
        self.values.forget()
        self.recent.forget()


def record(
    connection: Connection, batch: Sequence[Analysed], dropped: Mapping[str, int], at: float, memory: Memory
) -> Recorded:
    """Count what is new of a batch, in one transaction: all of it or nothing."""
    try:
        return _record(connection, batch, dropped, at, memory)
    except BaseException:
        memory.forget()
        raise


def _record(
    connection: Connection, batch: Sequence[Analysed], dropped: Mapping[str, int], at: float, memory: Memory
) -> Recorded:
    new, again = unseen(connection, batch, at)
    short = lately_dropped(connection, dropped, at)
    replayed = len(batch) - len(new)
    lasting = lasting_alerts(connection, again, at)
    placed = homes(connection, tallied(new, at, short), at) if new else {}
    rows = counting.lock(connection, sorted({*placed, *lasting}))
    if lasting:
        counting.write(connection, go_on(rows, lasting, at))
    if not new:
        return Recorded(counted=0, replayed=replayed, changes=())
    rows = {number: rows[number] for number in placed}
    changes = {number: counting.count(rows[number], tally, at) for number, tally in placed.items()}
    per_hour = {(number, hour): count for number, tally in placed.items() for hour, count in tally.hours.items()}
    counting.add_hours(connection, per_hour)
    for number in counting.escalated(connection, rows):
        if changes[number] is ChangeOf.COUNTED:
            changes[number] = ChangeOf.ESCALATING
    count_facets(connection, placed, memory.values)
    samples.keep(connection, placed, rows, memory.recent)
    begun = [number for number, change in changes.items() if change in {ChangeOf.NEW, ChangeOf.REGRESSED}]
    outages.adopt(connection, rows, begun, at)
    counting.write(connection, rows)
    entries = [
        Entry(change, number, rows[number]["episode"], patient=outages.may_be_child(rows[number]))
        for number, change in sorted(changes.items())
    ]
    numbers = publish(connection, entries, at)
    told = zip(numbers, entries, strict=True)
    return Recorded(
        counted=len(new),
        replayed=replayed,
        changes=tuple(
            IncidentChange(number=number, kind=entry.kind, incident=incident_of(rows[entry.incident]))
            for number, entry in told
        ),
    )
