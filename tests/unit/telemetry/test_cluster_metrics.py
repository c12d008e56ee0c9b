"""The metrics of a router that follows a cluster."""

from prometheus_client import CollectorRegistry

from sealane_telemetry.cluster_metrics import ClusterMetrics
from sealane_telemetry.metrics import RouterMetrics


def test_every_family_is_exposed() -> None:
    """Among the router's."""
    families = ClusterMetrics().families
    exposed = {family.name for family in RouterMetrics(CollectorRegistry()).families}

    assert len(families) == 8
    assert {family.name for family in families} <= exposed


def test_without_a_cluster_they_are_zero() -> None:
    """A gauge without labels is there from the start; a counter with labels when it first counts."""
    registry = CollectorRegistry()
    RouterMetrics(registry)

    assert registry.get_sample_value("sealane_secrets_watched") == 0
    assert registry.get_sample_value("sealane_revisions_fetched_total", {"result": "ok"}) is None
