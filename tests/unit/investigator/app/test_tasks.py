"""Background tasks, recurring jobs and the pulse."""

import asyncio
import gc

import pytest

from sealane_investigator.app.tasks import BEAT_SECONDS, Tasks, beat, keep_from_collector, recurring
from tests.support.waiting import until


async def test_a_task_that_dies_is_told() -> None:
    """The process then ends: half an investigator is worse than none."""
    failed: list[int] = []
    tasks = Tasks(lambda: failed.append(1))

    async def dies() -> None:
        raise KeyError("x")

    tasks.spawn(dies(), name="dies")
    await until(lambda: failed)
    await tasks.stop()

    assert failed == [1]


async def test_tasks_are_cancelled_at_the_end() -> None:
    """And waited for; that is no failure."""
    failed: list[int] = []
    ended: list[int] = []
    tasks = Tasks(lambda: failed.append(1))

    async def lives() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(1)

    tasks.spawn(lives(), name="lives")
    await asyncio.sleep(0)
    await tasks.stop()

    assert (failed, ended) == ([], [1])


async def test_a_job_that_fails_is_done_again() -> None:
    """After its pause, and somebody is told."""
    calls: list[int] = []
    failures: list[Exception] = []
    pauses: list[float] = []

    async def job() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise ValueError("no")

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 4:
            raise asyncio.CancelledError

    await asyncio.gather(recurring(job, 5.0, failed=failures.append, sleep=sleep), return_exceptions=True)

    assert (len(calls), pauses, [type(error) for error in failures]) == (3, [5.0] * 4, [ValueError])


async def test_the_pulse_says_how_late_a_timer_fires() -> None:
    """A loop that is held up is seen."""
    now = [0.0]
    late: list[float] = []

    async def sleep(seconds: float) -> None:
        now[0] += seconds + (0.5 if len(late) == 1 else 0.0)
        if len(late) == 2:
            raise asyncio.CancelledError

    await asyncio.gather(beat(late.append, clock=lambda: now[0], sleep=sleep), return_exceptions=True)

    assert (late, BEAT_SECONDS) == ([0.0, 0.5], 0.25)


def test_what_lives_at_the_start_is_kept_from_the_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    """But not what was garbage by then."""
    done: list[str] = []
    monkeypatch.setattr(gc, "collect", lambda: done.append("collect"))
    monkeypatch.setattr(gc, "freeze", lambda: done.append("freeze"))

    keep_from_collector()

    assert done == ["collect", "freeze"]
