"""Where incidents are kept, and for how long; the text under each field says why its default is what it is."""

# ruff: noqa: RUF009 - setting() returns what dataclasses.field() returns

import re
from dataclasses import dataclass
from pathlib import Path

from sealane_telemetry.settings.variable import count, duration, path, setting

_DAY = 86_400


def database(text: str) -> str:
    """A database's address: ``sqlite:///FILE`` or ``postgresql://…`` as libpq writes it."""
    if re.fullmatch(r"sqlite:///.+", text):
        return text
    if re.match(r"postgres(ql)?://.", text):
        return re.sub(r"^postgres://", "postgresql://", text)
    raise ValueError("write sqlite:///FILE or postgresql://USER@HOST/DATABASE")


@dataclass(frozen=True, slots=True, repr=False)
class DatabaseSettings:
    """The database, its pool, and how long things are kept. Holds a password when the address does."""

    database: str = setting("SEALANE_DATABASE", "sqlite:///sealane-investigator.db", "URL", database)
    """SQLite for one process, PostgreSQL for replicas. ``sslmode`` and what else libpq reads in an address holds too.
    The default asks for nothing and survives a restart."""

    password_file: Path | None = setting("SEALANE_DATABASE_PASSWORD_FILE", "", "file", path)
    """The password, read whenever a connection is made, so that a rotated one needs no restart. Empty: the address has
    it, or none is needed."""

    pool: int = setting("SEALANE_DATABASE_POOL", "5", "connections", count(1, 100))
    """Connections of one replica at most. Counting uses one; five leave the API room, and three replicas take 15 of
    the 100 that PostgreSQL allows by default."""

    pool_timeout: float = setting("SEALANE_DATABASE_POOL_TIMEOUT", "5s", "duration", duration(0.1, 60))
    """How long work waits for a connection of the pool before the store counts as unavailable."""

    connect_timeout: float = setting("SEALANE_DATABASE_CONNECT_TIMEOUT", "5s", "duration", duration(0.1, 60))
    """How long a new connection may take."""

    statement_timeout: float = setting("SEALANE_DATABASE_STATEMENT_TIMEOUT", "30s", "duration", duration(0.1, 600))
    """How long one statement may take, and how long a transaction may lie idle before PostgreSQL ends it: a replica
    that hangs must not hold the row that numbers the stream."""

    seen_retention: float = setting("SEALANE_SEEN_RETENTION", "168h", "duration", duration(3_600, 365 * _DAY))
    """How long the ids of counted events are kept. It must outlive every replay: the routers' queues, the spool of a
    replica that is down, a backup that is played back. What is replayed later counts again."""

    occurrence_retention: float = setting(
        "SEALANE_OCCURRENCE_RETENTION", "720h", "duration", duration(3_600, 3_650 * _DAY)
    )
    """How long samples are kept. Counts stay."""

    incident_retention: float = setting(
        "SEALANE_INCIDENT_RETENTION", "4320h", "duration", duration(30 * _DAY, 3_650 * _DAY)
    )
    """How long a resolved incident is kept after anything last happened to it, with its hours and deeds."""

    def __repr__(self) -> str:
        """Without the address, which may hold a password."""
        return f"DatabaseSettings(pool={self.pool})"
