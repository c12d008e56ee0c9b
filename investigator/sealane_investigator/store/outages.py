"""One outage is one incident with children.

The parent is an incident whose cause is the provider's own (the facts of the gateway say so). Its children are those of
the same host, of a class that an outage explains, whose episode began while the outage went on; and what the gateway
refused itself meanwhile, on the same route, because no target was left. Notices of a child are held back while the
parent is open; afterwards only those are told of that went on when the outage was over.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Select, and_, func, or_, select, update

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_investigator.causes.outage import OUTAGE_CLASSES
from sealane_investigator.incident.incident import OTHER, State
from sealane_investigator.store.dialect import among, locked
from sealane_investigator.store.schema import facets, incidents
from sealane_investigator.store.states import ACTIVE, HOUR

#: An outage of which nothing was seen for so long is over, though nobody has resolved its incident, in seconds.
OVER_AFTER = HOUR

#: A child that is seen so long after its parent goes on by itself, in seconds.
OUTLASTS = 600

#: Children that one investigation finds at most.
MAX_ADOPTED = 200

_CHILD_CLASSES = sorted(each.value for each in OUTAGE_CLASSES)

#: What the gateway refuses when breakers have taken every target away; that names a route and no host.
_REFUSALS = sorted((ErrorClass.NO_HEALTHY_UPSTREAM.value, ErrorClass.ALL_UPSTREAMS_FAILED.value))
_GATEWAY = "gateway"
_OPEN = sorted(state.value for state in ACTIVE)
_HOLDING = [*_OPEN, State.IGNORED.value]


def may_be_child(row: Mapping[str, Any]) -> bool:
    """Whether an outage of its host, or of its route's, would explain an incident."""
    if row["subject"] == _GATEWAY:
        return row["class"] in _REFUSALS
    return bool(row["host"]) and row["class"] in _CHILD_CLASSES


def adopt(connection: Connection, rows: Mapping[int, dict[str, Any]], begun: Sequence[int], at: float) -> None:
    """Give a parent to those whose episode has ``begun``, if there is an outage at their host or on their route."""
    orphans = [number for number in begun if may_be_child(rows[number])]
    for number in begun:
        rows[number]["parent"] = None
    parents = _outages(connection, sorted({rows[number]["host"] for number in orphans} - {""}), begun, at)
    on_routes = _outages_on_routes(connection, [number for number in orphans if not rows[number]["host"]], begun, at)
    for number in orphans:
        rows[number]["parent"] = on_routes.get(number, parents.get(rows[number]["host"]))


def recognised(connection: Connection, number: int, host: str, at: float) -> tuple[int | None, list[int]]:
    """What follows when an incident turns out to be an outage: its parent, if an older one is, else its children.

    The rows of all are locked by number, before anything is written to them.
    """
    if not host:
        return None, []
    related = or_(incidents.c.outage, incidents.c["class"].in_(_CHILD_CLASSES))
    refusals = and_(
        incidents.c.subject == _GATEWAY,
        incidents.c["class"].in_(_REFUSALS),
        incidents.c.id.in_(_sharing_a_route(number)),
    )
    near = select(incidents.c.id).where(incidents.c.state.in_(_HOLDING))
    near = near.where(or_(and_(incidents.c.host == host, related), refusals))
    recent = near.where(incidents.c.last_seen >= at - OVER_AFTER).order_by(incidents.c.id).limit(MAX_ADOPTED)
    numbers = sorted({number, *connection.execute(recent).scalars()})
    query = select(incidents.c.id).where(among(connection, incidents.c.id, numbers)).order_by(incidents.c.id)
    connection.execute(locked(connection, query))
    older = _outages(connection, [host], [number], at).get(host)
    if older is not None:
        return older, []
    parents = select(incidents.c.parent).where(incidents.c.parent.is_not(None))
    children = select(incidents.c.id).where(
        among(connection, incidents.c.id, numbers),
        incidents.c.id != number,
        incidents.c.parent.is_(None),
        incidents.c.merged_into.is_(None),
        incidents.c.episode_began >= at - OVER_AFTER,
        incidents.c.id.not_in(parents),
    )
    return None, sorted(connection.execute(children).scalars())


def give_parent(connection: Connection, children: Sequence[int], parent: int, at: float) -> dict[int, int]:
    """Make incidents children; return the episode of each."""
    if not children:
        return {}
    values = {"parent": parent, "version": incidents.c.version + 1, "changed_at": at}
    link = update(incidents).where(among(connection, incidents.c.id, children)).values(values)
    rows = connection.execute(link.returning(incidents.c.id, incidents.c.episode))
    return {row.id: row.episode for row in rows}


def held(child: FromClause, parent: FromClause, at: float) -> ColumnElement[bool]:
    """Whether ``parent`` is that of ``child`` and holds its notices back."""
    going_on = or_(parent.c.last_seen > at - OVER_AFTER, child.c.last_seen <= parent.c.last_seen + OUTLASTS)
    ended_with_it = and_(parent.c.state == State.RESOLVED.value, child.c.last_seen <= parent.c.resolved_at)
    return and_(
        parent.c.id == child.c.parent,
        parent.c.parent.is_(None),
        or_(and_(parent.c.state.in_(_HOLDING), going_on), ended_with_it),
    )


def _outages(connection: Connection, hosts: Sequence[str], besides: Sequence[int], at: float) -> dict[str, int]:
    """The oldest outage that goes on at each host."""
    if not hosts:
        return {}
    query = (
        select(incidents.c.host, func.min(incidents.c.id).label("oldest"))
        .where(among(connection, incidents.c.host, hosts), *_going_on(connection, besides, at))
        .group_by(incidents.c.host)
    )
    return {row.host: row.oldest for row in connection.execute(query)}


def _outages_on_routes(
    connection: Connection, refusals: Sequence[int], besides: Sequence[int], at: float
) -> dict[int, int]:
    """The oldest outage that goes on and has a route in common with each refusal."""
    found: dict[int, int] = {}
    for number in refusals:
        sharing = incidents.c.id.in_(_sharing_a_route(number))
        query = select(func.min(incidents.c.id)).where(sharing, *_going_on(connection, besides, at))
        oldest = connection.execute(query).scalar_one_or_none()
        if oldest is not None:
            found[number] = oldest
    return found


def _sharing_a_route(number: int) -> Select[tuple[int]]:
    """Incidents that have a route in common with one."""
    own, others = facets.alias("own"), facets.alias("others")
    same = and_(others.c.facet == own.c.facet, others.c.value == own.c.value)
    query = select(others.c.incident).select_from(own.join(others, same))
    return query.where(own.c.incident == number, own.c.facet == "route", own.c.value != OTHER)


def _going_on(connection: Connection, besides: Sequence[int], at: float) -> tuple[ColumnElement[bool], ...]:
    """What an incident is that is an outage now, and nobody's child."""
    return (
        incidents.c.outage,
        incidents.c.parent.is_(None),
        incidents.c.merged_into.is_(None),
        incidents.c.state.in_(_HOLDING),
        incidents.c.last_seen >= at - OVER_AFTER,
        ~among(connection, incidents.c.id, besides),
    )
