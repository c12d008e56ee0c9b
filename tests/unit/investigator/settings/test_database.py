"""How the database is named."""

from dataclasses import replace

import pytest

from sealane_investigator.settings.database import DatabaseSettings, database
from sealane_telemetry.settings.reading import Written


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sqlite:///incidents.db", "sqlite:///incidents.db"),
        ("sqlite:////var/lib/sealane/incidents.db", "sqlite:////var/lib/sealane/incidents.db"),
        ("postgresql://ada@db/sealane?sslmode=require", "postgresql://ada@db/sealane?sslmode=require"),
        ("postgres://ada@db/sealane", "postgresql://ada@db/sealane"),
    ],
)
def test_an_address_is_read_as_people_write_it(written: str, meant: str) -> None:
    """Both spellings of PostgreSQL, and SQLite's files."""
    assert database(written) == meant


@pytest.mark.parametrize("written", ["", "mysql://db", "sqlite://", "sqlite:///", "postgresql://", "/var/lib/x.db"])
def test_another_address_is_refused_with_what_to_write(written: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError, match="write sqlite:///FILE or postgresql://"):
        database(written)


def test_every_variable_is_read(tmp_path: object) -> None:
    """From the environment, by its name."""
    environ = {
        "SEALANE_DATABASE": "postgresql://db/x",
        "SEALANE_DATABASE_PASSWORD_FILE": "/run/password",
        "SEALANE_DATABASE_POOL": "7",
        "SEALANE_SEEN_RETENTION": "24h",
    }
    written = Written({}, environ, {})

    read = written.read(DatabaseSettings())

    assert written.problems == []
    assert (read.database, str(read.password_file), read.pool) == ("postgresql://db/x", "/run/password", 7)
    assert read.seen_retention == 86_400


def test_settings_do_not_show_the_password_of_the_address() -> None:
    """Whoever prints them by accident prints nothing secret."""
    assert "hunter2" not in repr(replace(DatabaseSettings(), database="postgresql://ada:hunter2@db/x"))
