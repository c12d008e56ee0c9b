"""Pages of incidents: filters, order, and cursors that hold while incidents are counted."""

import base64
import binascii
from typing import Any

import msgspec
from sqlalchemy import Column, ColumnElement, Connection, Select, and_, or_, select

from sealane_investigator.errors import DeedRefused
from sealane_investigator.interfaces import MAX_PAGE, SORTS, Page, Query
from sealane_investigator.store.dialect import is_postgresql
from sealane_investigator.store.rows import incident_of, storable
from sealane_investigator.store.schema import facets, incidents, texts

_LONGEST_TEXT = 200


def page(connection: Connection, query: Query) -> Page:
    """A page of what is wanted. Raises DeedRefused for an order or a cursor that there is not."""
    statement = _ordered(_filtered(select(incidents), query), query)
    if is_postgresql(connection):
        # A plan that suits every argument suits none: a word may be in all texts or in one.
        connection.exec_driver_sql("SET LOCAL plan_cache_mode = force_custom_plan")
    limit = max(1, min(query.limit, MAX_PAGE))
    rows = connection.execute(statement.limit(limit + 1)).all()
    found, more = rows[:limit], len(rows) > limit
    following = _cursor(query.sort, found[-1]._mapping[query.sort], found[-1].id) if more else None
    return Page(incidents=tuple(incident_of(row) for row in found), next=following)


def _filtered(statement: Select[Any], query: Query) -> Select[Any]:
    columns = incidents.c
    merged = columns.merged_into
    conditions: list[ColumnElement[bool]] = [
        merged.is_(None) if query.merged_into is None else merged == query.merged_into
    ]
    if query.states:
        conditions.append(columns.state.in_([state.value for state in query.states]))
    if query.classes:
        conditions.append(columns["class"].in_([storable(each) for each in query.classes]))
    if query.since is not None:
        conditions.append(columns.last_seen >= query.since)
    if query.until is not None:
        conditions.append(columns.last_seen < query.until)
    if query.unsure is not None:
        conditions.append(columns.unsure.is_(query.unsure))
    exact = ((columns.parent, query.parent), (columns.assignee, query.assignee), (columns.origin, query.origin))
    conditions += [
        column == (storable(value) if isinstance(value, str) else value) for column, value in exact if value is not None
    ]
    if words := storable(query.text[:_LONGEST_TEXT].lower()).split():
        having = (texts.c.search.contains(word, autoescape=True) for word in words)
        conditions.append(columns.id.in_(select(texts.c.incident).where(*having)))
    conditions += [_has_facet(facet, value) for facet, value in sorted(query.facets.items())]
    return statement.where(*conditions)


def _has_facet(facet: str, value: str) -> ColumnElement[bool]:
    having = select(facets.c.incident).where(facets.c.facet == storable(facet), facets.c.value == storable(value))
    return incidents.c.id.in_(having)


def _ordered(statement: Select[Any], query: Query) -> Select[Any]:
    if query.sort not in SORTS:
        raise DeedRefused(f"incidents are sorted by {', '.join(SORTS)}")
    column: Column[Any] = incidents.c[query.sort]
    if query.after is not None:
        value, number = _position(query.sort, query.after)
        statement = statement.where(or_(column < value, and_(column == value, incidents.c.id < number)))
        # Said twice, for the first form alone does not bound the scan of an index.
        statement = statement.where(column <= value)
    return statement.order_by(column.desc(), incidents.c.id.desc())


def _cursor(sort: str, value: float, number: int) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode([sort, value, number])).decode().rstrip("=")


def _position(sort: str, cursor: str) -> tuple[float, int]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        of, value, number = msgspec.json.decode(text, type=tuple[str, float, int])
    except (ValueError, binascii.Error, msgspec.DecodeError):
        raise DeedRefused("the cursor is not one of ours; begin again without it") from None
    if of != sort or abs(number) >= 1 << 63:
        raise DeedRefused("the cursor belongs to another order; begin again without it")
    return value, number
