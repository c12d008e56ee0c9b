"""Background tasks: none can vanish, fail in silence or outlive ``stop``."""

import asyncio
import gc
import io
import json

import pytest

from sealane_router.aio.tasks import spawn, stop
from sealane_telemetry import logs


async def test_a_task_nobody_holds_runs_to_its_end() -> None:
    """The loop's weak reference is not the only one."""
    done = asyncio.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        gc.collect()
        await asyncio.sleep(0)
        done.set()

    name = spawn(work(), name="work").get_name()
    gc.collect()
    await done.wait()
    assert name == "work"


async def test_a_failure_is_logged_with_the_task_s_name() -> None:
    """The exception of a task that nobody awaits is in the log."""
    stream = io.StringIO()
    logs.configure("INFO", stream)
    try:

        async def work() -> None:
            raise ValueError("broken")

        task = spawn(work(), name="watch files")
        await asyncio.wait([task])
        await asyncio.sleep(0)
    finally:
        logs.reset()
    line = json.loads(stream.getvalue().splitlines()[0])
    assert (line["event"], line["task"]) == ("background_task_failed", "watch-files")


async def test_stop_cancels_and_waits() -> None:
    """What a task does on its way out is done when ``stop`` returns, and its own error does not stop others."""
    left: list[str] = []

    async def work(name: str) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            left.append(name)

    tasks = [spawn(work(name), name=name) for name in "ab"]
    await asyncio.sleep(0)
    await stop(*tasks)
    assert sorted(left) == ["a", "b"]
    with pytest.raises(asyncio.CancelledError):
        tasks[0].result()
