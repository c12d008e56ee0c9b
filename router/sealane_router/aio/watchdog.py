"""A deadline that moves with every byte, on a timer that is armed seldom.

A timer per read would cost more than the read. The deadline is a number; the timer wakes at or before it, looks,
and goes back to sleep until the deadline as it stands then.
"""

import asyncio
import time
from collections.abc import Callable

#: Loops keep time in milliseconds; waking just before a deadline must not spin.
RESOLUTION = 0.001


class Watchdog:
    """Calls ``expired()`` once when the armed deadline passes; times are ``time.monotonic()`` seconds."""

    __slots__ = ("_deadline", "_expired", "_handle", "_loop", "_wakes")

    def __init__(self, loop: asyncio.AbstractEventLoop, expired: Callable[[], None]) -> None:
        self._loop = loop
        self._expired = expired
        self._deadline: float | None = None
        self._handle: asyncio.TimerHandle | None = None
        self._wakes = 0.0

    def arm(self, deadline: float) -> None:
        """Set or move the deadline."""
        self._deadline = deadline
        if self._handle is None:
            self._schedule(deadline)
        elif deadline < self._wakes:
            self._handle.cancel()
            self._schedule(deadline)

    def disarm(self) -> None:
        """Forget the deadline; a sleeping timer wakes once more and finds nothing to do."""
        self._deadline = None

    def close(self) -> None:
        """Forget the deadline and the timer: nothing is called any more."""
        self._deadline = None
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _schedule(self, deadline: float) -> None:
        self._wakes = deadline
        delay = max(deadline - time.monotonic(), 0.0) + RESOLUTION
        self._handle = self._loop.call_later(delay, self._look)

    def _look(self) -> None:
        self._handle = None
        if self._deadline is None:
            return
        if time.monotonic() >= self._deadline:
            self._deadline = None
            self._expired()
        else:
            self._schedule(self._deadline)
