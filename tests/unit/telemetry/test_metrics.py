"""The metrics of a router: sound names, bounded labels, and series that leave with their route."""

import re

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from sealane_api.route_table import (
    DialectName,
    Pattern,
    PatternKind,
    Provider,
    Route,
    RouteTable,
    Rule,
    Target,
)
from sealane_telemetry.metrics import RouterMetrics


@pytest.fixture
def registry() -> CollectorRegistry:
    """An empty registry."""
    return CollectorRegistry()


@pytest.fixture
def metrics(registry: CollectorRegistry) -> RouterMetrics:
    """The metrics of a router that has done nothing yet."""
    return RouterMetrics(registry)


def _table(**revisions: str) -> RouteTable:
    """Routes ``default/<name>`` with one rule ``kimi`` and one provider ``moonshot``."""
    routes = []
    for name, revision in revisions.items():
        key = f"default/{name}"
        provider = Provider(key, "moonshot", DialectName.MOONSHOT, "https://api.moonshot.ai/v1")
        rule = Rule(key, "kimi", True, (Pattern(PatternKind.PREFIX, "kimi-"),), (Target(provider),))
        routes.append(Route("default", name, revision, revision * 8, (provider,), (rule,)))
    return RouteTable(tuple(routes), "hash")


def test_names_follow_prometheus_and_ours(metrics: RouterMetrics) -> None:
    """``sealane_`` first, counters end in ``_total``, others do not, and units are base units."""
    for family in metrics.families:
        assert re.fullmatch(r"sealane_[a-z_]+[a-z]", family.name), family.name
        assert (family.kind == "counter") == family.name.endswith("_total"), family.name
        assert not re.search(r"_(ms|millis|milliseconds|minutes|kb|mb)(_|$)", family.name), family.name
        assert ("seconds" in family.unit) == ("_seconds" in family.name), family.name
        assert ("bytes" in family.unit) == ("_bytes" in family.name), family.name


def test_no_label_is_chosen_by_a_client(metrics: RouterMetrics) -> None:
    """Model, tenant, path and key are in logs, not in metrics."""
    labels = {label for family in metrics.families for label in family.label_names}

    assert labels.isdisjoint({"model", "tenant", "path", "key", "user", "request_id", "host", "le"})


def test_the_exposition_can_be_parsed(metrics: RouterMetrics, registry: CollectorRegistry) -> None:
    """By prometheus_client's own parser, each metric once."""
    metrics.of_exchange("default/a", "kimi", "1", "moonshot", "chat").ended("", 1.0, 0.2)
    text = generate_latest(registry).decode()
    names = [family.name for family in text_string_to_metric_families(text)]

    assert len(metrics.families) == len(set(names)) == len(names)


def test_two_routers_cannot_share_a_registry(metrics: RouterMetrics, registry: CollectorRegistry) -> None:
    """Their numbers would be added without anybody noticing."""
    with pytest.raises(ValueError, match="Duplicated"):
        RouterMetrics(registry)


def test_registering_calls_no_callback(registry: CollectorRegistry) -> None:
    """What the callbacks read is made after the metrics."""
    metrics = RouterMetrics(registry)
    metrics.ready.read_from(lambda: [((), 1.0)])

    assert registry.get_sample_value("sealane_ready") == 1.0


def test_what_left_the_route_table_is_forgotten(metrics: RouterMetrics, registry: CollectorRegistry) -> None:
    """Series of other revisions, rules, providers and routes go; those without a route stay."""
    for route, rule, revision, provider in [
        ("default/a", "kimi", "1", "moonshot"), ("default/a", "kimi", "2", "moonshot"),
        ("default/b", "kimi", "1", "moonshot"), ("default/a", "gone", "2", "moonshot"),
        ("default/a", "kimi", "2", "gone"), ("default/a", "kimi", "2", ""), ("", "", "", ""),
    ]:  # fmt: skip
        counters = metrics.of_exchange(route, rule, revision, provider, "chat")
        counters.ended("", 1.0, 0.5)
        counters.used(1, 2)
        metrics.attempts.labels(route, provider, rule, "ok").inc()
    metrics.config_reloads.labels("routes").inc()
    list(metrics.forget_all_but(_table(a="2")))

    left = [family for family in text_string_to_metric_families(generate_latest(registry).decode()) if family.samples]
    exchanges = next(family for family in left if family.name == "sealane_exchanges")
    assert {("default/a", "kimi", "2", "moonshot"), ("default/a", "kimi", "2", ""), ("", "", "", "")} == {
        tuple(sample.labels[name] for name in ("route", "rule", "revision", "provider")) for sample in exchanges.samples
    }
    labels = [sample.labels for family in left for sample in family.samples]
    assert not any("gone" in values.values() or values.get("route") == "default/b" for values in labels)
    assert registry.get_sample_value("sealane_config_reloads_total", {"kind": "routes"}) == 1.0


def test_both_arms_of_a_route_are_kept(metrics: RouterMetrics, registry: CollectorRegistry) -> None:
    """A table may hold two revisions of one route."""
    both = RouteTable((*_table(a="1").routes, *_table(a="2").routes), "hash")
    for revision in ("1", "2"):
        metrics.of_exchange("default/a", "kimi", revision, "moonshot", "chat").ended("", 1.0)
    list(metrics.forget_all_but(both))

    assert generate_latest(registry).count(b"sealane_exchanges_total{") == 2


def test_counting_goes_on_after_a_reload(metrics: RouterMetrics, registry: CollectorRegistry) -> None:
    """Bound series are found again, not counted into what was forgotten."""
    labels = ("default/a", "kimi", "1", "moonshot", "chat")
    metrics.of_exchange(*labels).ended("", 1.0)
    list(metrics.forget_all_but(_table(b="1")))
    metrics.of_exchange(*labels).ended("", 1.0)

    names = ("route", "rule", "revision", "provider", "api", "code")
    assert registry.get_sample_value("sealane_exchanges_total", dict(zip(names, (*labels, "ok"), strict=True))) == 1.0
