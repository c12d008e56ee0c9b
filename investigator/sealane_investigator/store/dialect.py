"""What SQLite and PostgreSQL say differently: lists as one parameter, upserts, row locks, the clock."""

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Double,
    FromClause,
    Select,
    Table,
    Text,
    bindparam,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeEngine


def is_postgresql(connection: Connection) -> bool:
    """Whether the other one is spoken."""
    return connection.dialect.name == "postgresql"


def insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """An ``INSERT`` that knows ``ON CONFLICT``; both databases word it alike."""
    return postgresql.insert(table) if is_postgresql(connection) else sqlite.insert(table)


def listed(connection: Connection, values: Collection[str] | Collection[int]) -> FromClause:
    """The values as rows of one column ``value``, in their order; one parameter however many they are."""
    if is_postgresql(connection):
        kind = _kind(values)
        array = bindparam(None, list(values), type_=postgresql.ARRAY(kind))
        return func.unnest(array).table_valued(column("value", kind), name="listed").render_derived()
    return func.json_each(msgspec.json.encode(list(values)).decode()).table_valued("value", name="listed")


def among(
    connection: Connection, left: ColumnElement[Any], values: Collection[str] | Collection[int]
) -> ColumnElement[bool]:
    """``left IN (values)`` with one parameter, so that the statement is prepared once and not for each length."""
    if is_postgresql(connection):
        array = bindparam(None, list(values), type_=postgresql.ARRAY(left.type))
        return left == func.any(array)
    return left.in_(select(listed(connection, values).c.value))


def locked(connection: Connection, query: Select[Any]) -> Select[Any]:
    """The query with its rows locked until the transaction ends; SQLite's transactions lock everything."""
    return query.with_for_update(key_share=True) if is_postgresql(connection) else query


def now(connection: Connection) -> ColumnElement[float]:
    """The database's clock as seconds since 1970, when the statement runs; SQLite's is the machine's."""
    if is_postgresql(connection):
        return literal_column("CAST(extract(epoch FROM clock_timestamp()) AS double precision)", Double)
    return literal_column("((julianday('now') - 2440587.5) * 86400.0)", Double)


def greatest(connection: Connection, left: Column[Any], right: ColumnElement[Any]) -> ColumnElement[Any]:
    """The larger of two."""
    return func.greatest(left, right) if is_postgresql(connection) else func.max(left, right)


def _kind(values: Collection[str] | Collection[int]) -> TypeEngine[Any]:
    return BigInteger() if all(isinstance(each, int) for each in values) else Text()
