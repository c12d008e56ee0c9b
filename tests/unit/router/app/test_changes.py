"""Changes of the configuration: taken or refused, counted and told."""

import pytest
from prometheus_client import CollectorRegistry

from sealane_router.app.changes import Changes
from sealane_telemetry.metrics import RouterMetrics


def test_a_refusal_stands_until_a_change_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    """Each kind by itself; of many problems the first are logged."""
    registry = CollectorRegistry()
    changes = Changes(RouterMetrics(registry))
    changes.refuse("routes", "\n".join(f"problem {number}" for number in range(30)))
    refused = changes.problem("routes")
    logged = capsys.readouterr().out
    changes.take("keys")
    still = changes.problem("routes")
    changes.take("routes")

    def counted(name: str) -> float | None:
        return registry.get_sample_value(name, {"kind": "routes"})

    assert refused is not None
    assert (len(refused.splitlines()), logged.count("reload_problem")) == (30, 10)
    assert (still, changes.problem("routes"), changes.problem("keys")) == (refused, None, None)
    assert counted("sealane_config_reload_failures_total") == counted("sealane_config_reloads_total") == 1
    assert (counted("sealane_config_last_reload_timestamp_seconds") or 0) > 1_700_000_000
