"""The engine: connections that are bounded in number and time, and transactions that are tried again when they may.

Everything inside a transaction is written as a plain function of a :class:`sqlalchemy.Connection`; only this module
knows that the connection is asynchronous. Errors of the network and of the server become
:class:`~sealane_investigator.errors.StoreUnavailable` here and nowhere else.
"""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from sealane_investigator.errors import StoreUnavailable
from sealane_investigator.settings.database import DatabaseSettings
from sealane_investigator.store.schema import SCHEMA

T = TypeVar("T")

#: How often a transaction is tried that lost to another one, and the longest wait between two tries, in seconds.
MAX_TRIES = 6
_LONGEST_WAIT = 0.5

#: SQLSTATE of what may be tried again at once: serialisation failures and deadlocks.
_LOST = {"40001", "40P01"}

#: SQLSTATE classes and codes that say that the server cannot work now, whatever is asked.
_UNABLE = ("08", "28", "3D", "53", "57P", "25006", "57014", "25P03")


class Again(Exception):
    """What the transaction read first is no longer so; it is rolled back and begun again."""


class Database:
    """A pool of connections; ``write`` is one transaction, ``read`` as many statements as its work has."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._writing = engine.execution_options(sealane_begin="BEGIN IMMEDIATE")
        #: SQLite has one writer; to wait here in turn is cheaper and fairer than its busy handler.
        self._turn = asyncio.Lock() if engine.dialect.name == "sqlite" else None

    @property
    def is_sqlite(self) -> bool:
        """Whether the database belongs to this process alone."""
        return self._turn is not None

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work``, which writes nothing. Raises StoreUnavailable."""
        with _translated():
            async with self._engine.connect() as connection:
                return await connection.run_sync(work)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in a transaction, again when it lost to another one. Raises StoreUnavailable.

        Whether it was committed is not known when the connection breaks at that moment; whoever replays events does
        not mind.
        """
        for tries in range(MAX_TRIES):
            try:
                with _translated():
                    return await self._once(work)
            except Again:
                await asyncio.sleep(random.uniform(0, min(_LONGEST_WAIT, 0.01 * 2**tries)))  # noqa: S311 - no secret
        raise StoreUnavailable(f"the database made a transaction begin again {MAX_TRIES} times; it is tried later")

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()

    async def _once(self, work: Callable[[Connection], T]) -> T:
        if self._turn is None:
            async with self._writing.begin() as connection:
                return await connection.run_sync(work)
        async with self._turn, self._writing.begin() as connection:
            return await connection.run_sync(work)


def open_database(settings: DatabaseSettings) -> Database:
    """Return the database that the settings name; nothing is connected yet."""
    common: dict[str, Any] = {
        "pool_size": settings.pool,
        "max_overflow": 0,
        "pool_timeout": settings.pool_timeout,
        "hide_parameters": True,  # an error's text would show what was being written
    }
    if settings.database.startswith("sqlite"):
        engine = create_async_engine(
            settings.database.replace("sqlite://", "sqlite+aiosqlite://", 1),
            connect_args={"timeout": settings.statement_timeout},
            execution_options={"schema_translate_map": {SCHEMA: None}},
            **common,
        )
        event.listen(engine.sync_engine, "connect", _prepare_sqlite)
        event.listen(engine.sync_engine, "begin", _begin_sqlite)
    else:
        engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=_connecting(settings),
            pool_pre_ping=True,
            pool_recycle=1800,
            **common,
        )
    return Database(engine)


def _connecting(settings: DatabaseSettings) -> Callable[[], Any]:
    """A coroutine function that connects; asyncpg reads the address as libpq does."""
    password = _reading(settings.password_file) if settings.password_file else None
    milliseconds = str(int(settings.statement_timeout * 1000))

    async def connect() -> "asyncpg.Connection":
        return await asyncpg.connect(
            settings.database,
            password=password,
            timeout=settings.connect_timeout,
            command_timeout=settings.statement_timeout,
            server_settings={
                "application_name": "sealane-investigator",
                "idle_in_transaction_session_timeout": milliseconds,
                "jit": "off",
            },
        )

    return connect


def _reading(file: Path) -> Callable[[], str]:
    return lambda: file.read_text(encoding="utf-8").strip()


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    """WAL: who reads does not wait for the writer. The driver begins no transaction by itself."""
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sealane_begin", "BEGIN"))


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except PoolTimeout as error:
        raise StoreUnavailable("no connection of the pool came free in time; raise SEALANE_DATABASE_POOL") from error
    except DBAPIError as error:
        raise _judged(error, error.orig) from error
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise _judged(error, error) from error


def _judged(error: BaseException, original: BaseException | None) -> BaseException:
    """What to raise instead; an error that no waiting mends stays what it is."""
    state = str(getattr(original, "sqlstate", None) or "")
    if state in _LOST or type(original).__name__ == "InvalidCachedStatementError":
        return Again()  # the latter: somebody migrated while this connection lived
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if lost or not state or state.startswith(_UNABLE):
        if _is_defect(original, state):
            return error
        said = type(original).__name__ + (f" {state}" if state else "")
        return StoreUnavailable(f"the database does not answer ({said}); start it, or correct SEALANE_DATABASE")
    return error


def _is_defect(original: BaseException | None, state: str) -> bool:
    """SQLite has no states: what is not about its file or its locks is a defect of ours."""
    return not state and type(original).__name__ in {"IntegrityError", "ProgrammingError", "DataError"}
