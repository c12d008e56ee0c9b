"""Imports point down only, and every module can be the first one imported."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGES, PROJECT, ROOT, module_name, shown, sources

# Runs in an interpreter of its own. Third parties are imported once, before the forks, so that a module costs
# milliseconds; each of ours is then the first one imported in a child, where a circular import shows. A child for each
# core runs at a time.
_IMPORT_EACH_ALONE = """
import importlib, os, sys, traceback, warnings
names = "aiohttp.web httptools kopf kubernetes.aio.client kubernetes.aio.config msgspec prometheus_client pydantic re2"
for name in f"{names} alembic.command sqlalchemy.ext.asyncio structlog typer yaml".split():
    importlib.import_module(name)
failed = begun = 0
for name in sys.argv[1:]:
    begun += 1
    if begun > os.cpu_count():
        failed += os.wait()[1] != 0
    if os.fork() == 0:
        warnings.simplefilter("error")
        try:
            importlib.import_module(name)
        except BaseException:
            sys.stderr.write(f"--- {name}\\n{traceback.format_exc(limit=-2)}")
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
for _ in range(min(begun, os.cpu_count())):
    failed += os.wait()[1] != 0
sys.exit(failed != 0)
"""


def test_the_layers_are_kept() -> None:
    """Every contract of ``[tool.importlinter]`` holds."""
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=110)

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_pages_tell_the_layers_that_are_kept() -> None:
    """The architecture page and the router's own docstring list the layers of the contract, in its order."""
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    (layers,) = (each["layers"] for each in contracts if each.get("containers") == ["sealane_router"])
    told = " → ".join(layers[layers.index("app") :])
    pages = [ROOT / "docs" / "architecture.md", PACKAGES["sealane_router"] / "__init__.py"]
    untold = [
        shown(page) for page in pages if told not in " ".join(page.read_text(encoding="utf-8").replace("`", "").split())
    ]

    assert untold == [], told


@pytest.mark.timeout(600)
def test_every_module_can_be_imported_first() -> None:
    """No module depends on another one having been imported before it, and none warns."""
    names = [module_name(path) for path in sources()]
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT_EACH_ALONE, *names],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},  # else every child compiles what it imports
        capture_output=True,
        text=True,
        timeout=500,
    )

    assert done.returncode == 0, done.stderr
