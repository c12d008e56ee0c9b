"""The metrics of readiness that asks its peers."""

from prometheus_client import CollectorRegistry

from sealane_telemetry.metrics import RouterMetrics


def test_they_are_scraped_with_all_others() -> None:
    """Counters begin with their first event, gauges with what they are read from."""
    registry = CollectorRegistry()
    peers = RouterMetrics(registry).peers
    peers.known.read_from(lambda: [((), 2.0)])
    peers.errors.labels("timeout").inc()
    peers.departures.labels().inc()

    assert registry.get_sample_value("sealane_peers") == 2
    assert registry.get_sample_value("sealane_peer_errors_total", {"reason": "timeout"}) == 1
    assert registry.get_sample_value("sealane_local_fault_departures_total") == 1


def test_their_names_are_one_family() -> None:
    """Whoever looks for one finds the others; none has a label that a peer could choose."""
    families = RouterMetrics(CollectorRegistry()).peers.families

    assert all(family.name.startswith("sealane_") for family in families)
    assert {label for family in families for label in family.label_names} == {"reason"}
