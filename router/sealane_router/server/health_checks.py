"""Active health checks: a failing one opens the provider's breaker, a passing one never closes it."""

import asyncio
import random
import time
from collections.abc import Callable

from sealane_api.route_table import HealthCheck
from sealane_router.aio.driver import drive
from sealane_router.aio.tasks import spawn, stop
from sealane_router.routing.splits import Arm
from sealane_router.serving import ProviderRuntime, Serving
from sealane_router.upstream.client import Deadlines
from sealane_router.upstream.errors import UpstreamError
from sealane_telemetry.metrics import RouterMetrics

_DEADLINES = Deadlines(connect=3.0, first_byte=10.0, idle=5.0)


class HealthCheckRunner:
    """Keeps one task per provider of an arm whose revision asks for checks; ``follow`` is called after each reload."""

    def __init__(self, serving: Callable[[], Serving], metrics: RouterMetrics) -> None:
        self._serving = serving
        self._metrics = metrics
        self._tasks: dict[tuple[str, str, str, HealthCheck], asyncio.Task[None]] = {}

    async def follow(self) -> None:
        """Start the checks the table asks for and stop those it no longer does."""
        wanted = {
            (*key, runtime.provider.health_check)
            for key, runtime in self._serving().runtimes()
            if runtime.provider.health_check is not None
        }
        gone = [self._tasks.pop(key) for key in list(self._tasks) if key not in wanted]
        for key in wanted - self._tasks.keys():
            self._tasks[key] = spawn(self._check(*key), name=f"health of {key[1]}")
        await stop(*gone)

    async def close(self) -> None:
        """Stop all checks."""
        tasks = list(self._tasks.values())
        self._tasks.clear()
        await stop(*tasks)

    async def _check(self, route: str, provider: str, arm: str, check: HealthCheck) -> None:
        while True:
            # Replicas that started together must not knock together.
            await asyncio.sleep(check.interval * random.uniform(0.9, 1.1))  # noqa: S311
            runtime = self._serving().runtime(route, provider, Arm(arm))
            if runtime is None:
                return
            result = await drive(_probe(runtime, check.path))
            self._metrics.health_checks.labels(route, provider, arm, result).inc()
            if result != "ok":
                runtime.gate.trip(time.monotonic())


async def _probe(runtime: ProviderRuntime, path: str) -> str:
    """``ok`` when the provider answers, even with a 401 or 404; a 5xx or a redirect says that it does not."""
    client = runtime.client
    try:
        connection = await client.send(b"GET", path.encode("ascii"), b"", b"", b"", _DEADLINES)
    except UpstreamError as error:
        # A credential that is not there yet says nothing about the provider.
        return "ok" if error.code == "credential_missing" else error.failure_class.value
    try:
        while await connection.read(_DEADLINES.idle) is not None:
            pass
    except UpstreamError as error:
        return error.failure_class.value
    finally:
        client.pool.release(connection)
    return "ok" if 200 <= connection.status < 300 or 400 <= connection.status < 500 else "ServerError"
