"""``make chart`` writes everything that follows, in an order in which helm sees what was just copied."""

import json
import sys
from pathlib import Path

from sealane_cli.chart.__main__ import main
from sealane_cli.chart.copies import CHART
from sealane_cli.chart.values_page import BEGIN, END

#: Renders the one file that the chart carries.
_HELM = """#!{python}
import pathlib, sys
(folder,) = (each for each in sys.argv if each.endswith("sealane") and "/" in each)
print((pathlib.Path(folder) / "files" / "rbac" / "role.yaml").read_text())
"""


def _tree(root: Path) -> Path:
    """The least that there has to be; returns helm."""
    role = root / "k8s" / "rbac" / "role.yaml"
    role.parent.mkdir(parents=True)
    role.write_text("apiVersion: v1\nkind: Role\nmetadata: {name: one}\n")
    chart = root / CHART
    chart.mkdir(parents=True)
    (chart / "values.yaml").write_text("# Its number.\nnumber: 1\n")
    (chart / "values.schema.json").write_text(json.dumps({"properties": {"number": {"type": "integer"}}}))
    (chart / "README.md").write_text(f"{BEGIN}\n{END}\n")
    helm = root / "helm"
    helm.write_text(_HELM.format(python=sys.executable))
    helm.chmod(0o755)
    return helm


def test_everything_is_written_once(tmp_path: Path) -> None:
    """Copies, schema, README, dashboards and base; a second time nothing changes."""
    helm = _tree(tmp_path)

    changed = {path.relative_to(tmp_path).as_posix() for path in main(tmp_path, helm)}

    assert changed == {
        "charts/sealane/dashboards/errors.json",
        "charts/sealane/dashboards/rollouts.json",
        "charts/sealane/dashboards/traffic.json",
        "charts/sealane/files/rbac/role.yaml",
        "charts/sealane/values.schema.json",
        "charts/sealane/README.md",
        "k8s/base/kustomization.yaml",
        "k8s/base/namespace.yaml",
        "k8s/base/sealane.yaml",
    }
    assert "name: one" in (tmp_path / "k8s" / "base" / "sealane.yaml").read_text()
    assert main(tmp_path, helm) == []


def test_what_changed_is_rendered_as_it_is_now(tmp_path: Path) -> None:
    """A role that was edited is in the base after one run."""
    helm = _tree(tmp_path)
    main(tmp_path, helm)
    (tmp_path / "k8s" / "rbac" / "role.yaml").write_text("apiVersion: v1\nkind: Role\nmetadata: {name: two}\n")

    assert [path.name for path in main(tmp_path, helm)] == ["role.yaml", "sealane.yaml"]
    assert "name: two" in (tmp_path / "k8s" / "base" / "sealane.yaml").read_text()
