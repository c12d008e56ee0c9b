"""The kept connections of one provider: newest first, each with an idle limit and an age limit."""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass

from .connection import UpstreamConnection
from .connector import Connector
from .errors import UpstreamError


@dataclass(frozen=True, slots=True)
class PoolLimits:
    """``idle`` and ``age`` in seconds; ``size`` bounds the idle connections (the gate bounds those in use)."""

    idle: float
    age: float
    size: int


class ConnectionPool:
    """Hands out connections to one provider and takes them back.

    ``connects`` counts connection attempts by result (``ok``, or the error's code), ``stale`` kept connections that
    turned out to be closed; both are read by the metrics.
    """

    def __init__(self, connector: Connector, limits: PoolLimits) -> None:
        self._connector = connector
        #: May be replaced at any time: a connection obeys the limits of the moment it is opened or kept.
        self.limits = limits
        self._idle: list[UpstreamConnection] = []
        self._busy: set[UpstreamConnection] = set()
        self._closed = False
        self.connects: Counter[str] = Counter()
        self.stale = 0

    @property
    def idle(self) -> int:
        """How many connections wait for work."""
        return len(self._idle)

    @property
    def in_use(self) -> int:
        """How many connections carry an exchange."""
        return len(self._busy)

    def take(self) -> UpstreamConnection | None:
        """A kept connection that is fit to be used, the one used last first."""
        now = time.monotonic()
        while self._idle:
            connection = self._idle.pop()
            if connection.is_fit(now):
                connection.reused = True
                self._busy.add(connection)
                return connection
            connection.abort()
        return None

    async def open(self, timeout: float) -> UpstreamConnection:  # noqa: ASYNC109 - part of the policy
        """A fresh connection; raises UpstreamError. Safe under a driver: connecting runs in a task of its own."""
        task = asyncio.get_running_loop().create_task(self._connector.connect(self._forget, timeout=timeout))
        try:
            connection = await task
        except BaseException as error:
            if not task.done():
                task.cancel()
            task.add_done_callback(_discard)
            self.connects[error.code if isinstance(error, UpstreamError) else "abandoned"] += 1
            raise
        self.connects["ok"] += 1
        # Connections opened together must not all retire together.
        connection.retire_at = connection.created + self.limits.age * random.uniform(0.9, 1.1)  # noqa: S311
        self._busy.add(connection)
        return connection

    def release(self, connection: UpstreamConnection) -> None:
        """Take a connection back after its answer; it is kept only when nothing about it is in doubt."""
        self._busy.discard(connection)
        if not connection.finish() or self._closed or len(self._idle) >= self.limits.size:
            connection.abort()
            return
        if not connection.reused:
            self._connector.remember(connection)
        now = time.monotonic()
        connection.expire_at(min(now + self.limits.idle, connection.retire_at))
        self._idle.append(connection)

    def discard(self, connection: UpstreamConnection) -> None:
        """Close a connection whose exchange did not end as it should."""
        self._busy.discard(connection)
        connection.busy = False
        connection.abort()

    def close(self) -> None:
        """Close what is idle now; connections in use close when they are released."""
        self._closed = True
        while self._idle:
            self._idle.pop().abort()

    def _forget(self, connection: UpstreamConnection) -> None:
        if not connection.busy and connection in self._idle:
            self._idle.remove(connection)


def _discard(task: "asyncio.Task[UpstreamConnection]") -> None:
    """Close a connection that was ready just when nobody wanted it any more."""
    if not task.cancelled() and task.exception() is None:
        task.result().abort()
