"""What is printed looks like kubectl's."""

import json
from io import StringIO

import pytest
import yaml

from sealane_cli.rollouts.screen import Cell, Colour, Screen, age, listing


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0s"),
        (0, "0s"),
        (119, "119s"),
        (120, "2m"),
        (125, "2m5s"),
        (599, "9m59s"),
        (600, "10m"),
        (3 * 3_600 - 1, "179m"),
        (3 * 3_600, "3h"),
        (3 * 3_600 + 61, "3h1m"),
        (8 * 3_600, "8h"),
        (48 * 3_600 - 1, "47h"),
        (48 * 3_600, "2d"),
        (50 * 3_600, "2d2h"),
        (8 * 86_400, "8d"),
        (729 * 86_400, "729d"),
        (730 * 86_400, "2y"),
        (740 * 86_400, "2y10d"),
        (9 * 365 * 86_400, "9y"),
    ],
)
def test_an_age_is_told_as_kubectl_tells_it(seconds: float, text: str) -> None:
    """At each limit of apimachinery's HumanDuration."""
    assert age(seconds) == text


def test_columns_are_aligned_and_stay_where_they_are() -> None:
    """Three spaces between the longest cells; further rows keep the widths, and no line ends in spaces."""
    paper = StringIO()
    screen = Screen(paper)

    widths = screen.table(("NAME", "READY"), [[Cell("chat"), Cell("True")], [Cell("a-longer-name"), Cell("")]])
    screen.table((), [[Cell("b"), Cell("False")]], widths)

    assert paper.getvalue().splitlines() == [
        "NAME            READY",
        "chat            True",
        "a-longer-name",
        "b               False",
    ]


def test_colour_is_outside_of_the_width() -> None:
    """A coloured cell is padded by its text alone; without a person no sequence is written."""
    rows = [[Cell("no", Colour.BAD), Cell("x")], [Cell("yes"), Cell("y")]]
    coloured, plain = StringIO(), StringIO()

    Screen(coloured, coloured=True).table((), rows)
    Screen(plain).table((), rows)

    assert coloured.getvalue().splitlines()[0] == "\x1b[31mno\x1b[0m    x"
    assert plain.getvalue().splitlines()[0] == "no    x"


@pytest.mark.parametrize(("environ", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)], ids=["plain", "NO_COLOR"])
def test_a_terminal_is_coloured_unless_somebody_minds(
    environ: dict[str, str], coloured: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NO_COLOR is heeded; what is no terminal never has colour."""
    terminal = StringIO()
    monkeypatch.setattr("sys.stdout", terminal)
    assert not Screen.of_terminal(environ).coloured

    monkeypatch.setattr(terminal, "isatty", lambda: True)
    assert Screen.of_terminal(environ).coloured is coloured


def test_documents_are_read_back_as_they_were() -> None:
    """JSON and YAML hold the same object; several are a List."""
    document = listing([{"kind": "ProviderRoute", "spec": {"é": [1, True]}}])
    as_json, as_yaml = StringIO(), StringIO()

    Screen(as_json).document(document, "json")
    Screen(as_yaml).document(document, "yaml")

    assert json.loads(as_json.getvalue()) == document
    assert yaml.safe_load(as_yaml.getvalue()) == document
    assert "é" in as_yaml.getvalue()
