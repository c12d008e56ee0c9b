"""Metrics that are read from the router's state when somebody scrapes, and cost nothing until then."""

import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from typing import TYPE_CHECKING

from sealane_router.attempt.breaker import BreakerState
from sealane_router.serving import ProviderRuntime
from sealane_telemetry.series import Readings

if TYPE_CHECKING:
    from .gateway import Gateway


def read_from(gateway: "Gateway") -> None:
    """Tie the state gauges of ``gateway.metrics`` to what they measure."""
    _read_providers(gateway)
    _read_connections(gateway)
    _read_process(gateway)
    _read_table(gateway)


def _read_providers(gateway: "Gateway") -> None:
    metrics, each = gateway.metrics, _each(gateway)

    def states() -> Iterator[tuple[tuple[str, ...], float]]:
        now = time.monotonic()
        for key, runtime in gateway.live.serving.runtimes():
            current = runtime.gate.breaker_state(now)
            for state in BreakerState:
                yield (*key, state.value), float(state is current)

    def budgets() -> Iterator[tuple[tuple[str, ...], float]]:
        for arm, runtime in gateway.live.serving.arms():
            for name, rule in runtime.rules.items():
                yield (runtime.route.key, name, arm.value), float(rule.targets.budget.refused)

    metrics.provider_pauses.read_from(each(lambda runtime: float(runtime.gate.pauses_begun)))
    metrics.retry_budget_exhausted.read_from(budgets)
    metrics.breaker_state.read_from(states)
    metrics.credential_parked.read_from(each(lambda runtime: float(runtime.gate.parked)))
    metrics.concurrency_in_use.read_from(each(lambda runtime: float(runtime.gate.in_use)))
    metrics.concurrency_limit.read_from(each(lambda runtime: float(runtime.gate.max_concurrency)))


def _read_connections(gateway: "Gateway") -> None:
    metrics, each = gateway.metrics, _each(gateway)

    def connections() -> Iterator[tuple[tuple[str, ...], float]]:
        for key, runtime in gateway.live.serving.runtimes():
            yield (*key, "idle"), float(runtime.client.pool.idle)
            yield (*key, "busy"), float(runtime.client.pool.in_use)

    def connects() -> Iterator[tuple[tuple[str, ...], float]]:
        for key, runtime in gateway.live.serving.runtimes():
            for result, count in runtime.client.pool.connects.items():
                yield (*key, result), float(count)

    metrics.upstream_connects.read_from(connects)
    metrics.upstream_stale_connections.read_from(each(lambda runtime: float(runtime.client.pool.stale)))
    metrics.upstream_connections.read_from(connections)


def _each(gateway: "Gateway") -> Callable[[Callable[[ProviderRuntime], float]], Callable[[], Readings]]:
    """Makes a reading of every provider in both arms out of what is read of one."""

    def each(value: Callable[[ProviderRuntime], float]) -> Callable[[], Readings]:
        return lambda: [(key, value(runtime)) for key, runtime in gateway.live.serving.runtimes()]

    return each


def _read_process(gateway: "Gateway") -> None:
    metrics, traffic = gateway.metrics, gateway.traffic
    metrics.client_connections.read_from(lambda: [((), traffic.connections)])
    metrics.buffered_body.read_from(lambda: [((), traffic.memory.used)])
    metrics.buffered_body_limit.read_from(lambda: [((), traffic.memory.limit)])
    metrics.draining.read_from(lambda: [((), float(gateway.draining))])
    metrics.ready.read_from(lambda: [((), float(gateway.readyz.report().ok))])
    metrics.build_info.read_from(lambda: [((version("sealane"),), 1.0)])


def _read_table(gateway: "Gateway") -> None:
    metrics = gateway.metrics

    def count(counted: Callable[[], int]) -> Callable[[], Readings]:
        return lambda: [((), float(counted()))]

    metrics.route_table_info.read_from(lambda: [((gateway.live.serving.table.hash,), 1.0)])
    metrics.routes.read_from(count(lambda: len(gateway.live.serving.table.routes)))
    metrics.rules.read_from(count(lambda: len(gateway.live.serving.rules)))
    metrics.providers.read_from(count(lambda: len(gateway.live.serving.providers)))
