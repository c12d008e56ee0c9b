"""The pulse of the operator's event loop: how late its timers are, and whether it still turns."""

import asyncio
import time
from collections.abc import Awaitable, Callable

BEAT_SECONDS = 0.25


class Heartbeat:
    """Beats while :meth:`run` does; ``last`` is read by other threads."""

    def __init__(
        self,
        observe: Callable[[float], None],
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """``observe`` is told by how many seconds each beat is late."""
        self._observe = observe
        self._clock = clock
        self._sleep = sleep
        self.last = clock()

    async def run(self) -> None:
        """Beat; never returns."""
        while True:
            await self._sleep(BEAT_SECONDS)
            now = self._clock()
            self._observe(max(0.0, now - self.last - BEAT_SECONDS))
            self.last = now
