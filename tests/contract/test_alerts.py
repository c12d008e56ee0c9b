"""``k8s/alerts``: each alert fires when it should, keeps quiet when it should not, ends, and has a runbook."""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry

from sealane_telemetry.investigator_metrics import InvestigatorMetrics
from sealane_telemetry.metrics import RouterMetrics
from sealane_telemetry.operator_metrics import OperatorMetrics
from tests.support.cluster_binaries import ProgramMissing
from tests.support.promtool import checked, find_promtool, judged

_ROOT = Path(__file__).resolve().parents[2]
_RULES = _ROOT / "k8s" / "alerts" / "sealane.yaml"
_RUNBOOKS = _ROOT / "docs" / "runbooks"

_GROUPS = yaml.safe_load(_RULES.read_text(encoding="utf-8"))["groups"]
ALERTS: dict[str, dict[str, Any]] = {rule["alert"]: rule for group in _GROUPS for rule in group["rules"]}


@dataclass(frozen=True, slots=True)
class Story:
    """Samples a minute apart, when the alert fires over them, with which labels, and the value in its words."""

    alert: str
    series: dict[str, str]
    fires: tuple[int, ...]
    quiet: tuple[int, ...]
    labels: dict[str, str] = field(default_factory=dict)
    value: str = ""

    def expected(self) -> dict[str, dict[str, list[dict[str, Any]]]]:
        """By time, what promtool is to find."""
        rule = ALERTS[self.alert]
        said = {name: self._filled(text) for name, text in rule["annotations"].items()}
        firing = {"exp_labels": {**rule["labels"], **self.labels}, "exp_annotations": said}
        return {f"{at}m": {self.alert: [firing] if at in self.fires else []} for at in (*self.fires, *self.quiet)}

    def _filled(self, template: str) -> str:
        named = re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda match: self.labels[match[1]], template)
        return re.sub(r"\{\{ \$value[^}]*\}\}", self.value, named)


def _condition(kind: str) -> str:
    """1 while it is true, 0 while it is false, -1 while it is unknown."""
    return f'sealane_route_condition{{route="team/chat", type="{kind}", pod="operator-0"}}'


def _of_route(kind: str) -> dict[str, str]:
    return {"route": "team/chat", "type": kind, "pod": "operator-0"}


_LEADER = 'sealane_operator_leader{{namespace="sealane-system", pod="operator-{0}"}}'
_HERE = {"namespace": "sealane-system"}
_POD = 'namespace="sealane-system", pod="operator-0"'
_STUCK = '{namespace="sealane-system", pod="one", error="StoreUnavailable"}'
_SUSPECT = 'sealane_operator_router_deployment_suspect{namespace="sealane-system", deployment="sealane-router"}'


def _lag(pod: str, le: str) -> str:
    return f'sealane_event_loop_lag_seconds_bucket{{namespace="sealane-system", pod="{pod}", le="{le}"}}'


#: ``1x4`` is a sample and four more like it, ``1+60x4`` grows by 60 a minute; ``_x4`` are four minutes without one.
STORIES = [
    Story(
        "SealaneRouteNotReady",
        {_condition("Ready"): "1x4 0x3 -1x2 1x9"},
        fires=(7, 11),
        quiet=(4, 6, 12),
        labels=_of_route("Ready"),
    ),
    Story(
        "SealaneRolledBack",
        {_condition("RolledBack"): "_x5 1x5 stale"},
        fires=(5, 10),
        quiet=(4, 11),
        labels=_of_route("RolledBack"),
    ),
    Story(
        "SealaneRolloutStuck",
        {
            _condition("Progressing"): "0x9 -1x20 1 -1x40 0x9",
            _condition("Progressing").replace("chat", "nightly"): "-1x80",  # waits for its window, as it should
            'sealane_route_info{route="team/chat", phase="Stepping", pod="operator-0"}': "1x80",
            'sealane_route_info{route="team/nightly", phase="Waiting", pod="operator-0"}': "1x80",
        },
        fires=(62, 72),
        quiet=(9, 30, 61, 73),  # one moment of certainty begins the half hour anew
        labels=_of_route("Progressing"),
    ),
    Story(
        "SealaneRouterRevisionSkew",
        {_condition("Programmed"): "1x4 0x3 1 0x9 1x9"},
        fires=(15, 19),
        quiet=(4, 8, 9, 14, 20),  # it has to last
        labels=_of_route("Programmed"),
    ),
    Story(
        "SealaneOperatorAbsent",
        {_LEADER.format(0): "1x4 stale _x10 1x9"},
        fires=(10, 15),
        quiet=(4, 9, 17),
    ),
    Story(
        "SealaneOperatorNoLeader",
        {_LEADER.format(0): "1x4 0x9 0x9", _LEADER.format(1): "0x4 0x4 1x9"},
        fires=(7, 9),
        quiet=(4, 6, 10),
        labels=_HERE,
    ),
    Story(
        "SealaneOperatorManyLeaders",
        {_LEADER.format(0): "1x4 1x4 0x9", _LEADER.format(1): "0x4 1x9"},
        fires=(6, 9),
        quiet=(4, 5, 10),
        labels=_HERE,
        value="2",
    ),
    Story(
        "SealaneMetricsSourceDown",
        {
            f'sealane_operator_routers{{namespace="sealane-system", pod="operator-{pod}", state="{state}"}}': values
            for pod, state, values in ((0, "ready", "3x4 1x4 3x9"), (0, "silent", "0x4 2x4 0x9"), (1, "silent", "0x20"))
        },
        fires=(7, 9),
        quiet=(4, 6, 10),
        labels=_HERE,
        value="2",
    ),
    Story(
        "SealaneWatchStale",
        {
            f'sealane_operator_watch_last_event_age_seconds{{{_POD}, kind="providerroutes"}}': "30x4 0+60x6 3x9",
            f'sealane_operator_watch_last_event_age_seconds{{{_POD}, kind="providerrouterevisions"}}': "30x20",
        },
        fires=(9,),
        quiet=(4, 8, 12),
        labels={**_HERE, "pod": "operator-0", "kind": "providerroutes"},
        value="4m 0s",
    ),
    Story(
        "SealaneRouterWatchStale",
        {'sealane_kubernetes_api_age_seconds{namespace="sealane-system", pod="router-0"}': "30x4 180x4 3x9"},
        fires=(6, 9),
        quiet=(4, 5, 10),
        labels={**_HERE, "pod": "router-0"},
        value="3m 0s",
    ),
    Story(
        "SealaneTokenReviewsFail",
        {
            'sealane_token_reviews_total{namespace="sealane-system", pod="router-0", result="failed"}': (
                "0x4 10+10x15 160x30"
            ),
            'sealane_token_reviews_total{namespace="sealane-system", pod="router-0", result="accepted"}': (
                "0+10x4 40x15 50+10x30"
            ),
        },
        fires=(11, 15, 19),
        quiet=(4, 8, 25),
        labels={**_HERE, "pod": "router-0"},
        value="100%",
    ),
    Story(
        "SealaneReconcileErrors",
        {
            f'sealane_operator_reconciles_total{{{_POD}, result="failed"}}': "0x9 30+30x20 630x20",
            f'sealane_operator_reconciles_total{{{_POD}, result="ok"}}': "0+60x50",
        },
        fires=(25, 30),
        quiet=(9, 15, 40),
        labels=_HERE,
        value="500m",
    ),
    Story(
        "SealaneLoopLag",
        {
            _lag("router-0", "0.1"): "0+600x9 6000x9 6000+600x20",
            _lag("router-0", "1"): "0+600x9 6000+600x9 12000+600x20",
            _lag("router-0", "+Inf"): "0+600x9 6000+600x9 12000+600x20",
            _lag("router-1", "0.1"): "0+600x40",
            _lag("router-1", "1"): "0+600x40",
            _lag("router-1", "+Inf"): "0+600x40",
        },
        fires=(19,),
        quiet=(9, 12, 30),
        labels={**_HERE, "pod": "router-0"},
        value="991ms",
    ),
    Story(
        "SealaneRouterDeploymentSuspect",
        {_SUSPECT: "0x4 1x5 0x9"},
        fires=(5, 10),
        quiet=(4, 11),
        labels={**_HERE, "deployment": "sealane-router"},
    ),
    Story(
        "SealaneErrorsNotReported",
        {
            'sealane_router_events_dropped_total{namespace="sealane-system", pod="router-0", reason="queue_full"}': (
                "0x9 60+60x20 1260x20"
            ),
        },
        fires=(25, 30),
        quiet=(9, 15, 40),
        labels=_HERE,
        value="1",
    ),
    Story(
        "SealaneInvestigatorStuck",
        {
            f"sealane_investigator_drain_failures_total{_STUCK}": "0x9 12+12x20 252x20",
        },
        fires=(25, 30),
        quiet=(9, 15, 40),
        labels={**_HERE, "pod": "one"},
    ),
    Story(
        "SealaneInvestigatorSpoolFull",
        {
            'sealane_investigator_spool_bytes{namespace="sealane-system", pod="one"}': "10x9 90x10 10x10",
            'sealane_investigator_spool_limit_bytes{namespace="sealane-system", pod="one"}': "100x30",
            'sealane_investigator_spool_bytes{namespace="sealane-system", pod="without"}': "0x30",
            'sealane_investigator_spool_limit_bytes{namespace="sealane-system", pod="without"}': "0x30",
        },
        fires=(13, 19),
        quiet=(9, 11, 22),
        labels={**_HERE, "pod": "one"},
        value="90%",
    ),
]


@pytest.fixture(scope="module")
def promtool() -> Path:
    """Prometheus' judge of rules; where there is none the tests that need it are left out, but not in CI."""
    try:
        return find_promtool()
    except ProgramMissing as missing:
        if os.environ.get("CI"):
            pytest.fail(str(missing))
        pytest.skip(str(missing))


def test_prometheus_takes_the_file(promtool: Path) -> None:
    """Every expression and template is one."""
    assert checked(promtool, _RULES) == ""


@pytest.mark.parametrize("story", STORIES, ids=[story.alert for story in STORIES])
def test_an_alert_fires_keeps_quiet_and_ends(promtool: Path, tmp_path: Path, story: Story) -> None:
    """At these minutes and in these words, with every label filled in."""
    assert judged(promtool, _RULES, tmp_path, story.series, story.expected()) == ""


def test_every_metric_exists() -> None:
    """An alert about a metric that nobody exports never fires; so does one whose labels are others."""
    programs = (RouterMetrics, OperatorMetrics, InvestigatorMetrics)
    families = [family for metrics in programs for family in metrics(CollectorRegistry()).families]
    exported = {family.name + ("_bucket" if family.kind == "histogram" else ""): family for family in families}
    asked = {name for rule in ALERTS.values() for name in re.findall(r"\bsealane_\w+", rule["expr"])}

    assert asked
    assert asked <= set(exported)
    for story in STORIES:
        for series in story.series:
            name, _, labels = series.partition("{")
            of_the_scrape = {"namespace", "pod", "le"}

            assert set(re.findall(r"(\w+)=", labels)) - of_the_scrape == set(exported[name].label_names), series


def test_every_alert_is_told_of() -> None:
    """Each has a story in which it fires, keeps quiet before and is quiet again after."""
    assert [story.alert for story in STORIES] == list(ALERTS)
    for story in STORIES:
        assert min(story.quiet) < min(story.fires) <= max(story.fires) < max(story.quiet), story.alert


def test_every_alert_has_a_runbook_and_every_runbook_an_alert() -> None:
    """The annotation leads to a page that says what it means, where to look and what to do."""
    pages = {f"docs/runbooks/{path.name}" for path in _RUNBOOKS.glob("Sealane*.md")}

    assert {rule["annotations"]["runbook"] for rule in ALERTS.values()} == pages
    for name, rule in ALERTS.items():
        text = (_ROOT / rule["annotations"]["runbook"]).read_text(encoding="utf-8")

        assert text.startswith(f"# {name}\n")
        assert re.findall("^## (.*)$", text, re.MULTILINE) == ["What it means", "Look here", "Do this"]
    assert set(ALERTS) == set(re.findall(r"\((\w+)\.md\)", (_RUNBOOKS / "README.md").read_text(encoding="utf-8")))


def test_every_alert_says_how_urgent_it_is() -> None:
    """``critical`` wakes somebody, ``warning`` waits; nothing else is sent anywhere."""
    assert {rule["labels"]["severity"] for rule in ALERTS.values()} == {"critical", "warning"}
    for name, rule in ALERTS.items():
        assert set(rule["annotations"]) - {"command"} == {"summary", "description", "runbook"}, name
