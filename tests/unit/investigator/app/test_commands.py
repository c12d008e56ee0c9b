"""``serve`` and ``migrate`` say what is wrong before anything is started; running, they are an integration test."""

from collections.abc import Callable
from typing import Any

import pytest

from sealane_investigator.app import commands
from sealane_investigator.app.commands import run_migrate, run_serve
from sealane_investigator.settings.model import Settings


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """Nothing is started; the exit code would be 7."""
    started: list[Settings] = []

    def serve(settings: Settings, build: Callable[..., Any], **_: Any) -> int:
        started.append(settings)
        return 7

    monkeypatch.setattr(commands, "serve", serve)
    return started


def test_flags_and_variables_become_settings(served: list[Settings], capsys: pytest.CaptureFixture[str]) -> None:
    """A misspelt variable is told, for it would do nothing."""
    environ = {"SEALANE_INVESTIGATOR_TOKENS": "t.yaml", "SEALANE_SPOL": "x"}

    assert run_serve(["--spool", "s", "--log-level=debug"], environ) == 7

    assert str(served[0].spool.spool) == "s"
    assert capsys.readouterr().err == "SEALANE_SPOL: no such setting; did you mean SEALANE_SPOOL?\n"


@pytest.mark.parametrize("arguments", [[], ["--spool"], ["--spol", "x"], ["--investigations", "0"]])
def test_a_wrong_setting_is_a_usage_error(
    arguments: list[str], served: list[Settings], capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, and nothing is started."""
    assert run_serve(arguments, {}) == 2
    assert (served, capsys.readouterr().err != "") == ([], True)


def test_a_migration_needs_a_database_and_no_tokens(capsys: pytest.CaptureFixture[str]) -> None:
    """A wrong address is told."""
    assert run_migrate(["--database", "mysql://x"], {}) == 2
    assert capsys.readouterr().err.startswith("--database: found 'mysql://x'")
