"""Which events are kept whole: the first of an incident, then one for each set of facets a minute."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection

from sealane_investigator.store.dialect import insert
from sealane_investigator.store.recording.tally import Tally, facets_of
from sealane_investigator.store.rows import encoded
from sealane_investigator.store.schema import occurrences

#: So many events of an incident are kept as they come; then one for each set of facets a minute, until there are
#: ``MAX_SAMPLES``. Tidying leaves the first and the newest ``KEPT_SAMPLES``, so there is room again.
FIRST_SAMPLES = 50
MAX_SAMPLES = 1_000
KEPT_SAMPLES = 800

_MAX_REMEMBERED = 50_000


class RecentSamples:
    """Which (incident, minute, set of facets) are in the database already; only spares asking it, and is bounded."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, int, str], None] = OrderedDict()

    def __contains__(self, slot: tuple[int, int, str]) -> bool:
        return slot in self._known

    def add(self, slot: tuple[int, int, str]) -> None:
        """Remember one."""
        self._known[slot] = None
        if len(self._known) > _MAX_REMEMBERED:
            self._known.popitem(last=False)

    def forget(self) -> None:
        """Know nothing: what was remembered may have been rolled back."""
        self._known.clear()


def keep(
    connection: Connection, placed: Mapping[int, Tally], incidents: Mapping[int, dict[str, Any]], recent: RecentSamples
) -> None:
    """Insert samples of incidents whose rows have counted the tallies; ``sampled`` of a row says how many there are."""
    rows = [row for number, tally in placed.items() for row in _chosen(number, tally, incidents[number], recent)]
    if rows:
        statement = insert(connection, occurrences).on_conflict_do_nothing().returning(occurrences.c.incident)
        for number in connection.execute(statement, rows).scalars():
            incidents[number]["sampled"] += 1


def _chosen(number: int, tally: Tally, incident: Mapping[str, Any], recent: RecentSamples) -> Iterator[dict[str, Any]]:
    room = MAX_SAMPLES - incident["sampled"]
    firsts = FIRST_SAMPLES - incident["sampled"]
    position = incident["count"] - tally.count  # one event may stand for many, and yet no two have the same
    for occurred_at, analysed in tally.events:
        if room <= 0:
            return
        first = firsts > 0
        if first:
            firsts -= 1
            slot = (number, 0, f"first {position}")
        else:
            names = "\0".join(f"{facet}={value}" for facet, value in facets_of(analysed.event))
            slot = (number, int(occurred_at // 60), hashlib.blake2b(names.encode(), digest_size=12).hexdigest())
            if slot in recent:
                continue
            recent.add(slot)
        position += 1
        room -= 1
        yield {
            "incident": number,
            "minute": slot[1],
            "facet_set": slot[2],
            "occurred_at": occurred_at,
            "first": first,
            "body": encoded(analysed),
        }
