"""Workers at the queue."""

import asyncio
import logging

import pytest
from prometheus_client import CollectorRegistry

from sealane_kube.errors import Forbidden, KubeError, LeaseLost, Throttled
from sealane_operator.app.looks import Looks
from sealane_telemetry.operator_metrics import OperatorMetrics


class _Scene:
    """Looks whose outcome is told key by key; ``looked`` are those that began."""

    def __init__(self) -> None:
        self.metrics = OperatorMetrics(CollectorRegistry())
        self.looks = Looks(self.metrics)
        self.looked: asyncio.Queue[str] = asyncio.Queue()
        self.outcomes: dict[str, list[float | Exception | None]] = {}
        self.gate = asyncio.Event()
        self.gate.set()

    async def look(self, key: str) -> float | None:
        self.looked.put_nowait(key)
        await self.gate.wait()
        outcome = self.outcomes.get(key, [None]).pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def count(self, error: str) -> float:
        return self.metrics.reconcile_errors.labels(error).value


async def test_a_mark_is_looked_at_and_looked_at_again_when_it_asks() -> None:
    """Whoever waits is woken; the second look is not waited for longer than was asked."""
    scene = _Scene()
    scene.outcomes["a"] = [0.0, None]
    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(scene.looks.work(scene.look)) for _ in range(2)]
        await asyncio.sleep(0)
        scene.looks.mark("a")

        assert [await scene.looked.get(), await scene.looked.get()] == ["a", "a"]
        await scene.looks.stop(10.0)
        await asyncio.wait(workers)

    assert scene.metrics.reconciles.labels("ok").value == 2


async def test_a_key_waits_for_its_own_look_while_others_go_on() -> None:
    """With two workers, one key marked twice is looked at once at a time."""
    scene = _Scene()
    scene.gate.clear()
    scene.outcomes = {"a": [None, None], "b": [None]}
    async with asyncio.TaskGroup() as group:
        for _ in range(2):
            group.create_task(scene.looks.work(scene.look))
        scene.looks.mark("a")
        first = await scene.looked.get()
        scene.looks.mark("a")
        scene.looks.mark("b")
        second = await scene.looked.get()
        scene.gate.set()
        third = await scene.looked.get()
        await scene.looks.stop(10.0)

    assert (first, second, third) == ("a", "b", "a")


@pytest.mark.parametrize(
    ("error", "counted"),
    [
        (Forbidden("no", 403), "Forbidden"),
        (Throttled("later", retry_after=0.0), "Throttled"),
        (KubeError("what", 418), "KubeError"),
        (ZeroDivisionError(), "Bug"),
    ],
)
async def test_a_look_that_fails_is_tried_again(
    error: Exception, counted: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever it raised is counted and logged, and the worker goes on."""
    caplog.set_level(logging.CRITICAL)
    scene = _Scene()
    scene.outcomes["a"] = [error, None]
    async with asyncio.TaskGroup() as group:
        group.create_task(scene.looks.work(scene.look))
        scene.looks.mark("a")
        assert [await scene.looked.get(), await scene.looked.get()] == ["a", "a"]
        await scene.looks.stop(10.0)

    assert scene.count(counted) == 1
    assert scene.looks.queue.figures.failures == 1


async def test_a_lost_lease_ends_the_work() -> None:
    """Nothing may be written any more, so nothing is looked at."""
    scene = _Scene()
    scene.outcomes["a"] = [LeaseLost("gone")]
    scene.looks.mark("a")

    with pytest.raises(LeaseLost):
        await scene.looks.work(scene.look)


async def test_the_end_waits_for_looks_that_have_begun_but_not_forever() -> None:
    """What is marked afterwards is left to the next operator."""
    scene = _Scene()
    scene.gate.clear()
    worker = asyncio.get_running_loop().create_task(scene.looks.work(scene.look))
    scene.looks.mark("a")
    await scene.looked.get()
    await scene.looks.stop(0.01)
    stuck = scene.looks.queue.running
    scene.looks.mark("b")
    scene.gate.set()
    await scene.looks.stop(10.0)
    await worker

    assert (stuck, scene.looks.queue.running, scene.looks.queue.depth) == (1, 0, 1)
