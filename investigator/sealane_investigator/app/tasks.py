"""Background tasks that cannot fail in silence, and what keeps the event loop's pulse regular."""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from sealane_telemetry.logs import get_logger

BEAT_SECONDS = 0.25

_log = get_logger("sealane.investigator.tasks")


class Tasks:
    """The tasks that run as long as the process; one that ends by itself is reported to ``failed``."""

    def __init__(self, failed: Callable[[], None]) -> None:
        self._failed = failed
        self._running: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        """Run ``work`` until :meth:`stop`."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """Cancel every task and wait until each has ended."""
        for task in list(self._running):
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("background_task_failed", task=task.get_name(), exc_info=error)
            self._failed()


async def recurring(
    job: Callable[[], Awaitable[None]],
    seconds: float,
    *,
    failed: Callable[[Exception], None],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Do ``job`` every so many seconds; never returns. An error is told, and the job is done again the next time."""
    while True:
        await sleep(seconds)
        try:
            await job()
        except Exception as error:  # noqa: BLE001 - told, counted, and tried again
            failed(error)


async def beat(
    observe: Callable[[float], None],
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Tell ``observe`` how late each timer fires; never returns."""
    last = clock()
    while True:
        await sleep(BEAT_SECONDS)
        now = clock()
        observe(max(0.0, now - last - BEAT_SECONDS))
        last = now


def keep_from_collector() -> None:
    """Let Python's collector never look again at what lives now: rules, tables, code.

    It holds no garbage, and each full collection of it would stop the event loop for 80 ms, every few seconds of load.
    """
    gc.collect()
    gc.freeze()
