"""The driver: a coroutine runs inside the callback that wakes it, and every way it can end is told once."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from sealane_router.aio.driver import Driver, Wakeup


class Ended:
    """Remembers what a driver told of its coroutine's end."""

    def __init__(self) -> None:
        self.calls: list[BaseException | None] = []

    def __call__(self, error: BaseException | None) -> None:
        self.calls.append(error)


class Left(Exception):
    """What the tests cancel with."""


def driven(coroutine: Coroutine[Any, Any, None]) -> tuple[Driver, Ended]:
    """A driver of the coroutine, not yet started."""
    ended = Ended()
    return Driver(coroutine, ended), ended


def test_a_coroutine_that_never_waits_ends_inside_start() -> None:
    """Done is called once, without an error, before ``start`` returns."""
    seen: list[str] = []

    async def work() -> None:
        seen.append("ran")

    driver, ended = driven(work())
    driver.start()
    assert (seen, ended.calls, driver.finished) == (["ran"], [None], True)


def test_a_wakeup_continues_the_coroutine_before_set_returns() -> None:
    """No turn of the loop lies between the callback and the code that waited for it."""
    wakeup = Wakeup()
    seen: list[int] = []

    async def work() -> None:
        for turn in range(3):
            await wakeup
            seen.append(turn)

    driver, ended = driven(work())
    driver.start()
    for expected in range(3):
        assert seen == list(range(expected))
        wakeup.set()
    assert (seen, ended.calls) == ([0, 1, 2], [None])


def test_a_wakeup_set_early_is_remembered_once() -> None:
    """Two early calls end one wait, not two."""
    wakeup = Wakeup()
    seen: list[str] = []

    async def work() -> None:
        await wakeup
        seen.append("first")
        await wakeup
        seen.append("second")

    wakeup.set()
    wakeup.set()
    driver, _ = driven(work())
    driver.start()
    assert seen == ["first"]
    wakeup.set()
    assert seen == ["first", "second"]


def test_a_wakeup_set_by_the_running_coroutine_is_not_delivered_into_it() -> None:
    """The call is remembered until the coroutine waits."""
    wakeup = Wakeup()
    seen: list[str] = []

    async def work() -> None:
        wakeup.set()
        seen.append("still here")
        await wakeup
        seen.append("woken")

    driver, ended = driven(work())
    driver.start()
    assert (seen, ended.calls) == (["still here", "woken"], [None])


def test_two_drivers_may_wake_each_other() -> None:
    """One runs inside the other's call; neither is entered twice."""
    ping, pong = Wakeup(), Wakeup()
    seen: list[str] = []

    async def one() -> None:
        for _ in range(3):
            await ping
            seen.append("ping")
            pong.set()

    async def other() -> None:
        for _ in range(3):
            await pong
            seen.append("pong")
            ping.set()

    first, first_ended = driven(one())
    second, second_ended = driven(other())
    first.start()
    second.start()
    ping.set()
    assert seen == ["ping", "pong"] * 3
    assert first_ended.calls == second_ended.calls == [None]


def test_an_exception_goes_to_done() -> None:
    """The very object that was raised, once."""
    error = ValueError("broken")

    async def work() -> None:
        raise error

    driver, ended = driven(work())
    driver.start()
    assert ended.calls == [error]


def test_what_ends_a_process_goes_to_done_and_to_the_loop() -> None:
    """A SystemExit inside a coroutine is not swallowed."""

    async def work() -> None:
        raise SystemExit(3)

    driver, ended = driven(work())
    with pytest.raises(SystemExit):
        driver.start()
    assert isinstance(ended.calls[0], SystemExit)


def test_cancel_throws_where_a_wakeup_is_waited_for() -> None:
    """The ``finally`` blocks have run when ``cancel`` returns, and a later wakeup wakes nobody."""
    wakeup = Wakeup()
    seen: list[str] = []

    async def work() -> None:
        try:
            await wakeup
        finally:
            seen.append("cleaned")

    driver, ended = driven(work())
    driver.start()
    error = Left()
    driver.cancel(error)
    assert (seen, ended.calls) == (["cleaned"], [error])
    wakeup.set()
    driver.cancel(Left())
    assert ended.calls == [error]


def test_cancel_before_start_runs_nothing() -> None:
    """The coroutine's body is never entered, and ``start`` then does nothing."""
    seen: list[str] = []

    async def work() -> None:
        seen.append("ran")

    driver, ended = driven(work())
    error = Left()
    driver.cancel(error)
    driver.start()
    assert (seen, ended.calls) == ([], [error])


def test_a_coroutine_that_cancels_itself_meets_it_at_its_next_wait() -> None:
    """The running frame is never thrown into."""
    wakeup = Wakeup()
    seen: list[str] = []

    async def work() -> None:
        driver.cancel(error)
        seen.append("went on")
        await wakeup
        seen.append("never")

    error = Left()
    driver, ended = driven(work())
    driver.start()
    assert (seen, ended.calls) == (["went on"], [error])


async def test_a_self_cancelled_coroutine_may_wait_for_a_future_in_its_finally() -> None:
    """The future it was about to wait for is left in a state in which others can await it."""
    future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    seen: list[str] = []

    async def work() -> None:
        driver.cancel(Left())
        try:
            await future
        finally:
            seen.append(await future)

    driver, ended = driven(work())
    driver.start()
    future.set_result("late")
    await asyncio.sleep(0)
    assert seen == ["late"]
    assert [type(error) for error in ended.calls] == [Left]


async def test_a_future_continues_the_coroutine() -> None:
    """Its result is what ``await`` gives."""
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    seen: list[int] = []

    async def work() -> None:
        seen.append(await future)

    driver, ended = driven(work())
    driver.start()
    future.set_result(7)
    await asyncio.sleep(0)
    assert (seen, ended.calls) == ([7], [None])


async def test_a_failed_future_raises_in_the_coroutine() -> None:
    """Its exception reaches ``done``."""
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def work() -> None:
        await future

    driver, ended = driven(work())
    driver.start()
    future.set_exception(ValueError("broken"))
    await asyncio.sleep(0)
    assert [type(error) for error in ended.calls] == [ValueError]


async def test_cancel_leaves_a_future_alone() -> None:
    """The future belongs to whoever made it: it stays pending, and its end wakes nobody."""
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def work() -> None:
        await future

    driver, ended = driven(work())
    driver.start()
    driver.cancel(Left())
    assert not future.cancelled()
    future.set_result(None)
    await asyncio.sleep(0)
    assert [type(error) for error in ended.calls] == [Left]


async def test_a_future_done_just_before_cancel_does_not_end_a_later_wait() -> None:
    """Its call is on its way already; the wait in the ``finally`` block is not the one it meant."""
    future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    cleaned = Wakeup()
    seen: list[str] = []

    async def work() -> None:
        try:
            await future
        finally:
            await cleaned
            seen.append("cleaned")

    driver, ended = driven(work())
    driver.start()
    future.set_result(None)
    driver.cancel(Left())
    await asyncio.sleep(0)
    assert seen == []
    cleaned.set()
    assert seen == ["cleaned"]
    assert [type(error) for error in ended.calls] == [Left]


async def test_waiting_for_anything_else_is_an_error_of_the_coroutine() -> None:
    """A bare yield, as of ``asyncio.sleep(0)``, has nothing that could end it."""

    async def work() -> None:
        await asyncio.sleep(0)

    driver, ended = driven(work())
    driver.start()
    assert isinstance(ended.calls[0], RuntimeError)
