"""Doing what a person asks."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from sealane_api.diagnosis.error_class import Cause, ErrorClass
from sealane_investigator.errors import DeedRefused, StaleVersion
from sealane_investigator.incident.diagnosis import Diagnosis, Ground
from sealane_investigator.incident.incident import Incident, Resolution, State, Trigger
from sealane_investigator.interfaces import MAX_DEEDS, ChangeOf, Deed
from sealane_investigator.store.deeds import arguments as read
from sealane_investigator.store.deeds import merging
from sealane_investigator.store.dialect import among, locked
from sealane_investigator.store.journal import Entry, ask, publish
from sealane_investigator.store.rows import decoded, diagnosis_columns, encoded, incident_of, storable
from sealane_investigator.store.schema import deeds, incidents, investigations

Arguments = Mapping[str, object]
Values = dict[str, Any]


def act(
    connection: Connection, numbers: Sequence[int], deed: Deed, by: str, arguments: Arguments, at: float
) -> list[Incident]:
    """Do a deed to incidents. Raises DeedRefused, and then nothing was done."""
    wanted = sorted(set(numbers))
    if not 0 < len(wanted) <= MAX_DEEDS:
        raise DeedRefused(f"name from 1 to {MAX_DEEDS} incidents")
    arguments = _if_unchanged(connection, wanted, arguments)
    if deed is Deed.MERGE:
        changed = merging.merge(connection, wanted, read.number(arguments, "into"), at)
        kinds = dict.fromkeys(changed, ChangeOf.EDITED)
    elif deed is Deed.UNMERGE:
        changed = merging.unmerge(connection, wanted, at)
        kinds = dict.fromkeys(changed, ChangeOf.EDITED)
    else:
        kinds = _edit(connection, rows_of(connection, wanted), deed, by, arguments, at)
    _write_down(connection, wanted, deed, by, arguments, at)
    rows = rows_of(connection, sorted(kinds), merged=True)
    publish(connection, [Entry(kind, number, rows[number]["episode"]) for number, kind in sorted(kinds.items())], at)
    return [incident_of(rows[number]) for number in sorted(kinds)]


def _if_unchanged(connection: Connection, numbers: Sequence[int], arguments: Arguments) -> Arguments:
    """Return the arguments without ``versions``, once the rows are locked and have them. Raises StaleVersion."""
    versions = read.versions(arguments)
    if versions:
        rows = rows_of(connection, numbers, merged=True)
        for number in numbers:
            if number in versions and rows[number]["version"] != versions[number]:
                raise StaleVersion(number, rows[number]["version"])
    return {name: value for name, value in arguments.items() if name != read.VERSIONS}


def rows_of(connection: Connection, numbers: Sequence[int], *, merged: bool = False) -> dict[int, Values]:
    """Rows, locked by number. Raises DeedRefused when one is missing, or merged and that is not ``merged``."""
    query = select(incidents).where(among(connection, incidents.c.id, numbers)).order_by(incidents.c.id)
    rows = {row.id: dict(row._mapping) for row in connection.execute(locked(connection, query))}
    missing = [number for number in numbers if number not in rows]
    if missing:
        raise DeedRefused(f"there is no incident {missing[0]}")
    gone = [number for number, row in rows.items() if row["merged_into"] is not None]
    if gone and not merged:
        raise DeedRefused(f"incident {gone[0]} was merged into {rows[gone[0]]['merged_into']}; take that one")
    return rows


def _edit(
    connection: Connection, rows: Mapping[int, Values], deed: Deed, by: str, arguments: Arguments, at: float
) -> dict[int, ChangeOf]:
    if deed is Deed.INVESTIGATE:
        _ask_again(connection, rows, at)
    edit = _EDITS[deed]
    changed = [
        edit(row, arguments, by, at) | {"version": row["version"] + 1, "changed_at": at} for row in rows.values()
    ]
    # A deed changes the same columns of each, so this is one statement with many parameters.
    change = update(incidents).where(incidents.c.id == bindparam("b_id"))
    change = change.values({name: bindparam(f"b_{name}") for name in changed[0]})
    parameters = [
        {f"b_{name}": value for name, value in values.items()} | {"b_id": number}
        for number, values in zip(rows, changed, strict=True)
    ]
    connection.execute(change, parameters)
    return dict.fromkeys(rows, ChangeOf.RESOLVED if deed is Deed.RESOLVE else ChangeOf.EDITED)


def _resolve(row: Values, arguments: Arguments, by: str, at: float) -> Values:
    named = read.revisions(arguments, "revisions")
    revisions = named if named is not None else decoded(row["revisions"])
    resolution = Resolution(at=at, revisions=revisions, by=by)
    return {"state": State.RESOLVED.value, "resolution": encoded(resolution), "resolved_at": at, "ignored_until": None}


def _reopen(row: Values, _arguments: Arguments, _by: str, _at: float) -> Values:
    if State(row["state"]) not in {State.RESOLVED, State.IGNORED}:
        raise DeedRefused(f"incident {row['id']} is {row['state']} already")
    return {"state": State.OPEN.value, "resolution": None, "resolved_at": None, "ignored_until": None}


def _ignore(_row: Values, arguments: Arguments, _by: str, _at: float) -> Values:
    until = read.time(arguments, "until")
    return {"state": State.IGNORED.value, "ignored_until": until, "resolution": None, "resolved_at": None}


def _assign(_row: Values, arguments: Arguments, _by: str, _at: float) -> Values:
    return {"assignee": read.optional_text(arguments, "assignee", longest=read.MAX_NAME)}


def _comment(_row: Values, arguments: Arguments, _by: str, _at: float) -> Values:
    read.text(arguments, "text")
    return {}


def _feedback(_row: Values, arguments: Arguments, _by: str, _at: float) -> Values:
    read.truth(arguments, "right")
    read.word(arguments, "class", ErrorClass)
    read.optional_text(arguments, "text")
    return {}


def _reclassify(_row: Values, arguments: Arguments, by: str, _at: float) -> Values:
    chosen = read.word(arguments, "class", ErrorClass)
    if chosen is None:
        raise DeedRefused("class: write one of the classes")
    diagnosis = Diagnosis(
        error_class=chosen,
        confidence=1.0,
        ground=Ground.PERSON,
        why=f"{by} said so",
        cause=read.word(arguments, "cause", Cause),
    )
    return diagnosis_columns(diagnosis) | {"recommendation": None}


def _investigate(_row: Values, _arguments: Arguments, _by: str, _at: float) -> Values:
    return {}


_EDITS: dict[Deed, Callable[[Values, Arguments, str, float], Values]] = {
    Deed.RESOLVE: _resolve,
    Deed.REOPEN: _reopen,
    Deed.IGNORE: _ignore,
    Deed.ASSIGN: _assign,
    Deed.COMMENT: _comment,
    Deed.FEEDBACK: _feedback,
    Deed.RECLASSIFY: _reclassify,
    Deed.INVESTIGATE: _investigate,
}


def _ask_again(connection: Connection, rows: Mapping[int, Values], at: float) -> None:
    """Whoever asks again gets a new answer; one that is being worked on is not begun anew."""
    for number, row in rows.items():
        again = (
            update(investigations)
            .where(investigations.c.incident == number, investigations.c.episode == row["episode"])
            .where(investigations.c.trigger == Trigger.ASKED.value, investigations.c.done_at.is_not(None))
            .values(done_at=None, until=0.0, tries=0, asked_at=at, fence=investigations.c.fence + 1)
        )
        connection.execute(again)
    ask(connection, [(number, row["episode"], Trigger.ASKED) for number, row in rows.items()], at)


def _write_down(
    connection: Connection, numbers: Sequence[int], deed: Deed, by: str, arguments: Arguments, at: float
) -> None:
    told = encoded(dict(arguments))
    actor = storable(by[: read.MAX_NAME])
    rows = [{"incident": number, "at": at, "actor": actor, "deed": deed.value, "arguments": told} for number in numbers]
    connection.execute(deeds.insert(), rows)
