"""How fast the API may be asked: a token bucket, so that a mass of changes is a queue here and not a flood there."""

import asyncio
import time
from collections.abc import Awaitable, Callable


class Pace:
    """``rate`` calls a second on average, ``burst`` of them at once; who comes later waits in turn."""

    def __init__(
        self,
        rate: float,
        burst: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._sleep = sleep
        self._free_at = clock() - burst / rate

    async def turn(self) -> None:
        """Return when it is the caller's turn; calls that begin in order end in order."""
        now = self._clock()
        # When the bucket was last empty, seen from a bucket that never fills above its burst.
        self._free_at = max(self._free_at, now - self._burst / self._rate) + 1 / self._rate
        if self._free_at > now:
            await self._sleep(self._free_at - now)
