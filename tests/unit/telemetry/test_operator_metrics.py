"""The operator's metrics."""

from prometheus_client import CollectorRegistry, generate_latest

from sealane_telemetry.metrics import RouterMetrics
from sealane_telemetry.operator_metrics import OperatorMetrics

_BEGINNINGS = ("sealane_operator_", "sealane_route", "sealane_rollout", "sealane_rollback")


def test_every_family_is_exposed_under_a_name_of_its_own() -> None:
    """Names begin with sealane_ and say what they count in; counters end in _total."""
    families = OperatorMetrics(CollectorRegistry()).families
    names = [family.name for family in families]

    assert len(set(names)) == len(names)
    assert all(name.startswith(_BEGINNINGS) for name in names)
    assert all((family.kind == "counter") == family.name.endswith("_total") for family in families)


def test_it_can_be_scraped_from_the_start() -> None:
    """Series without labels are there as zero."""
    registry = CollectorRegistry()
    OperatorMetrics(registry)

    assert b"sealane_operator_event_loop_lag_seconds_count 0.0" in generate_latest(registry)


def test_no_name_is_a_routers_as_well() -> None:
    """One Prometheus scrapes both."""
    routers = {family.name for family in RouterMetrics(CollectorRegistry()).families}

    assert not routers & {family.name for family in OperatorMetrics(CollectorRegistry()).families}
