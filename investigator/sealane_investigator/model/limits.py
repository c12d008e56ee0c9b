"""How often a model is asked: calls a minute here, calls at once here, calls a day over all replicas.

A place is waited for a little; a call that the minute or the day forbids is not made at all.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

_MINUTE = 60.0
#: Seconds for which one of the places is waited for: what breaks at once is asked about at once, and only once.
PATIENCE = 10.0


class Budget(Protocol):
    """The part of the store that counts calls by day, over all replicas."""

    async def spend(self, limit: int) -> bool:
        """Record one call and return True, or False when today's ``limit`` is spent. Raises an InvestigatorError."""


class Limits:
    """Asked before each call."""

    def __init__(
        self,
        budget: Budget,
        *,
        per_day: int,
        per_minute: int,
        at_once: int,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._patience = patience
        self._budget = budget
        self._per_day = per_day
        self._per_minute = per_minute
        self._clock = clock
        self._turns = asyncio.Semaphore(at_once)
        self._calls: deque[float] = deque()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[bool]:
        """Hold one of the places; False when none came free in time."""
        try:
            async with asyncio.timeout(self._patience):
                await self._turns.acquire()
        except TimeoutError:
            yield False
            return
        try:
            yield True
        finally:
            self._turns.release()

    async def admit(self) -> str | None:
        """Record one call before it is made; returns which limit forbids it, ``rate`` or ``budget``, else None.

        Raises an InvestigatorError when the store cannot record it: then it is not made.
        """
        now = self._clock()
        while self._calls and now - self._calls[0] >= _MINUTE:
            self._calls.popleft()
        if len(self._calls) >= self._per_minute:
            return "rate"
        # Recorded before anybody else is asked: many come at once.
        self._calls.append(now)
        try:
            is_spent = not await self._budget.spend(self._per_day)
        except BaseException:
            self._calls.remove(now)
            raise
        if is_spent:
            self._calls.remove(now)
        return "budget" if is_spent else None
