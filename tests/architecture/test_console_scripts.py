"""Every command that the distribution installs exists."""

import importlib
from importlib.metadata import entry_points

import pytest

from tests.architecture.house import PROJECT

_SCRIPTS: dict[str, str] = PROJECT["project"]["scripts"]


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
