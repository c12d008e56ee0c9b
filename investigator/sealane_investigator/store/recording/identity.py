"""Which incident each tally belongs to: found by its key, joined by its former key, new, or overflowing.

A key is inserted before anybody can count under it, so of two replicas that see a new error at once, one owns the key
and the other finds it. A new incident whose keys all belong to others is deleted before anybody saw it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, delete, select, update

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_api.diagnosis.error_event import Origin
from sealane_investigator.incident.diagnosis import Diagnosis, Ground
from sealane_investigator.incident.incident import Analysed, State
from sealane_investigator.store.dialect import among, insert
from sealane_investigator.store.recording.tally import Tally
from sealane_investigator.store.rows import MAX_TITLE, diagnosis_columns, search_text, storable
from sealane_investigator.store.schema import incidents, intake_limits, keys, texts
from sealane_investigator.store.states import HOUR

#: New incidents of one source in an hour; the errors beyond are counted in one incident together.
MAX_NEW_PER_HOUR = 200

OVERFLOW_KEY = "overflow sealane"
OVERFLOW_TITLE = f"More than {MAX_NEW_PER_HOUR} new kinds of error in an hour from one source"


def homes(connection: Connection, tallies: Mapping[str, Tally], at: float) -> dict[int, Tally]:
    """Return the tallies by the number of their incident; what is missing is made. Two tallies may be one by then."""
    wanted = _keys_of(tallies.values())
    owners = _owners(connection, wanted)
    surplus = None
    if unknown := _unknown(tallies, owners):
        used = _limits(connection, {tally.source for tally in unknown}, at)
        owners = _owners(connection, wanted)  # whoever held a limit before us may have made them
        granted, surplus = _granted(_unknown(tallies, owners), used)
        made = _make(connection, granted)
        _claim(connection, [(key, number) for number, tally in made.items() for key in _keys_of([tally])])
        owners = _owners(connection, wanted)
        _spend(connection, _settle(connection, made, owners), at)
    _claim(connection, _missing_halves(tallies, owners))
    result: dict[int, Tally] = {}
    placed = [(_owner(tally, owners), tally) for tally in tallies.values()]
    if surplus is not None:
        placed.append((_overflow(connection, surplus), surplus))
    for number, tally in placed:
        if number in result:
            result[number].absorb(tally)
        elif number is not None:
            result[number] = tally
    return result


def _owner(tally: Tally, owners: Mapping[str, int]) -> int | None:
    found = owners.get(tally.key)
    return found if found is not None or tally.former is None else owners.get(tally.former)


def _unknown(tallies: Mapping[str, Tally], owners: Mapping[str, int]) -> list[Tally]:
    return [tally for tally in tallies.values() if _owner(tally, owners) is None]


def _missing_halves(tallies: Mapping[str, Tally], owners: Mapping[str, int]) -> list[tuple[str, int]]:
    """Of two keys of which one is known, the other: whoever comes with that one finds the incident too."""
    return [
        (key, owner)
        for tally in tallies.values()
        if (owner := _owner(tally, owners)) is not None
        for key in _keys_of([tally])
        if key not in owners
    ]


def _keys_of(tallies: Iterable[Tally]) -> list[str]:
    return sorted({key for tally in tallies for key in (tally.key, tally.former) if key is not None})


def _owners(connection: Connection, wanted: Sequence[str]) -> dict[str, int]:
    query = select(keys.c.key, keys.c.incident).where(among(connection, keys.c.key, wanted))
    return {row.key: row.incident for row in connection.execute(query)}


def _limits(connection: Connection, sources: Iterable[str], at: float) -> dict[str, int]:
    """How many incidents each source made this hour; it makes no other until this transaction ends."""
    upsert = insert(connection, intake_limits)
    upsert = upsert.on_conflict_do_update(
        index_elements=[intake_limits.c.source, intake_limits.c.hour], set_={"created": intake_limits.c.created}
    )
    hour = int(at // HOUR)
    named = sorted(sources)
    connection.execute(upsert, [{"source": source, "hour": hour, "created": 0} for source in named])
    query = select(intake_limits.c.source, intake_limits.c.created).where(intake_limits.c.hour == hour)
    of_these = among(connection, intake_limits.c.source, named)
    return {row.source: row.created for row in connection.execute(query.where(of_these))}


def _spend(connection: Connection, made: Iterable[Tally], at: float) -> None:
    """Count the incidents that were made against their sources."""
    for source, number in sorted(Counter(tally.source for tally in made).items()):
        own = intake_limits.c.source == source, intake_limits.c.hour == int(at // HOUR)
        connection.execute(update(intake_limits).where(*own).values(created=intake_limits.c.created + number))


def _granted(unknown: Sequence[Tally], used: Mapping[str, int]) -> tuple[list[Tally], Tally | None]:
    """Those that may become incidents, and the rest as one."""
    left = Counter({source: MAX_NEW_PER_HOUR - number for source, number in used.items()})
    granted: list[Tally] = []
    surplus: Tally | None = None
    for tally in unknown:
        left[tally.source] -= 1
        if left[tally.source] >= 0:
            granted.append(tally)
        else:
            surplus = _overflowing(surplus, tally)
    return granted, surplus


def _overflowing(surplus: Tally | None, tally: Tally) -> Tally:
    if surplus is None:
        surplus = Tally(key=OVERFLOW_KEY, former=None, latest=_overflow_sample(tally.latest))
    surplus.absorb(tally)
    return surplus


def _overflow_sample(analysed: Analysed) -> Analysed:
    """What the overflow incident looks like; it is about Sealane's callers, but nobody can explain it from its text."""
    why = "each of these errors is worded differently: look at their samples, something that varies is in their text"
    return replace(
        analysed,
        event=replace(analysed.event, origin=Origin.SELF, provider=None, base_url_host=None, workload="sealane"),
        fingerprint="overflow",
        template=OVERFLOW_TITLE,
        diagnosis=Diagnosis(error_class=ErrorClass.UNKNOWN, confidence=0.0, ground=Ground.NOTHING, why=why),
    )


def _overflow(connection: Connection, surplus: Tally) -> int:
    owner = _owners(connection, [OVERFLOW_KEY]).get(OVERFLOW_KEY)
    if owner is not None:
        return owner
    made = _make(connection, [surplus])
    _claim(connection, [(OVERFLOW_KEY, number) for number in made])
    owners = _owners(connection, [OVERFLOW_KEY])
    _settle(connection, made, owners)
    return owners[OVERFLOW_KEY]


def _make(connection: Connection, tallies: Sequence[Tally]) -> dict[int, Tally]:
    """Insert incidents that have counted nothing yet; return them by number."""
    if not tallies:
        return {}
    statement = incidents.insert().returning(incidents.c.id, sort_by_parameter_order=True)
    numbers = connection.execute(statement, [_new_row(tally) for tally in tallies]).scalars().all()
    made = dict(zip(numbers, tallies, strict=True))
    searched = [
        {"incident": number, "search": search_text(_title(tally), tally.latest.template, tally.latest.event.subject)}
        for number, tally in made.items()
    ]
    connection.execute(texts.insert(), searched)
    return made


def _title(tally: Tally) -> str:
    return storable(tally.latest.template or tally.latest.diagnosis.error_class.value)[:MAX_TITLE]


def _new_row(tally: Tally) -> dict[str, object]:
    analysed = tally.latest
    event = analysed.event
    return {
        "fingerprint": storable(analysed.fingerprint),
        "subject": storable(event.subject),
        "host": storable(event.base_url_host or ""),
        "origin": event.origin.value,
        "title": _title(tally),
        "state": State.OPEN.value,
        "episode": 1,
        "episode_began": tally.first_seen,
        "count": 0,
        "first_seen": tally.first_seen,
        "last_seen": tally.last_seen,
        **diagnosis_columns(analysed.diagnosis),
        "at_least": False,
        "revisions": "{}",
        "hour": 0,
        "hour_count": 0,
        "sampled": 0,
        "version": 0,
        "changed_at": tally.last_seen,
    }


def _claim(connection: Connection, pairs: Sequence[tuple[str, int]]) -> None:
    """Insert keys in their order, each unless somebody has it."""
    rows = [{"key": key, "incident": number, "home": number} for key, number in sorted(pairs)]
    if not rows:
        return
    connection.execute(insert(connection, keys).on_conflict_do_nothing(), rows)


def _settle(connection: Connection, made: Mapping[int, Tally], owners: dict[str, int]) -> list[Tally]:
    """Give up new incidents of which a key belongs to another one; return the others' tallies.

    ``owners`` says afterwards what holds.
    """
    kept = []
    for number, tally in made.items():
        others = [owners[key] for key in (tally.key, tally.former) if key and owners[key] != number]
        if not others:
            kept.append(tally)
            continue
        winner = others[0]
        connection.execute(update(keys).where(keys.c.incident == number).values(incident=winner, home=winner))
        connection.execute(delete(incidents).where(incidents.c.id == number))
        owners.update({key: winner for key, owner in owners.items() if owner == number})
    return kept
