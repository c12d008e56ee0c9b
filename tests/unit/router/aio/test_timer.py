"""A pause: it lasts, and cancelling it leaves no timer behind."""

import asyncio
from typing import Any

from sealane_router.aio.driver import Driver, drive
from sealane_router.aio.timer import pause


async def test_a_pause_ends() -> None:
    """The coroutine goes on once the time has passed."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    await drive(pause(0.01))
    assert loop.time() - began >= 0.009


async def test_a_cancelled_pause_takes_its_timer_along() -> None:
    """The loop holds no handle for it that could still fire."""
    handles: list[asyncio.TimerHandle] = []
    loop = asyncio.get_running_loop()
    call_later = loop.call_later

    def watched(delay: float, callback: Any, *args: Any) -> asyncio.TimerHandle:
        handles.append(call_later(delay, callback, *args))
        return handles[-1]

    loop.call_later = watched  # type: ignore[assignment,method-assign]
    ended: list[BaseException | None] = []
    driver = Driver(pause(60), ended.append)
    driver.start()
    driver.cancel(ValueError())
    assert len(ended) == 1
    assert [handle.cancelled() for handle in handles] == [True]
