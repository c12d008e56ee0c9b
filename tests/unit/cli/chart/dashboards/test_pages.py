"""Each dashboard has a file."""

import json
from pathlib import Path

from sealane_cli.chart.dashboards.pages import DASHBOARDS, dashboards


def test_each_has_a_file_that_is_named_for_it(tmp_path: Path) -> None:
    """The chart says Sealane already."""
    found = dashboards(tmp_path)

    assert [path.name for path in found] == ["traffic.json", "rollouts.json", "errors.json"]
    assert [json.loads(text)["uid"] for text in found.values()] == [each.uid for each in DASHBOARDS]
