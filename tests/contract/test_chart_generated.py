"""What follows from the chart and from ``k8s/`` is up to date: copies, descriptions, the table, base and overlays."""

from pathlib import Path

from sealane_cli.chart.copies import CHART, copies
from sealane_cli.chart.dashboards.pages import dashboards
from sealane_cli.chart.kustomize import kustomizations
from sealane_cli.chart.values_page import pages
from tests.support.helm import ROOT


def _stale(wanted: dict[Path, str], *kept_whole: Path) -> list[str]:
    """Files that are not as they should be, or should not be."""
    differ = [path for path, text in wanted.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]
    strays = [path for folder in kept_whole for path in folder.rglob("*.yaml") if path not in wanted]
    return [f"{path.relative_to(ROOT)}: run 'make chart'" for path in (*differ, *strays)]


def test_the_chart_carries_what_k8s_says() -> None:
    """CRDs, permissions, the policy and the alerts are the files of ``k8s/``."""
    assert _stale(copies(ROOT), ROOT / CHART / "files") == []


def test_the_schema_and_the_readme_say_what_the_values_say() -> None:
    """Descriptions and table come from the comments."""
    assert _stale(pages(ROOT)) == []


def test_dashboards_are_generated() -> None:
    """No other file is among them."""
    folder = ROOT / CHART / "dashboards"

    assert _stale(dashboards(ROOT)) == []
    assert set(folder.iterdir()) == set(dashboards(ROOT))


def test_kustomize_has_what_the_chart_renders(helm: Path) -> None:
    """Base and overlays are the chart of today."""
    folders = (ROOT / "k8s" / "base", ROOT / "k8s" / "overlays")

    assert _stale(kustomizations(ROOT, helm), *folders) == []
