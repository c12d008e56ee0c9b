"""Every command that the distribution installs exists, and one without a function says so."""

import importlib
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

from tests.architecture.house import PROJECT, ROOT

_SCRIPTS: dict[str, str] = PROJECT["project"]["scripts"]

#: Commands whose deployable is not in this release, and what they point to instead.
_ABSENT = {
    "sealane-investigator": "sealane explain",
}


@pytest.mark.parametrize("target", _SCRIPTS.values(), ids=list(_SCRIPTS))
def test_the_target_of_a_command_can_be_called(target: str) -> None:
    """The module imports and the name in it is callable."""
    module, _, name = target.partition(":")

    assert callable(getattr(importlib.import_module(module), name))


def test_the_installed_commands_are_those_of_the_project() -> None:
    """What pip installed is what pyproject.toml says: nobody works with an old installation."""
    installed = {
        script.name: script.value
        for script in entry_points(group="console_scripts")
        if script.dist is not None and script.dist.name == PROJECT["project"]["name"]
    }

    assert installed == _SCRIPTS


@pytest.mark.parametrize(("command", "instead"), _ABSENT.items(), ids=list(_ABSENT))
def test_a_command_without_a_deployable_says_so_in_one_sentence(command: str, instead: str) -> None:
    """It prints one line to stderr that names what to use instead, nothing to stdout, and exits 2."""
    module = _SCRIPTS[command].partition(":")[0]
    done = subprocess.run(
        [sys.executable, "-m", module], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"{command}: this release has no ")
    assert f"'{instead}'" in done.stderr
