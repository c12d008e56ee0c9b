"""Which incident each tally belongs to: found by its key, joined by its former key, new, or overflowing.

A key is inserted before anybody can count under it, so of two replicas that see a new error at once, one owns the key
and the other finds it. A new incident whose keys all belong to others is deleted before anybody saw it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection, delete, select, update

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_api.diagnosis.error_event import Origin
from sealane_investigator.incident.diagnosis import Diagnosis, Ground
from sealane_investigator.incident.incident import Analysed, State
from sealane_investigator.store.dialect import among, insert
from sealane_investigator.store.recording.tally import Tally
from sealane_investigator.store.rows import MAX_TEMPLATE, MAX_TITLE, diagnosis_columns, search_text
from sealane_investigator.store.schema import incidents, intake_limits, keys
from sealane_investigator.store.states import HOUR

#: New incidents of one source in an hour; the errors beyond are counted in one incident together.
MAX_NEW_PER_HOUR = 200

OVERFLOW_KEY = "overflow sealane"
OVERFLOW_TITLE = f"More than {MAX_NEW_PER_HOUR} new kinds of error in an hour from one source"


def homes(connection: Connection, tallies: Mapping[str, Tally], at: float) -> dict[int, Tally]:
    """Return the tallies by the number of their incident; what is missing is made. Two tallies may be one by then."""
    owners = _owners(connection, _keys_of(tallies.values()))
    adopted = [tally for tally in tallies.values() if tally.key not in owners and tally.former in owners]
    unknown = [tally for tally in tallies.values() if tally.key not in owners and tally.former not in owners]
    known = [tally for tally in tallies.values() if tally.former and tally.key in owners and tally.former not in owners]
    pairs = [(tally.key, owners[tally.former or ""]) for tally in adopted]
    pairs += [(tally.former or "", owners[tally.key]) for tally in known]
    granted, surplus = _granted(connection, unknown, at) if unknown else ([], None)
    made = _make(connection, granted) if granted else {}
    pairs += [(key, number) for number, tally in made.items() for key in _keys_of([tally])]
    if pairs:
        _claim(connection, pairs)
        owners = _owners(connection, _keys_of(tallies.values()))
        _settle(connection, made, owners)
    result: dict[int, Tally] = {}
    placed = [(owners[tally.key], tally) for tally in tallies.values() if tally.key in owners]
    if surplus is not None:
        placed.append((_overflow(connection, surplus), surplus))
    for number, tally in placed:
        if number in result:
            result[number].absorb(tally)
        else:
            result[number] = tally
    return result


def _keys_of(tallies: Iterable[Tally]) -> list[str]:
    return sorted({key for tally in tallies for key in (tally.key, tally.former) if key is not None})


def _owners(connection: Connection, wanted: Sequence[str]) -> dict[str, int]:
    query = select(keys.c.key, keys.c.incident).where(among(connection, keys.c.key, wanted))
    return {row.key: row.incident for row in connection.execute(query)}


def _granted(connection: Connection, unknown: Sequence[Tally], at: float) -> tuple[list[Tally], Tally | None]:
    """Those that may become incidents, and the rest as one; each source has so many an hour."""
    by_source: dict[str, list[Tally]] = {}
    for tally in unknown:
        by_source.setdefault(tally.source, []).append(tally)
    granted: list[Tally] = []
    surplus: Tally | None = None
    for source in sorted(by_source):
        wanted = by_source[source]
        upsert = insert(connection, intake_limits).values(source=source, hour=int(at // HOUR), created=len(wanted))
        upsert = upsert.on_conflict_do_update(
            index_elements=[intake_limits.c.source, intake_limits.c.hour],
            set_={"created": intake_limits.c.created + len(wanted)},
        )
        created = int(connection.execute(upsert.returning(intake_limits.c.created)).scalar_one())
        room = max(0, min(len(wanted), MAX_NEW_PER_HOUR - (created - len(wanted))))
        granted += wanted[:room]
        for tally in wanted[room:]:
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
    statement = incidents.insert().returning(incidents.c.id, sort_by_parameter_order=True)
    numbers = connection.execute(statement, [_new_row(tally) for tally in tallies]).scalars().all()
    return dict(zip(numbers, tallies, strict=True))


def _new_row(tally: Tally) -> dict[str, object]:
    analysed = tally.latest
    event, template = analysed.event, analysed.template[:MAX_TEMPLATE]
    title = (template or analysed.diagnosis.error_class.value)[:MAX_TITLE]
    return {
        "fingerprint": analysed.fingerprint,
        "subject": event.subject,
        "host": event.base_url_host or "",
        "origin": event.origin.value,
        "title": title,
        "template": template,
        "search": search_text(title, template, event.subject),
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
    connection.execute(insert(connection, keys).on_conflict_do_nothing(), rows)


def _settle(connection: Connection, made: Mapping[int, Tally], owners: dict[str, int]) -> None:
    """Give up new incidents of which a key belongs to another one; ``owners`` says afterwards what holds."""
    for number, tally in made.items():
        others = [owners[key] for key in (tally.key, tally.former) if key and owners[key] != number]
        if not others:
            continue
        winner = others[0]
        connection.execute(update(keys).where(keys.c.incident == number).values(incident=winner, home=winner))
        connection.execute(delete(incidents).where(incidents.c.id == number))
        owners.update({key: winner for key, owner in owners.items() if owner == number})
