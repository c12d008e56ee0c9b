"""The metrics of reports to the investigator."""

from prometheus_client import CollectorRegistry

from sealane_telemetry.metrics import RouterMetrics


def test_they_are_scraped_with_all_others() -> None:
    """Counters begin with their first event, gauges with what they are read from."""
    registry = CollectorRegistry()
    reports = RouterMetrics(registry).reports
    reports.queued.read_from(lambda: [((), 3.0)])
    reports.dropped.labels("queue_full").inc(5)
    reports.batches.labels("timeout").inc()
    reports.sent.labels().inc(2)

    assert registry.get_sample_value("sealane_router_events_queued") == 3
    assert registry.get_sample_value("sealane_router_events_dropped_total", {"reason": "queue_full"}) == 5
    assert registry.get_sample_value("sealane_router_event_batches_total", {"result": "timeout"}) == 1
    assert registry.get_sample_value("sealane_router_events_sent_total") == 2


def test_none_has_a_label_that_a_client_could_choose() -> None:
    """Reasons and results are closed sets."""
    families = RouterMetrics(CollectorRegistry()).reports.families

    assert all(family.name.startswith("sealane_router_event") for family in families)
    assert {label for family in families for label in family.label_names} == {"reason", "result"}
