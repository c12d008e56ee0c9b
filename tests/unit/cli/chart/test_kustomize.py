"""The base is a rendering, and an overlay the difference between two; helm is played by a script."""

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from sealane_cli.chart.kustomize import RenderError, identity, kustomizations, rendered

_LABELS = {"app.kubernetes.io/managed-by": "Helm", "helm.sh/chart": "sealane-0.1.0"}

_ACCOUNT = {
    "apiVersion": "v1",
    "kind": "ServiceAccount",
    "metadata": {"name": "things.example.com", "annotations": {"helm.sh/resource-policy": "keep"}},
}
_ROLE = {"apiVersion": "v1", "kind": "ClusterRole", "metadata": {"name": "wide"}, "rules": [1]}
_CONFIG = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "settings", "namespace": "sealane-system", "labels": _LABELS},
    "data": {"a": "1"},
}


def _helm(folder: Path, plain: list[Any], with_values: list[Any]) -> Path:
    """A helm that renders one list of objects, and another as soon as it is given a file of values."""
    texts = [yaml.safe_dump_all(plain), yaml.safe_dump_all(with_values)]
    program = folder / "helm"
    program.write_text(f"#!{sys.executable}\nimport sys\nprint({texts!r}[any('--values' in a for a in sys.argv)])\n")
    program.chmod(0o755)
    return program


def test_helms_own_marks_are_left_out(tmp_path: Path) -> None:
    """kustomize is no Helm; objects come in an order of their own."""
    found = rendered(tmp_path, _helm(tmp_path, [_CONFIG, _ACCOUNT], []))

    assert [identity(each)[0] for each in found] == ["ServiceAccount", "ConfigMap"]
    assert "annotations" not in found[0]["metadata"]
    assert found[1]["metadata"]["labels"] == {"app.kubernetes.io/managed-by": "kustomize"}


def test_what_helm_refuses_is_told(tmp_path: Path) -> None:
    """With its own words."""
    program = tmp_path / "helm"
    program.write_text(f"#!{sys.executable}\nimport sys\nsys.exit('replicas: not so few')\n")
    program.chmod(0o755)

    with pytest.raises(RenderError, match="replicas: not so few"):
        rendered(tmp_path, program)


def test_the_base_is_a_namespace_and_everything_else(tmp_path: Path) -> None:
    """In files of their own, in the order in which they are needed."""
    made = kustomizations(tmp_path, _helm(tmp_path, [_CONFIG, _ACCOUNT, _ROLE], []))
    base = tmp_path / "k8s" / "base"

    assert yaml.safe_load(made[base / "kustomization.yaml"])["resources"] == [
        "namespace.yaml",
        "sealane.yaml",
    ]
    labels = yaml.safe_load(made[base / "namespace.yaml"])["metadata"]["labels"]
    assert labels == {"pod-security.kubernetes.io/enforce": "restricted"}
    kinds = [each["kind"] for each in yaml.safe_load_all(made[base / "sealane.yaml"])]
    assert kinds == ["ServiceAccount", "ClusterRole", "ConfigMap"]


def test_an_overlay_is_what_its_values_change(tmp_path: Path) -> None:
    """Objects that come are added, those that go are patched away, and of the others the fields that differ."""
    changed = {**_CONFIG, "data": {"a": "2"}}
    added = {"apiVersion": "v1", "kind": "Role", "metadata": {"name": "narrow", "namespace": "team"}}
    folder = tmp_path / "k8s" / "overlays" / "narrow"
    folder.mkdir(parents=True)
    (folder / "values.yaml").write_text("narrow: true\n")

    made = kustomizations(tmp_path, _helm(tmp_path, [_CONFIG, _ROLE], [changed, added]))

    about = yaml.safe_load(made[folder / "kustomization.yaml"])
    assert about["resources"] == ["../../base", "added.yaml"]
    assert yaml.safe_load(made[folder / "added.yaml"]) == added
    gone, other = about["patches"]
    assert yaml.safe_load(gone["patch"])["$patch"] == "delete"
    assert yaml.safe_load(gone["patch"])["metadata"] == {"name": "wide"}
    assert other["target"] == {"kind": "ConfigMap", "name": "settings", "namespace": "sealane-system"}
    assert yaml.safe_load(other["patch"]) == [{"op": "add", "path": "/data", "value": {"a": "2"}}]
    assert made[folder / "values.yaml"] == "narrow: true\n"
