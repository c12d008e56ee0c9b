"""Waiting for what nobody announces; the test's own time limit ends a wait in vain."""

import asyncio
from collections.abc import Callable


async def until(true: Callable[[], object]) -> None:
    """Return once ``true()`` is."""
    while not true():  # noqa: ASYNC110 - counters and files tell nobody of their changes
        await asyncio.sleep(0.002)
