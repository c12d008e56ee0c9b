"""How late the event loop is."""

import asyncio

import pytest
from prometheus_client import CollectorRegistry

from sealane_router.aio.tasks import spawn, stop
from sealane_router.app import loop_lag
from sealane_router.app.loop_lag import LoopLag
from sealane_telemetry.metrics import RouterMetrics
from tests.support.waiting import until


async def test_a_loop_that_turns_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each turn is observed; what is late is how much."""
    monkeypatch.setattr(loop_lag, "_INTERVAL", 0.001)
    registry = CollectorRegistry()
    lag = LoopLag(RouterMetrics(registry))
    task = spawn(lag.run(), name="loop lag")
    await until(lambda: (registry.get_sample_value("sealane_event_loop_lag_seconds_count") or 0) >= 3)
    await stop(task)

    assert lag.problem() is None
    assert task.cancelled()
    assert asyncio.all_tasks() == {asyncio.current_task()}


def test_a_loop_that_is_stuck_is_a_problem() -> None:
    """After half a minute."""
    lag = LoopLag(RouterMetrics(CollectorRegistry()))
    lag.turned -= 31

    assert "has not turned for 31 s" in (lag.problem() or "")
