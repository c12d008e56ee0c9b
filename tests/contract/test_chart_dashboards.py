"""Every file in the chart's ``dashboards`` reaches Grafana as it is, by the sidecar or by the Grafana operator."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.helm import CHART, NAMESPACE, Rendered, ran

#: What Grafana's own templates look like, which are none of Helm's.
_DASHBOARD = {"title": "Routes", "panels": [{"legendFormat": "{{route}} {{ .Values }}", "expr": 'up{job="a"}\n> 0'}]}


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    """The chart with one dashboard, whose text is known."""
    copy = tmp_path / "sealane"
    shutil.copytree(CHART, copy, ignore=shutil.ignore_patterns("dashboards"))
    (copy / "dashboards").mkdir()
    (copy / "dashboards" / "routes.json").write_text(json.dumps(_DASHBOARD, indent=2) + "\n", encoding="utf-8")
    return copy


def _rendered(helm: Path, chart: Path, **dashboards: Any) -> Rendered:
    values = {"metrics": {"dashboards": dashboards}}
    said = ran(helm, "template", "gate", chart, f"--namespace={NAMESPACE}", values=values)
    assert said.code == 0, said.err
    return Rendered([each for each in yaml.safe_load_all(said.out) if each])


def test_the_sidecar_finds_a_config_map_of_each(helm: Path, chart: Path) -> None:
    """By its label; Grafana's templates are left alone."""
    objects = _rendered(helm, chart, enabled=True, annotations={"grafana_folder": "Gateways"})
    found = objects.of("ConfigMap")["sealane-routes-dashboard"]

    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    assert found["metadata"]["annotations"] == {"grafana_folder": "Gateways"}
    assert json.loads(found["data"]["routes.json"]) == _DASHBOARD
    assert objects.of("GrafanaDashboard") == {}


def test_the_grafana_operator_gets_it_by_reference(helm: Path, chart: Path) -> None:
    """The same ConfigMap, which no sidecar takes then."""
    objects = _rendered(helm, chart, grafanaDashboard={"enabled": True, "instanceLabels": {"dashboards": "platform"}})
    config = objects.of("ConfigMap")["sealane-routes-dashboard"]
    spec = objects.of("GrafanaDashboard")["sealane-routes"]["spec"]

    assert "grafana_dashboard" not in config["metadata"]["labels"]
    assert spec["configMapRef"] == {"name": "sealane-routes-dashboard", "key": "routes.json"}
    assert spec["instanceSelector"] == {"matchLabels": {"dashboards": "platform"}}


def test_nobody_gets_one_unasked(helm: Path, chart: Path) -> None:
    """Both are off."""
    assert "sealane-routes-dashboard" not in _rendered(helm, chart).of("ConfigMap")


def test_alerts_are_the_file_of_prometheus(helm: Path) -> None:
    """The PrometheusRule says what ``k8s/alerts`` says, templates and all."""
    values = {"metrics": {"prometheusRule": {"enabled": True, "labels": {"release": "prometheus"}}}}
    said = ran(helm, "template", "gate", CHART, "--show-only=templates/monitoring/rules.yaml", values=values)
    (rule,) = yaml.safe_load_all(said.out)
    alerts = yaml.safe_load((CHART.parents[1] / "k8s" / "alerts" / "sealane.yaml").read_text(encoding="utf-8"))

    assert rule["kind"] == "PrometheusRule"
    assert rule["metadata"]["labels"]["release"] == "prometheus"
    assert rule["spec"] == alerts
