"""Which events of a router were counted, as stretches of the numbers that it gives them.

A router numbers its events without gaps, and they come in order, but for what is sent again, what another replica has
yet to write, and what was given up. So all that was counted of a process of a router is a few stretches, however many
events that is: one that is continued grows, and one that fills a gap joins its neighbours. An event that is not named
by its number has a row of its own, in :mod:`.arrivals`.
"""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Connection, delete, func, select, update

from sealane_api.diagnosis.error_event import ErrorEvent
from sealane_investigator.store.dialect import among, insert, is_postgresql, listed
from sealane_investigator.store.rows import storable
from sealane_investigator.store.schema import sequences
from sealane_investigator.store.states import HOUR

Stretch = tuple[int, int]

#: What is told again is remembered anew after so many hours.
REFRESHED_AFTER = 12

#: Numbers that are further apart are looked up by themselves, so that what lies between them is not read.
_NEAR = 64


def is_numbered(event: ErrorEvent) -> bool:
    """Whether the id of an event says its epoch and its number and nothing else, as those of routers do."""
    return event.id == f"{event.epoch}-{event.sequence}"


def source_of(event: ErrorEvent) -> str:
    """Who numbers: one process of a reporter."""
    return storable(f"{event.reporter}\n{event.epoch}")


def claim(connection: Connection, wanted: Mapping[str, Collection[int]], at: float) -> dict[str, set[int]]:
    """Return which numbers of each source nobody has counted; from now on they count as counted.

    Until the transaction ends nobody else claims a number of these sources.
    """
    _lock(connection, wanted)
    return {source: _claim(connection, source, sorted(wanted[source]), int(at // HOUR)) for source in sorted(wanted)}


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Return stretches in order, those that overlap or follow one another as one."""
    result: list[Stretch] = []
    for first, last in sorted(stretches):
        if result and first <= result[-1][1] + 1:
            result[-1] = result[-1][0], max(result[-1][1], last)
        else:
            result.append((first, last))
    return result


def _lock(connection: Connection, sources: Collection[str]) -> None:
    """In the order of what is locked, so that two transactions wait for each other in one direction only."""
    if not sources or not is_postgresql(connection):
        return
    digests = (hashlib.blake2b(source.encode(), digest_size=8).digest() for source in sources)
    keys = listed(connection, sorted({int.from_bytes(digest, signed=True) for digest in digests}))
    connection.execute(select(func.pg_advisory_xact_lock(keys.c.value)))


def _claim(connection: Connection, source: str, numbers: Sequence[int], hour: int) -> set[int]:
    fresh: set[int] = set()
    for near in _clusters(numbers):
        fresh |= _claim_near(connection, source, near, hour)
    return fresh


def _clusters(numbers: Sequence[int]) -> Iterator[list[int]]:
    cluster: list[int] = []
    for number in numbers:
        if cluster and number - cluster[-1] > _NEAR:
            yield cluster
            cluster = []
        cluster.append(number)
    if cluster:
        yield cluster


def _claim_near(connection: Connection, source: str, numbers: Sequence[int], hour: int) -> set[int]:
    own = sequences.c.source == source
    query = select(sequences.c.first, sequences.c.last, sequences.c.hour).where(own)
    around = query.where(sequences.c.last >= numbers[0] - 1, sequences.c.first <= numbers[-1] + 1)
    rows = connection.execute(around.order_by(sequences.c.first)).all()
    known = [(row.first, row.last) for row in rows]
    fresh = {number for number in numbers if not any(first <= number <= last for first, last in known)}
    if not fresh:
        if any(row.hour < hour - REFRESHED_AFTER for row in rows):
            firsts = among(connection, sequences.c.first, [first for first, _ in known])
            connection.execute(update(sequences).where(own, firsts).values(hour=hour))
        return fresh
    after = joined([*known, *((number, number) for number in fresh)])
    kept = {first for first, _ in after}
    if gone := [first for first, _ in known if first not in kept]:
        connection.execute(delete(sequences).where(own, among(connection, sequences.c.first, gone)))
    upsert = insert(connection, sequences)
    upsert = upsert.on_conflict_do_update(
        index_elements=[sequences.c.source, sequences.c.first],
        set_={"last": upsert.excluded.last, "hour": upsert.excluded.hour},
    )
    changed = [stretch for stretch in after if stretch not in set(known)]
    connection.execute(
        upsert, [{"source": source, "first": first, "last": last, "hour": hour} for first, last in changed]
    )
    return fresh
