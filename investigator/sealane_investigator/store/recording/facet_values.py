"""Counts by facet and value: each facet of an incident has so many values, everything further is ``other``."""

from collections import OrderedDict
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, select

from sealane_investigator.incident.incident import MAX_FACET_VALUES, OTHER
from sealane_investigator.store.dialect import among, insert
from sealane_investigator.store.recording.tally import Tally
from sealane_investigator.store.schema import facets

Values = dict[str, set[str]]

_MAX_REMEMBERED = 5_000


class KnownValues:
    """Which values the facets of incidents have; values never go, so what is known stays true until it is forgotten."""

    def __init__(self) -> None:
        self._known: OrderedDict[int, Values] = OrderedDict()

    def lacking(self, placed: Mapping[int, Tally]) -> list[int]:
        """Incidents of which a value is neither known nor certain to be ``other``."""
        return [
            number for number, tally in placed.items() if any(self._is_open(number, *pair) for pair in tally.facets)
        ]

    def _is_open(self, number: int, facet: str, value: str) -> bool:
        values = self.of(number).get(facet, ())
        return value not in values and len(values) < MAX_FACET_VALUES

    def of(self, number: int) -> Values:
        """The values of an incident by facet."""
        return self._known.get(number, {})

    def learn(self, numbers: Collection[int], rows: Collection[tuple[int, str, str]]) -> None:
        """Replace what is known of some incidents by all that the database has."""
        for number in numbers:
            self._known[number] = {}
            self._known.move_to_end(number)
        for number, facet, value in rows:
            if value != OTHER:
                self._known[number].setdefault(facet, set()).add(value)

    def trim(self) -> None:
        """Forget the incidents that were learnt first, when there are too many."""
        while len(self._known) > _MAX_REMEMBERED:
            self._known.popitem(last=False)

    def forget(self) -> None:
        """Know nothing: what was remembered may have been rolled back."""
        self._known.clear()


def count_facets(connection: Connection, placed: Mapping[int, Tally], known: KnownValues) -> None:
    """Add the counts of tallies to their incidents, whose rows this transaction has locked."""
    if lacking := known.lacking(placed):
        query = select(facets.c.incident, facets.c.facet, facets.c.value)
        found = connection.execute(query.where(among(connection, facets.c.incident, lacking)))
        known.learn(lacking, [(row.incident, row.facet, row.value) for row in found])
    rows: dict[tuple[int, str, str], int] = {}
    for number, tally in placed.items():
        for (facet, value), count in tally.facets.items():
            place = (number, facet, _admitted(known.of(number), facet, value))
            rows[place] = rows.get(place, 0) + count
    known.trim()
    add_facets(connection, rows)


def add_facets(connection: Connection, rows: Mapping[tuple[int, str, str], int]) -> None:
    """Add counts to rows of incident, facet and value, whether they are there or not."""
    if not rows:
        return
    upsert = insert(connection, facets)
    upsert = upsert.on_conflict_do_update(
        index_elements=[facets.c.incident, facets.c.facet, facets.c.value],
        set_={"count": facets.c.count + upsert.excluded.count},
    )
    values = [
        {"incident": number, "facet": facet, "value": value, "count": count}
        for (number, facet, value), count in sorted(rows.items())
    ]
    connection.execute(upsert, values)


def _admitted(values: Values, facet: str, value: str) -> str:
    """The value itself while the facet has room for it; an event's own ``other`` is the common one."""
    if value == OTHER:
        return OTHER
    admitted = values.setdefault(facet, set())
    if value in admitted:
        return value
    if len(admitted) >= MAX_FACET_VALUES:
        return OTHER
    admitted.add(value)
    return value
