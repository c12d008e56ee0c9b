"""``docs/kubectl-sealane.md`` and the command line say the same."""

import re

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

from sealane_cli.kubectl import app
from sealane_cli.rollouts.outcome import Code
from tests.architecture.house import ROOT

_PAGE = (ROOT / "docs" / "kubectl-sealane.md").read_text(encoding="utf-8")
_COMMAND = typer.main.get_command(app)

#: Verbs that ask share one section and one table of flags.
_ASKING = {"promote", "pause", "resume", "abort", "retry", "undo"}


def _verbs() -> dict[str, TyperCommand]:
    assert isinstance(_COMMAND, TyperGroup)
    found = {name: command for name, command in _COMMAND.commands.items() if not command.hidden}
    return {name: command for name, command in found.items() if isinstance(command, TyperCommand)}


def _flags(*commands: TyperCommand | TyperGroup) -> set[str]:
    """Every spelling of every flag, without the help that all have."""
    options = [each for command in commands for each in command.params if isinstance(each, TyperOption)]
    return {spelling for each in options for spelling in (*each.opts, *each.secondary_opts)} - {"--help"}


def _section(heading: str) -> str:
    """The text below a heading, to the next one."""
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#|\Z)", _PAGE, re.MULTILINE | re.DOTALL)
    assert found is not None, f"docs/kubectl-sealane.md has no section {heading}"
    return found.group(1)


def _documented(section: str) -> set[str]:
    """The flags in the first cells of a section's tables."""
    cells = re.findall(r"^\| ((?:`-[^`]+`(?:, )?)+) \|", section, re.MULTILINE)
    return {flag for cell in cells for flag in re.findall(r"`(-[^`]+)`", cell)}


def test_every_flag_is_documented_where_its_verb_is() -> None:
    """In both directions: a flag that is gone is gone from the page."""
    verbs = _verbs()
    expected = {f"`{name}`": _flags(command) for name, command in verbs.items() if name not in _ASKING}
    expected["Verbs that ask"] = _flags(*(verbs[name] for name in _ASKING))
    assert isinstance(_COMMAND, TyperGroup)
    expected["Which cluster"] = _flags(_COMMAND)

    assert {heading: _documented(_section(heading)) for heading in expected} == expected


def test_every_verb_is_documented() -> None:
    """Those that show have sections, those that ask a line each; no other verb is on the page."""
    shown = set(re.findall(r"^### `(\w+)`", _PAGE, re.MULTILINE))
    asked = set(re.findall(r"^\| `(\w+)` \|", _section("Verbs that ask"), re.MULTILINE))

    assert (shown, asked) == (set(_verbs()) - _ASKING, _ASKING)


def test_every_exit_code_is_documented() -> None:
    """For those who follow and for those who wait."""
    codes = {str(int(code)) for code in Code} | {"2"}

    for section in ("`status`", "Verbs that ask"):
        assert set(re.findall(r"^\| (\d) \|", _section(section), re.MULTILINE)) == codes
