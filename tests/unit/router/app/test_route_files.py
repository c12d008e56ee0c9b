"""Routes from files as a source of tables; test_configuration.py edits them."""

from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from sealane_api.route_table import SecretRef
from sealane_router.app.changes import Changes
from sealane_router.app.route_files import RouteFiles
from sealane_router.app.source import ConfigurationError
from sealane_router.routing.matcher import Matcher
from sealane_router.settings.groups import SourceSettings
from sealane_telemetry.metrics import RouterMetrics
from tests.support.routes import KEYS, two_providers


def _files(path: Path) -> RouteFiles:
    changes = Changes(RouterMetrics(CollectorRegistry()))
    return RouteFiles(SourceSettings(routes=(path,)), KEYS, changes, laptop=True)


async def test_there_is_a_table_when_files_changed_and_else_none(tmp_path: Path) -> None:
    """A bad edit is no table; the check says why, and stands in nobody's way."""
    path = two_providers(tmp_path, "http://127.0.0.1:1/v1", "http://127.0.0.1:2/api/paas/v4")
    files = _files(path)
    await files.open()
    first = files.first(Matcher)
    unchanged = await files.next(Matcher)
    path.write_text("nonsense: [", "utf-8")
    bad = await files.next(Matcher)
    (check,) = files.checks
    problem = check.probe()
    two_providers(tmp_path, "http://127.0.0.1:3/v1", "http://127.0.0.1:2/api/paas/v4")
    mended = await files.next(Matcher)
    await files.wait(0.0)
    await files.close()

    assert (unchanged, bad, check.name, check.advisory) == (None, None, "routes-file", True)
    assert problem is not None
    assert "routes.yaml" in problem
    assert mended is not None
    assert mended.table.hash != first.table.hash
    assert (files.problem, files.route_problems) == (None, {})
    assert files.credentials.credential("default", SecretRef("moonshot", "api-key")).value is not None


def test_files_that_cannot_be_served_are_no_first_table(tmp_path: Path) -> None:
    """There is no last good one."""
    with pytest.raises(ConfigurationError, match=r"nowhere\.yaml"):
        _files(tmp_path / "nowhere.yaml").first(Matcher)
