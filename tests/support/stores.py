"""The investigator's store for tests: on a new SQLite file, and on an emptied PostgreSQL.

A ``conftest.py`` imports the fixtures. ``store`` runs a test on both databases; ``sqlite_store`` is for those who only
need one. Where nobody has PostgreSQL its tests are skipped with a line that says how to get it; with CI set they fail.
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_api.diagnosis.error_event import ErrorEvent
from sealane_investigator.incident.diagnosis import Diagnosis, Ground
from sealane_investigator.incident.incident import Analysed, Incident
from sealane_investigator.interfaces import Deed
from sealane_investigator.settings.database import DatabaseSettings
from sealane_investigator.store.database import Database, open_database
from sealane_investigator.store.migration import migrate
from sealane_investigator.store.schema import metadata
from sealane_investigator.store.store import SqlStore, open_store
from tests.support.cluster_binaries import ProgramMissing
from tests.support.postgres import Postgres

#: A Tuesday, 10:00 UTC.
NOON = 1_700_000_000.0 // 3600 * 3600
HOUR = 3600.0
DAY = 24 * HOUR

#: A test's machine may be busy with anything; what a limit does when it is reached is tested where it is set.
_PATIENT = DatabaseSettings(pool_timeout=60.0, connect_timeout=60.0, statement_timeout=60.0)

DIAGNOSIS = Diagnosis(error_class=ErrorClass.RATE_LIMIT, confidence=0.9, ground=Ground.CODE, why="the code says so")


@dataclass(slots=True)
class FakeClock:
    """The time, as a test says it is."""

    at: float = NOON

    def __call__(self) -> float:
        return self.at

    def pass_(self, seconds: float) -> float:
        """Let time pass; return what it is then."""
        self.at += seconds
        return self.at


Opener = Callable[..., Awaitable[SqlStore]]


def analysed(number: int | str = 1, *, kind: str = "a", at: float = NOON, **more: Any) -> Analysed:
    """An event after the pure stages; ``kind`` is its fingerprint. What the event says else is in ``more``."""
    former = more.pop("former", None)
    diagnosis = more.pop("diagnosis", DIAGNOSIS)
    values: dict[str, Any] = {
        "id": f"event-{number}",
        "reporter": "router-1",
        "epoch": "1",
        "sequence": number if isinstance(number, int) else 1,
        "occurred_at": at,
        "route": "team/chat",
        "revision": 3,
        "provider": "moonshot",
        "base_url_host": "api.moonshot.ai",
        "model": "kimi-k2.6",
        "tenant": "blue",
        "status": 429,
        "message": "slow down",
    }
    return Analysed(
        event=ErrorEvent(**(values | more)),
        fingerprint=f"v1:{kind}",
        template=f"slow down {kind}",
        diagnosis=diagnosis,
        former=former,
    )


def events(count: int, *, first: int = 1, **more: Any) -> list[Analysed]:
    """So many events of one kind, numbered."""
    return [analysed(number, **more) for number in range(first, first + count)]


def numbered(*numbers: int, **more: Any) -> list[Analysed]:
    """Events of one process of a router, whose ids say its epoch and their numbers."""
    return [analysed(number, epoch="e", id=f"e-{number}", **more) for number in numbers]


async def one(store: SqlStore, number: int = 1) -> Incident:
    """An incident that is there."""
    found = await store.incident(number)
    assert found is not None
    return found


async def do(store: SqlStore, deed: Deed, *numbers: int, **arguments: object) -> list[Incident]:
    """A deed of Ada's."""
    return await store.act(numbers or (1,), deed, "ada", arguments)


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands still."""
    return FakeClock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server for the whole run; it keeps nothing."""
    server = Postgres()
    try:
        server.__enter__()
    except ProgramMissing as missing:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(missing))
    yield server
    server.__exit__(None, None, None)


async def emptied(url: str) -> None:
    """Bring the tables up to this code and empty them; numbers begin at 1 again."""
    database = open_database(replace(_PATIENT, database=url))
    await migrate(database)
    await database.write(lambda to: to.execute(text(_EMPTY)))
    await database.close()


#: In one call, and quicker than TRUNCATE, which makes new files.
_EMPTY = f"""
DO $$
DECLARE
    each record;
BEGIN
    {" ".join(f"DELETE FROM {table};" for table in reversed(metadata.sorted_tables))}
    INSERT INTO sealane.counters (name, value) VALUES ('stream', 0);
    FOR each IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'sealane' LOOP
        EXECUTE format('ALTER SEQUENCE sealane.%I RESTART', each.sequencename);
    END LOOP;
END
$$
"""


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    await emptied(server.url)
    return server.url


@pytest.fixture
async def opener(database_url: str, clock: FakeClock) -> AsyncIterator[Opener]:
    """Opens stores on one database; what it opened is closed."""
    opened: list[SqlStore] = []

    async def open_(**settings: Any) -> SqlStore:
        chosen = replace(_PATIENT, database=database_url, **settings)
        opened.append(await open_store(chosen, clock))
        return opened[-1]

    yield open_
    for store in opened:
        await store.close()


@pytest.fixture
async def store(opener: Opener) -> SqlStore:
    """A store on an empty database, of either kind."""
    return await opener()


@pytest.fixture
async def sqlite_store(tmp_path: Path, clock: FakeClock) -> AsyncIterator[SqlStore]:
    """A store on a new SQLite file."""
    settings = replace(_PATIENT, database=f"sqlite:///{tmp_path / 'store.db'}")
    opened = await open_store(settings, clock)
    yield opened
    await opened.close()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The database itself, with its tables, for tests that look into rows."""
    opened = open_database(replace(_PATIENT, database=database_url))
    await migrate(opened)
    yield opened
    await opened.close()
