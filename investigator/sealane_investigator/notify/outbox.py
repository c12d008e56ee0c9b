"""Empties the outbox: every notice that is due goes to every channel, again after a pause when one does not work.

The outbox is written in the transaction that made the news, and a notice is claimed by one replica at a time, so news
is told at least once whoever dies. A receiver knows a repetition by its ``id``.
"""

import asyncio
import random
from collections.abc import Callable, Sequence

from sealane_investigator.interfaces import Notice, Store
from sealane_telemetry.investigator_metrics import InvestigatorMetrics
from sealane_telemetry.logs import get_logger

from .delivery import Channel

#: How long a claim holds, how many are claimed together, and how often one is tried: for about a day.
CLAIM_SECONDS = 60.0
CLAIMED = 10
MAX_ATTEMPTS = 24
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 3_600.0
#: Notices of which it is remembered who has them.
MAX_REMEMBERED = 1_000

_log = get_logger("sealane.investigator.outbox")


class Outbox:
    """Do :meth:`turn` again and again."""

    def __init__(
        self,
        store: Store,
        channels: Sequence[Channel],
        metrics: InvestigatorMetrics,
        *,
        owner: str,
        random_unit: Callable[[], float] = random.random,
    ) -> None:
        self._store = store
        self._channels = channels
        self._metrics = metrics
        self._owner = owner
        self._random_unit = random_unit
        #: Channels that have a notice already, while another one has not. The oldest are forgotten: another replica may
        #: have told them by now, and one that has not is only told again.
        self._arrived: dict[int, set[str]] = {}

    async def turn(self) -> None:
        """Deliver what is due. Raises StoreUnavailable."""
        while notices := await self._store.claim(self._owner, CLAIM_SECONDS, CLAIMED):
            # At once: a receiver that does not answer holds up neither the others nor their claims.
            results = await asyncio.gather(*map(self._deliver, notices), return_exceptions=True)
            for failure in results:
                if isinstance(failure, BaseException):
                    raise failure
            if len(notices) < CLAIMED:
                return

    async def _deliver(self, notice: Notice) -> None:
        arrived = self._arrived.setdefault(notice.id, set())
        while len(self._arrived) > MAX_REMEMBERED:
            del self._arrived[next(iter(self._arrived))]
        missing = [channel for channel in self._channels if channel.name not in arrived]
        await asyncio.gather(*(self._tell(channel, notice, arrived) for channel in missing))
        await self._settle(notice, everywhere=len(arrived) >= len(self._channels))

    async def _tell(self, channel: Channel, notice: Notice, arrived: set[str]) -> None:
        result = "delivered" if await channel.deliver(notice) else "failed"
        if result == "delivered":
            arrived.add(channel.name)
        elif notice.attempts >= MAX_ATTEMPTS:
            result = "given_up"
        self._metrics.notifications.labels(channel.name, result).inc()

    async def _settle(self, notice: Notice, *, everywhere: bool) -> None:
        if everywhere:
            self._arrived.pop(notice.id, None)
            await self._store.settle(notice, "delivered" if self._channels else "nobody")
        elif notice.attempts >= MAX_ATTEMPTS:
            self._arrived.pop(notice.id, None)
            _log.error("notification_given_up", count=notice.attempts)
            await self._store.settle(notice, "given_up")
        else:
            await self._store.settle(notice, "failed", self._pause(notice.attempts))

    def _pause(self, attempts: int) -> float:
        longest: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempts - 1, 20))
        return longest * (0.5 + self._random_unit() / 2)
