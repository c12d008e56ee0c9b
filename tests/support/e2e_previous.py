"""The chart as it might have been a version ago: one field of the CRDs less, and another version."""

import re
import shutil
from pathlib import Path

CHART = Path(__file__).resolve().parents[2] / "charts" / "sealane"
#: An optional field of a provider, which no rule of the CRDs speaks of.
FIELD = "healthCheck"


def previous_chart(folder: Path) -> Path:
    """A copy of the chart in ``folder`` without ``FIELD``."""
    copy = folder / "previous"
    shutil.copytree(CHART, copy)
    for path in (copy / "files" / "crds").glob("*.yaml"):
        path.write_text(_without(path.read_text(encoding="utf-8")), encoding="utf-8")
    chart = copy / "Chart.yaml"
    chart.write_text(
        re.sub(r"(?m)^version: .*$", "version: 0.0.1", chart.read_text(encoding="utf-8")), encoding="utf-8"
    )
    return copy


def _without(crd: str) -> str:
    """The CRD without the field: its line, and those that are indented below it."""
    kept: list[str] = []
    depth = -1
    for line in crd.splitlines(keepends=True):
        indent = len(line) - len(line.lstrip())
        if depth >= 0 and indent > depth:
            continue
        depth = indent if line.strip() == f"{FIELD}:" else -1
        if depth < 0:
            kept.append(line)
    return "".join(kept)
