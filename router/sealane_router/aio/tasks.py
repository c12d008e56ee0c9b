"""Background tasks that cannot vanish and cannot fail in silence."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from sealane_telemetry.logs import get_logger

_log = get_logger("sealane.tasks")

#: The loop keeps only weak references to tasks; these keep a background task alive until it ends.
_running: set["asyncio.Task[Any]"] = set()


def spawn(coroutine: Coroutine[Any, Any, Any], *, name: str) -> "asyncio.Task[Any]":
    """Start a task whose exception is logged; awaiting or cancelling it stays the caller's right."""
    task = asyncio.get_running_loop().create_task(coroutine, name=name)
    _running.add(task)
    task.add_done_callback(_ended)
    return task


async def stop(*tasks: "asyncio.Task[Any]") -> None:
    """Cancel tasks and wait until each has ended."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _ended(task: "asyncio.Task[Any]") -> None:
    _running.discard(task)
    if not task.cancelled() and (error := task.exception()) is not None:
        # The log shows identifiers as they are and text only as its hash.
        _log.error("background_task_failed", task=task.get_name().replace(" ", "-"), exc_info=error)
