"""The metrics of the investigator."""

from prometheus_client import CollectorRegistry, generate_latest

from sealane_telemetry.investigator_metrics import InvestigatorMetrics


def test_every_metric_is_shown_with_its_meaning() -> None:
    """Also those that nothing has happened to."""
    registry = CollectorRegistry()
    metrics = InvestigatorMetrics(registry)

    shown = generate_latest(registry).decode()

    for family in metrics.families:
        assert f"# HELP {family.name} " in shown
        assert family.name.startswith("sealane_investigator_")
        assert family.meaning.endswith(".")


def test_counters_end_as_counters_do() -> None:
    """And no other family does."""
    families = InvestigatorMetrics(CollectorRegistry()).families

    assert all(family.name.endswith("_total") == (family.kind == "counter") for family in families)
