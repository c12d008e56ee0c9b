"""Waiting for what nobody announces; the test's own time limit ends a wait in vain."""

import asyncio
from collections.abc import Callable

_TURN = 0.005


async def until(true: Callable[[], object]) -> None:
    """Return once ``true()`` is."""
    while not true():  # noqa: ASYNC110 - counters and files tell nobody of their changes
        await asyncio.sleep(0.002)


async def promptly(true: Callable[[], object], within: float = 0.1) -> bool:
    """Whether ``true()`` is within so many seconds that the loop had.

    They are counted in turns of 5 ms: a machine that is busy with something else makes those longer, not more.
    """
    for _ in range(round(within / _TURN)):
        if true():
            return True
        await asyncio.sleep(_TURN)
    return bool(true())
