"""One outage is one incident with children: what fails at a host while that host's outage is open belongs to it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from sealane_investigator.store.dialect import among
from sealane_investigator.store.schema import incidents
from sealane_investigator.store.states import ACTIVE


def adopt(connection: Connection, rows: Mapping[int, dict[str, Any]], begun: Sequence[int]) -> None:
    """Give a parent to those whose episode has ``begun``: the oldest open outage of the same host, if there is one."""
    orphans = [number for number in begun if rows[number]["outage"] and rows[number]["host"]]
    for number in begun:
        rows[number]["parent"] = None
    if not orphans:
        return
    parents = _open_outages(connection, sorted({rows[number]["host"] for number in orphans}), begun)
    for number in sorted(orphans):
        host = rows[number]["host"]
        if host in parents:
            rows[number]["parent"] = parents[host]
        else:
            parents[host] = number


def _open_outages(connection: Connection, hosts: Sequence[str], begun: Sequence[int]) -> dict[str, int]:
    query = (
        select(incidents.c.host, func.min(incidents.c.id).label("oldest"))
        .where(among(connection, incidents.c.host, hosts), incidents.c.outage, incidents.c.parent.is_(None))
        .where(incidents.c.merged_into.is_(None), incidents.c.state.in_([state.value for state in sorted(ACTIVE)]))
        .where(~among(connection, incidents.c.id, begun))
        .group_by(incidents.c.host)
    )
    return {row.host: row.oldest for row in connection.execute(query)}
