"""The dashboard of errors."""

import re

from sealane_cli.chart.dashboards.errors import ERRORS
from tests.architecture.house import ROOT


def test_it_asks_for_metrics_that_are_documented() -> None:
    """Every name is one of the page's, of a histogram with its suffix."""
    pages = [(ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("investigator.md", "metrics.md")]
    known = {name for page in pages for name in re.findall(r"^\| `(sealane_\w+)`", page, re.MULTILINE)}
    asked = {name for _, ask in ERRORS.expressions() for name in re.findall(r"sealane_\w+", ask)}

    assert {name.removesuffix("_bucket") for name in asked} - known == set()


def test_every_panel_says_what_it_is_for() -> None:
    """In a sentence; and its title is its own."""
    panels = [panel for row in ERRORS.rows for panel in row.panels]

    assert [panel.title for panel in panels if not panel.help.endswith(".")] == []
    assert len({panel.title for panel in panels}) == len(panels)
