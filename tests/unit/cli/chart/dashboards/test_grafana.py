"""Panels in few words become JSON that Grafana reads."""

import json

from sealane_cli.chart.dashboards.grafana import Ask, Dashboard, Panel, Row, Variable, rendered

_ASK = Ask('sum by (route) (up{route=~"$route"})', "{{route}}")


def _document(*panels: Panel) -> dict[str, object]:
    board = Dashboard("u", "Title", "What it shows.", [Variable("route", "Route", "up")], [Row("Row", panels)])
    found: dict[str, object] = json.loads(rendered(board))
    return found


def test_panels_stand_side_by_side_as_far_as_there_is_room() -> None:
    """Rows are 24 wide; a row's heading takes one line; the next line begins below the tallest panel."""
    panels = [Panel(f"p{number}", "help", [_ASK], width=10, height=5 + number) for number in range(3)]
    board = Dashboard("u", "t", "d", [], [Row("one", panels), Row("two", panels[:1])])
    places = [tuple(each["gridPos"].values()) for each in json.loads(rendered(board))["panels"]]

    assert places == [(0, 0, 24, 1), (0, 1, 10, 5), (10, 1, 10, 6), (0, 7, 10, 7), (0, 14, 24, 1), (0, 15, 10, 5)]


def test_every_panel_has_a_number_of_its_own_and_its_questions() -> None:
    """A single figure is asked once, everything else over the time that is shown."""
    found = _document(Panel("a", "help", [_ASK, Ask("up")]), Panel("b", "help", [_ASK], kind="stat"))
    panels = found["panels"]
    assert isinstance(panels, list)

    assert [each["id"] for each in panels] == [1, 2, 3]
    assert [target["refId"] for target in panels[1]["targets"]] == ["A", "B"]
    assert [target["legendFormat"] for target in panels[1]["targets"]] == ["{{route}}", "__auto"]
    assert [each["targets"][0]["instant"] for each in panels[1:]] == [False, True]


def test_variables_ask_for_the_values_of_a_label() -> None:
    """The data source is the first; all values are chosen at first."""
    templating = _document()["templating"]
    assert isinstance(templating, dict)
    source, route = templating["list"]

    assert source["type"] == "datasource"
    assert (route["definition"], route["allValue"]) == ("label_values(up, route)", ".*")


def test_a_dashboard_tells_its_questions() -> None:
    """Each with the title of its panel."""
    board = Dashboard("u", "t", "d", [], [Row("r", [Panel("a", "h", [_ASK, Ask("up")])])])

    assert list(board.expressions()) == [("a", _ASK.expression), ("a", "up")]
