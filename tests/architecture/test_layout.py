"""The layout of the house: one package a root, and nothing that hides the standard library."""

import operator
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.architecture.house import PACKAGES, ROOT, ROOTS, shown


def test_no_root_is_a_package() -> None:
    """``operator/__init__.py`` would hide Python's own ``operator``; no root starts the habit."""
    found = [shown(root / "__init__.py") for root in ROOTS if (root / "__init__.py").exists()]

    assert found == []


def test_no_folder_of_the_tests_is_a_package() -> None:
    """``tests/unit/operator/__init__.py`` would set the same trap, so no folder of the tests has one."""
    found = [shown(path) for path in sorted((ROOT / "tests").rglob("__init__.py"))]

    assert found == []


def test_operator_is_the_standard_library() -> None:
    """With the repository root on the path, ``import operator`` finds Python's module."""
    stdlib = Path(sysconfig.get_path("stdlib")).resolve()

    assert stdlib == Path(operator.__file__).resolve().parent


@pytest.mark.parametrize(
    "command",
    [
        ["-m", "venv", "--help"],
        ["-m", "json.tool", "--help"],
        ["-c", "import collections, operator; operator.add"],
    ],
    ids=["venv", "json.tool", "collections"],
)
def test_python_works_in_the_repository_root(command: list[str]) -> None:
    """The commands that die first when ``operator`` is hidden run with the root as folder and path."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=110,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_each_root_holds_exactly_one_package() -> None:
    """Every import says which deployable it belongs to, because its root holds nothing else."""
    held = {
        root.name: sorted(entry.name for entry in root.iterdir() if entry.name not in {"__pycache__", ".DS_Store"})
        for root in ROOTS
    }

    assert {folder.parent.name: [name] for name, folder in PACKAGES.items()} == held


def test_every_package_is_marked_as_typed() -> None:
    """Each package ships ``py.typed``, so that its users' type checkers read it."""
    unmarked = [name for name, folder in PACKAGES.items() if not (folder / "py.typed").is_file()]

    assert unmarked == []


def test_every_folder_of_modules_is_a_package() -> None:
    """A folder without ``__init__.py`` has no law, and import-linter does not see it."""
    bare = {
        shown(path.parent)
        for folder in PACKAGES.values()
        for path in folder.rglob("*.py")
        if not (path.parent / "__init__.py").is_file()
    }

    assert set() == bare
