"""The workers: each takes a key from the queue, looks at it, and says when it is to be looked at again."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from sealane_kube.errors import KubeError, LeaseLost
from sealane_operator.world.queue import Queue
from sealane_telemetry.logs import get_logger
from sealane_telemetry.operator_metrics import OperatorMetrics

#: Without news a worker looks at the queue this often all the same.
_IDLE_SECONDS = 60.0

_log = get_logger("sealane.operator.looks")

#: Looks at one key; returns the seconds until it wants another look, None: when it is marked.
Look = Callable[[str], Awaitable[float | None]]


class Looks:
    """The queue at work: :meth:`mark` a key from the loop, and run some :meth:`work` side by side."""

    def __init__(self, metrics: OperatorMetrics, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.queue = Queue(waited=metrics.queue_seconds.labels().observe)
        self._metrics = metrics
        self._clock = clock
        self._news, self._over = asyncio.Event(), asyncio.Event()
        self._stopping = False
        self.progressed = clock()
        """When a look began or ended last."""

    def mark(self, key: str) -> None:
        """Ask for a look at a key."""
        self.queue.mark(key, self._clock())
        self._news.set()

    async def work(self, look: Look) -> None:
        """Look at one key after the other until :meth:`stop`. Raises LeaseLost when nothing may be written any more."""
        while not self._stopping:
            now = self._clock()
            key = self.queue.start(now)
            if key is None:
                await self._wait(now)
            else:
                self.progressed = now
                await self._look(key, look)
                self.progressed = self._clock()
                self._over.set()

    async def stop(self, patience: float) -> None:
        """Begin no look any more; return when those that run are over, or after ``patience`` seconds."""
        self._stopping = True
        self._news.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                while self.queue.running:
                    self._over.clear()
                    await self._over.wait()

    async def _wait(self, now: float) -> None:
        self._news.clear()
        due = self.queue.next_due
        pause = _IDLE_SECONDS if due is None else min(max(due - now, 0.0), _IDLE_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(pause):
                await self._news.wait()

    async def _look(self, key: str, look: Look) -> None:
        began = self._clock()
        try:
            again = await look(key)
        except LeaseLost:
            raise
        except KubeError as error:
            self._failed(key, error, error.retry_after)
        except Exception as error:  # noqa: BLE001 - a bug that one route meets must not keep others from being looked at
            self._failed(key, error, None)
        else:
            self.queue.done(key, self._clock(), again)
            self._metrics.reconciles.labels("ok").inc()
        self._metrics.reconcile_seconds.labels().observe(self._clock() - began)

    def _failed(self, key: str, error: Exception, retry_after: float | None) -> None:
        pause = self.queue.failed(key, self._clock(), retry_after)
        is_bug = not isinstance(error, KubeError)
        self._metrics.reconciles.labels("failed").inc()
        self._metrics.reconcile_errors.labels("Bug" if is_bug else type(error).__name__).inc()
        if is_bug:
            _log.error("look_failed", route=key, retry_seconds=round(pause, 1), exc_info=error)
        else:
            kind, status = type(error).__name__, error.status if isinstance(error, KubeError) else 0
            _log.warning("look_refused", route=key, error=kind, status=status, retry_seconds=round(pause, 1))
