"""Which events of a batch are new, and which reporters dropped more than before."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, literal, select

from sealane_investigator.incident.incident import Analysed
from sealane_investigator.store.dialect import among, insert, listed, locked
from sealane_investigator.store.rows import storable
from sealane_investigator.store.schema import reporters, seen
from sealane_investigator.store.states import HOUR


def unseen(connection: Connection, batch: Sequence[Analysed], at: float) -> list[Analysed]:
    """The events that nobody counted; from now on they count as seen. In the order of their ids."""
    by_id = {storable(analysed.event.id): analysed for analysed in batch}
    if not by_id:
        return []
    rows = listed(connection, sorted(by_id))
    # SQLite takes ON CONFLICT after a SELECT for a join unless there is a WHERE.
    source = select(rows.c.value, literal(int(at // HOUR))).where(literal(value=True))
    claim = insert(connection, seen).from_select(["id", "hour"], source).on_conflict_do_nothing().returning(seen.c.id)
    return [by_id[number] for number in connection.execute(claim).scalars()]


def more_dropped(connection: Connection, dropped: Mapping[str, int], at: float) -> frozenset[str]:
    """Write down what reporters say they dropped since their epochs began; return those of whom it is more."""
    told = {storable(name): number for name, number in sorted(dropped.items()) if number > 0}
    if not told:
        return frozenset()
    query = select(reporters.c.reporter, reporters.c.dropped).where(among(connection, reporters.c.reporter, [*told]))
    known = {
        row.reporter: row.dropped
        for row in connection.execute(locked(connection, query.order_by(reporters.c.reporter)))
    }
    grown = [name for name, number in told.items() if number > known.get(name, 0)]
    if grown:
        upsert = insert(connection, reporters)
        upsert = upsert.on_conflict_do_update(
            index_elements=[reporters.c.reporter],
            set_={"dropped": upsert.excluded.dropped, "at": upsert.excluded.at},
            where=upsert.excluded.dropped > reporters.c.dropped,
        )
        connection.execute(upsert, [{"reporter": name, "dropped": told[name], "at": at} for name in grown])
    return frozenset(grown)
