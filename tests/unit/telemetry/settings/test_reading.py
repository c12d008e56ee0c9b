"""Reading groups of settings."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from sealane_telemetry.settings.reading import (
    Written,
    as_json_value,
    flags_of,
    unknown_variables,
    usage,
    variables_of,
)
from sealane_telemetry.settings.variable import SettingsError, Variable, count, duration, setting


@dataclass(frozen=True, slots=True)
class _Group:
    workers: int = setting("SEALANE_WORKERS", "4", "workers", count(1, 9))
    patience: float = setting("SEALANE_PATIENCE", "10s", "duration", duration(0, 60))


_VARIABLES: list[Variable] = [variable for _, variable in variables_of(_Group())]


def test_a_flag_beats_a_variable_beats_a_default() -> None:
    """The nearer to the person who starts it, the stronger; an empty variable is unset."""
    written = Written({"--workers": "2"}, {"SEALANE_WORKERS": "3", "SEALANE_PATIENCE": ""}, {"SEALANE_PATIENCE": "1s"})

    assert written.read(_Group()) == _Group(workers=2, patience=1.0)
    assert written.problems == []


def test_every_problem_is_named_by_who_wrote_it() -> None:
    """The flag or the variable, what was found, cut, and what to write."""
    written = Written({"--workers": "9" * 300}, {"SEALANE_PATIENCE": "soon"}, {})

    assert written.read(_Group()) == _Group()
    assert written.problems == [
        f"--workers: found '{'9' * 100}'; write a whole number from 1 to 9",
        "SEALANE_PATIENCE: found 'soon'; write a duration such as 500ms, 30s or 1m30s",
    ]


def test_what_is_misspelt_is_pointed_out() -> None:
    """Flags and defaults are refused, variables are told of: others may put them there."""
    written = Written({"--worker": "2"}, {}, {"SEALANE_PATIENC": "1s"})
    written.refuse_misspelt(_VARIABLES)
    environ = {"SEALANE_WORKRES": "2", "SEALANE_ROUTER_SERVICE_HOST": "10.0.0.1", "HOME": "/"}

    assert written.problems == [
        "--worker: no such setting; did you mean --workers?",
        "SEALANE_PATIENC: no such setting; did you mean SEALANE_PATIENCE?",
    ]
    assert unknown_variables(environ, _VARIABLES) == (
        "SEALANE_WORKRES: no such setting; did you mean SEALANE_WORKERS?",
    )


def test_flags_are_written_in_two_ways() -> None:
    """With a space or with an equals sign; a value may be empty only with the latter."""
    assert flags_of(["--a", "1", "--b=2=3", "--c="]) == {"--a": "1", "--b": "2=3", "--c": ""}
    for arguments in (["--a"], ["--a", "--b", "1"]):
        with pytest.raises(SettingsError, match="--a: found no value; write --a VALUE"):
            flags_of(arguments)


def test_help_names_each_flag_and_its_variable() -> None:
    """One line each."""
    assert usage(_VARIABLES).splitlines() == [
        "  --workers                    SEALANE_WORKERS",
        "  --patience                   SEALANE_PATIENCE",
    ]


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), (2, 2), (0.5, 0.5), ("a", "a"), (None, ""), (Path("/a"), "/a"), ((Path("a"), "b"), "a,b")],
)
def test_a_value_is_shown_as_json_has_it(value: object, expected: object) -> None:
    """What JSON does not have is text."""
    assert as_json_value(value) == expected
