"""The settings as a whole."""

import ast
import inspect

import pytest

from sealane_investigator.settings import asking, cluster, database, gathering, groups
from sealane_investigator.settings.model import Settings
from sealane_telemetry.settings.variable import SettingsError

_TOKENS = {"SEALANE_INVESTIGATOR_TOKENS": "/tokens.yaml"}


def test_a_flag_beats_a_variable_and_a_variable_the_default() -> None:
    """Parsed, each with its unit."""
    environ = {**_TOKENS, "SEALANE_SPOOL_LIMIT": "1GiB", "SEALANE_STOP_DEADLINE": "5s"}

    settings = Settings.from_environment(environ, {"--stop-deadline": "1m"})

    assert settings.spool.spool_limit == 1024**3
    assert settings.work.stop_deadline == 60.0
    assert settings.work.investigations == 4


def test_it_does_not_serve_without_tokens() -> None:
    """There is no anonymous access; a migration needs none."""
    with pytest.raises(SettingsError, match="SEALANE_INVESTIGATOR_TOKENS: found nothing"):
        Settings.from_environment({})
    assert Settings.from_environment({}, needs_tokens=False).server.tokens is None


def test_every_problem_is_told_at_once() -> None:
    """With its name and the remedy."""
    environ = {"SEALANE_SPOOL_LIMIT": "much", "SEALANE_DATABASE": "mysql://x"}

    with pytest.raises(SettingsError) as refused:
        Settings.from_environment(environ, {"--spol": "x"})

    lines = str(refused.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == ["--spol", "SEALANE_SPOOL_LIMIT", "SEALANE_DATABASE"]
    assert "did you mean --spool?" in lines[0]


def test_events_of_a_cluster_need_a_namespace() -> None:
    """Their Lease is there."""
    with pytest.raises(SettingsError, match="SEALANE_NAMESPACE"):
        Settings.from_environment({**_TOKENS, "SEALANE_CLUSTER": "true"})
    without = {**_TOKENS, "SEALANE_CLUSTER": "true", "SEALANE_KUBERNETES_EVENTS": "false"}
    assert Settings.from_environment(without).cluster.cluster


def test_what_holds_is_shown_without_secrets() -> None:
    """An address of a database may have a password in it."""
    environ = {**_TOKENS, "SEALANE_DATABASE": "postgresql://u:secret@h/d", "SEALANE_WEBHOOK_URL": "https://h/secret"}

    shown = Settings.from_environment(environ).effective()

    assert shown["SEALANE_INVESTIGATOR_LISTEN"] == "0.0.0.0:8081"
    assert "secret" not in repr(shown)


def test_every_setting_has_a_name_of_its_own_and_says_what_it_does() -> None:
    """A docstring stands under each field, where an editor shows it."""
    names = [variable.name for variable in Settings.variables()]
    assert len(names) == len(set(names))
    silent = []
    for module in (asking, cluster, database, gathering, groups):
        for group in ast.parse(inspect.getsource(module)).body:
            if not isinstance(group, ast.ClassDef):
                continue
            for field, text in zip(group.body, [*group.body[1:], None], strict=True):
                if isinstance(field, ast.AnnAssign) and not (
                    isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant)
                ):
                    silent.append(f"{group.name}.{ast.unparse(field.target)}")
    assert silent == []
