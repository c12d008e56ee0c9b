"""A wait of some seconds that needs no task."""

import asyncio

from .driver import Wakeup


async def pause(seconds: float) -> None:
    """Wait; works under a :class:`~sealane_router.aio.driver.Driver`, and cancelling it leaves no timer behind."""
    woken = Wakeup()
    handle = asyncio.get_running_loop().call_later(seconds, woken.set)
    try:
        await woken
    finally:
        handle.cancel()
