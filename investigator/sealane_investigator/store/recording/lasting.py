"""Alerts that go on firing: a repetition is no new occurrence, but it shows that the trouble is not over.

Without this an alert that fires for two weeks would be taken for quiet, and somebody would be told that it is resolved.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, select

from sealane_investigator.incident.incident import ALERT_REPORTERS, Analysed
from sealane_investigator.store.dialect import among
from sealane_investigator.store.recording.tally import key_of
from sealane_investigator.store.schema import incidents, keys
from sealane_investigator.store.states import ACTIVE, HOUR

#: What lasts is noted so often, in seconds: Alertmanager repeats itself every few hours.
NOTED_EVERY = HOUR

_ACTIVE = sorted(state.value for state in ACTIVE)


def lasting_alerts(connection: Connection, again: Sequence[Analysed], at: float) -> list[int]:
    """Return the active incidents of alerts that come again, unless it was noted lately that they last."""
    wanted = {
        key_of(analysed.event, analysed.fingerprint)
        for analysed in again
        if analysed.event.reporter.startswith(ALERT_REPORTERS)
    }
    if not wanted:
        return []
    query = (
        select(incidents.c.id)
        .join(keys, keys.c.incident == incidents.c.id)
        .where(among(connection, keys.c.key, sorted(wanted)), incidents.c.state.in_(_ACTIVE))
        .where(incidents.c.last_seen <= at - NOTED_EVERY)
    )
    return sorted(set(connection.execute(query).scalars()))


def go_on(rows: Mapping[int, dict[str, Any]], lasting: Sequence[int], at: float) -> dict[int, dict[str, Any]]:
    """Let incidents be seen at ``at``; return their rows, which are locked."""
    for number in lasting:
        row = rows[number]
        row["last_seen"] = max(row["last_seen"], at)
        row["version"] += 1
        row["changed_at"] = at
    return {number: rows[number] for number in lasting}
