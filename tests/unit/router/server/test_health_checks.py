"""Active health checks: they open breakers and close none."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry

from sealane_api.route_table import HealthCheck
from sealane_cli.stub.faults import Fault
from sealane_cli.stub.server import StubProvider
from sealane_router.attempt.breaker import BreakerState
from sealane_router.server.health_checks import HealthCheckRunner
from sealane_router.serving import Serving
from sealane_telemetry.metrics import RouterMetrics
from tests.support.exchanges import ROUTE, means_of, provider_of, serving_of, table_of
from tests.support.waiting import until

CHECK = HealthCheck("/models", 0.02)


class _Checked:
    """A runner over one provider, and what it counted."""

    def __init__(self, serving: Serving) -> None:
        self.serving = serving
        self._registry = CollectorRegistry()
        self.runner = HealthCheckRunner(lambda: self.serving, RouterMetrics(self._registry))

    @property
    def state(self) -> BreakerState:
        return self.serving.providers[ROUTE, "moonshot"].gate.breaker_state(time.monotonic())

    def counted(self, result: str) -> float:
        labels = {"route": ROUTE, "provider": "moonshot", "arm": "stable", "result": result}
        return self._registry.get_sample_value("sealane_health_checks_total", labels) or 0.0


def _serving(base_url: str, check: HealthCheck | None, before: Serving | None = None) -> Serving:
    return serving_of(table_of(replace(provider_of(base_url), health_check=check)), before=before)


@asynccontextmanager
async def _checking(serving: Serving) -> AsyncIterator[_Checked]:
    checked = _Checked(serving)
    await checked.runner.follow()
    try:
        yield checked
    finally:
        await checked.runner.close()


@pytest.fixture
async def stub() -> AsyncIterator[StubProvider]:
    """Moonshot, healthy until a test says otherwise."""
    async with StubProvider("moonshot") as running:
        yield running


async def test_a_healthy_provider_is_asked_and_left_alone(stub: StubProvider) -> None:
    """Its path is asked with its credential, again and again."""
    async with _checking(_serving(stub.base_url, CHECK)) as checked:
        await until(lambda: checked.counted("ok") >= 2)
        state = checked.state

    assert state is BreakerState.CLOSED
    assert (stub.requests[0].method, stub.requests[0].path, stub.requests[0].key) == ("GET", "/v1/models", "sk-test")


@pytest.mark.parametrize(
    ("fault", "result"),
    [
        (Fault("status", 500), "ServerError"),
        (Fault("redirect", 302), "ServerError"),
        (Fault("reset"), "Connect"),
        (Fault("cut-before-head"), "Connect"),
        (Fault("not-http"), "ServerError"),
    ],
)
async def test_a_failing_check_opens_the_breaker(stub: StubProvider, fault: Fault, result: str) -> None:
    """One is enough: it is the provider's own word on its health."""
    stub.fault = fault
    async with _checking(_serving(stub.base_url, CHECK)) as checked:
        await until(lambda: checked.counted(result))
        state = checked.state

    assert state is BreakerState.OPEN


@pytest.mark.parametrize("fault", [Fault("unauthorized"), Fault("status", 404), Fault("rate-limit")])
async def test_a_refusal_comes_from_a_living_provider(stub: StubProvider, fault: Fault) -> None:
    """A path that is not there, or a key that is refused, is no outage."""
    stub.fault = fault
    async with _checking(_serving(stub.base_url, CHECK)) as checked:
        await until(lambda: checked.counted("ok"))
        state = checked.state

    assert state is BreakerState.CLOSED


async def test_a_passing_check_closes_nothing(stub: StubProvider) -> None:
    """Only an exchange that worked shows that exchanges work."""
    stub.script = [Fault("status", 500)]
    async with _checking(_serving(stub.base_url, CHECK)) as checked:
        await until(lambda: checked.counted("ok") >= 3)
        state = checked.state

    assert state is BreakerState.OPEN


async def test_a_missing_credential_says_nothing_about_the_provider(stub: StubProvider) -> None:
    """It is the gateway's problem, and told elsewhere."""
    table = table_of(replace(provider_of(stub.base_url), health_check=CHECK))
    async with _checking(serving_of(table, means_of({}))) as checked:
        await until(lambda: checked.counted("ok"))
        state = checked.state

    assert (state, stub.counters.total) == (BreakerState.CLOSED, 0)


async def test_the_checks_follow_the_table(stub: StubProvider) -> None:
    """A check that a reload takes away stops; one that it brings begins."""
    async with _checking(_serving(stub.base_url, None)) as checked:
        await asyncio.sleep(0.05)
        before = stub.counters.total
        checked.serving = _serving(stub.base_url, CHECK, checked.serving)
        await checked.runner.follow()
        await until(lambda: stub.counters.total)
        checked.serving = _serving(stub.base_url, None, checked.serving)
        await checked.runner.follow()
        stopped = stub.counters.total
        await asyncio.sleep(0.05)

    assert before == 0
    assert stub.counters.total == stopped


async def test_a_candidate_is_checked_by_itself(stub: StubProvider) -> None:
    """Its failing check opens its own breaker and leaves stable's alone; it ends with the trial."""
    table = table_of(replace(provider_of(stub.base_url), health_check=CHECK))
    trial = table_of(replace(provider_of("http://127.0.0.1:9/v1"), health_check=CHECK)).routes[0]
    serving = serving_of(replace(table, candidates=(replace(trial, revision="8"),)))
    async with _checking(serving) as checked:
        gate = serving.candidates[ROUTE].providers["moonshot"].gate
        await until(lambda: gate.breaker_state(time.monotonic()) is BreakerState.OPEN and checked.counted("ok"))
        state = checked.state
        checked.serving = serving_of(table, before=serving)
        await checked.runner.follow()
        left = len(checked.runner._tasks)

    assert (state, left) == (BreakerState.CLOSED, 1)
