"""The metrics of a router that takes ServiceAccounts' tokens."""

from prometheus_client import CollectorRegistry

from sealane_telemetry.metrics import RouterMetrics


def test_they_are_scraped_with_all_others() -> None:
    """Counters begin with their first event, gauges with what they are read from."""
    registry = CollectorRegistry()
    reviews = RouterMetrics(registry).token_reviews
    reviews.reviews.labels("accepted").inc()
    reviews.remembered.read_from(lambda: [((), 2.0)])
    reviews.held.labels().inc()

    assert registry.get_sample_value("sealane_token_reviews_total", {"result": "accepted"}) == 1
    assert registry.get_sample_value("sealane_tokens_remembered") == 2
    assert registry.get_sample_value("sealane_token_held_total") == 1


def test_none_has_a_label_that_a_caller_could_choose() -> None:
    """Neither namespaces nor tokens."""
    families = RouterMetrics(CollectorRegistry()).token_reviews.families

    assert {label for family in families for label in family.label_names} == {"result"}
