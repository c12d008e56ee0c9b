"""``drive``: a driven coroutine as a future that tasks can await and cancel."""

import asyncio
from typing import Any

import pytest

from sealane_router.aio.driver import Wakeup, drive


class Left(Exception):
    """What the tests' coroutines fail with."""


async def test_drive_gives_the_result_to_a_task() -> None:
    """A task awaits the future like any other."""
    wakeup = Wakeup()

    async def work() -> str:
        await wakeup
        return "done"

    asyncio.get_running_loop().call_soon(wakeup.set)
    assert await drive(work()) == "done"


async def test_drive_gives_the_error_to_a_task() -> None:
    """As if the coroutine had been awaited."""

    async def work() -> None:
        raise Left

    with pytest.raises(Left):
        await drive(work())


async def test_cancelling_what_drive_returned_cancels_the_coroutine() -> None:
    """Its ``finally`` blocks run."""
    seen: list[str] = []

    async def work() -> None:
        try:
            await Wakeup()
        finally:
            seen.append("cleaned")

    future = drive(work())
    future.cancel()
    with pytest.raises(asyncio.CancelledError):
        await future
    await asyncio.sleep(0)
    assert seen == ["cleaned"]


async def test_a_cancelled_task_cancels_what_it_drives() -> None:
    """The usual way: a task that awaits ``drive`` is stopped."""
    seen: list[str] = []

    async def work() -> None:
        try:
            await Wakeup()
        finally:
            seen.append("cleaned")

    async def outer() -> None:
        await drive(work())

    task = asyncio.ensure_future(outer())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert seen == ["cleaned"]


async def test_a_cancelled_future_inside_cancels_the_outer_one() -> None:
    """It ends as cancelled, not with an exception that nobody retrieves."""
    inner: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def work() -> None:
        await inner

    future = drive(work())
    inner.cancel()
    with pytest.raises(asyncio.CancelledError):
        await future
    assert future.cancelled()


async def test_an_error_after_cancellation_is_told_to_the_loop() -> None:
    """Nobody awaits the future any more, and still the error is not lost."""
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context))

    async def work() -> None:
        try:
            await Wakeup()
        finally:
            raise Left

    future = drive(work())
    future.cancel()
    await asyncio.sleep(0.001)
    assert [type(context["exception"]) for context in told] == [Left]
