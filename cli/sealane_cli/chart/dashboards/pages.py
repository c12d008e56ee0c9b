"""All dashboards, by the path of their file."""

from pathlib import Path

from sealane_cli.chart.copies import CHART
from sealane_cli.chart.dashboards.errors import ERRORS
from sealane_cli.chart.dashboards.grafana import rendered
from sealane_cli.chart.dashboards.rollouts import ROLLOUTS
from sealane_cli.chart.dashboards.traffic import TRAFFIC

DASHBOARDS = (TRAFFIC, ROLLOUTS, ERRORS)


def dashboards(root: Path) -> dict[Path, str]:
    """Return the text of each by its path."""
    folder = root / CHART / "dashboards"
    return {folder / f"{each.uid.removeprefix('sealane-')}.json": rendered(each) for each in DASHBOARDS}
