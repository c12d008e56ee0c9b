"""Probes and metrics, without a token."""

from prometheus_client import CollectorRegistry

from sealane_investigator.server.health import health_endpoints
from sealane_telemetry.health import Check, HealthChecks
from sealane_telemetry.investigator_metrics import InvestigatorMetrics
from tests.support.served_investigator import served


async def test_the_kubelet_and_prometheus_need_no_token() -> None:
    """They are told how it is, and nothing of an incident."""
    reasons: list[str | None] = [None]
    registry = CollectorRegistry()
    metrics = InvestigatorMetrics(registry)
    ready = HealthChecks("readyz", [Check("database", lambda: reasons[-1])])
    endpoints = health_endpoints(HealthChecks("livez", []), ready, registry)
    async with served(endpoints, metrics=metrics) as client:
        assert (await client.get("/livez", token=None)).body == "ok"
        assert (await client.get("/readyz?verbose", token=None)).body.startswith("[+]database ok\n")
        assert "sealane_investigator_events_total" in (await client.get("/metrics", token=None)).body
        reasons.append("away")
        unready = await client.get("/readyz", token=None)
        excluded = await client.get("/readyz?exclude=database", token=None)

    assert (unready.status, "[-]database failed: away" in unready.body, excluded.status) == (500, True, 200)
