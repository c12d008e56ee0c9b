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
    _read_process(gateway)
    _read_table(gateway)


def _read_providers(gateway: "Gateway") -> None:
    metrics = gateway.metrics

    def each(value: Callable[[ProviderRuntime], float]) -> Callable[[], Readings]:
        return lambda: [(key, value(runtime)) for key, runtime in gateway.live.serving.providers.items()]

    def states() -> Iterator[tuple[tuple[str, ...], float]]:
        now = time.monotonic()
        for key, runtime in gateway.live.serving.providers.items():
            current = runtime.gate.breaker_state(now)
            for state in BreakerState:
                yield (*key, state.value), float(state is current)

    def connections() -> Iterator[tuple[tuple[str, ...], float]]:
        for key, runtime in gateway.live.serving.providers.items():
            yield (*key, "idle"), float(runtime.client.pool.idle)
            yield (*key, "busy"), float(runtime.client.pool.in_use)

    def connects() -> Iterator[tuple[tuple[str, ...], float]]:
        for key, runtime in gateway.live.serving.providers.items():
            for result, count in runtime.client.pool.connects.items():
                yield (*key, result), float(count)

    metrics.upstream_connects.read_from(connects)
    metrics.upstream_stale_connections.read_from(each(lambda runtime: float(runtime.client.pool.stale)))
    metrics.provider_pauses.read_from(each(lambda runtime: float(runtime.gate.pauses_begun)))
    metrics.retry_budget_exhausted.read_from(
        lambda: [(key, float(rule.targets.budget.refused)) for key, rule in gateway.live.serving.rules.items()]
    )
    metrics.breaker_state.read_from(states)
    metrics.upstream_connections.read_from(connections)
    metrics.credential_parked.read_from(each(lambda runtime: float(runtime.gate.parked)))
    metrics.concurrency_in_use.read_from(each(lambda runtime: float(runtime.gate.in_use)))
    metrics.concurrency_limit.read_from(each(lambda runtime: float(runtime.gate.max_concurrency)))


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
