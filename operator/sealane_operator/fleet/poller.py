"""The rounds: every second every router is asked at once, and nobody waits for the slowest.

A router that has not answered by the next round is left out of it: it has one poll at a time. A poll asks for all
routes the first time, when a router becomes ready, and every minute, a few routers a round.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from sealane_api.report import MAX_POLLED_ROUTES, RouterReport
from sealane_telemetry.logs import get_logger

from .interfaces import FleetMetrics
from .polls import BadReportError, ComposedPoll, read_report
from .roster import KnownRouter, Roster
from .transport import PollFailed, Transport

#: Seconds from one round to the next.
ROUND_SECONDS = 1.0
#: Seconds of a poll, and of one that asks for all routes.
POLL_SECONDS = 2.0
FULL_POLL_SECONDS = 5.0
#: So often a router is asked for all of its routes, in seconds; a few of them in a round.
FULL_EVERY_SECONDS = 60.0
FULL_AT_ONCE = 8
#: Polls that are under way at once.
POLLS_AT_ONCE = 256

_log = get_logger("sealane.fleet")


class Listener(Protocol):
    """Who composes polls and takes what comes back."""

    def compose(self, *, full: bool) -> ComposedPoll:
        """Write the poll of this round."""

    def heard(self, router: KnownRouter, report: RouterReport, *, full: bool, asked: float) -> None:
        """A router answered what it was asked at ``asked``, in monotonic seconds."""

    def settle(self) -> None:
        """What a round brought is there: its last answer came, or the next round begins."""


class Poller:
    """Asks the routers of a roster."""

    def __init__(
        self,
        roster: Roster,
        listener: Listener,
        transport: Transport,
        metrics: FleetMetrics,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """``chance`` is a number from 0 to 1: it spreads what all routers would be asked in the same round."""
        self._roster = roster
        self._listener = listener
        self._transport = transport
        self._metrics = metrics
        self._clock, self._sleep, self._chance = clock, sleep, chance
        self._slots = asyncio.Semaphore(POLLS_AT_ONCE)
        self._asking: set[str] = set()
        #: Whom this round waits for, and whether it was brought together.
        self._awaited: set[str] = set()
        self._settled = False
        self._left_out = 0
        self._full_due: dict[str, float] = {}
        #: Monotonic seconds when the last round began; 0 before the first.
        self.pulse = 0.0

    async def run(self) -> None:
        """Begin a round every second until this is cancelled."""
        async with self._transport, asyncio.TaskGroup() as polls:
            while True:
                began = self._clock()
                self.begin_round(polls)
                await self._sleep(max(0.0, began + ROUND_SECONDS - self._clock()))

    def begin_round(self, polls: asyncio.TaskGroup) -> None:
        """Ask every router that is not being asked."""
        now = self.pulse = self._clock()
        if not self._settled:
            self._listener.settle()
        self._settled = False
        self._metrics.routers(self._roster.counts(now))
        turns = [router for router in self._roster if router.endpoint.address not in self._asking]
        # Who failed the last time may do so again, and take its time.
        self._awaited = {router.endpoint.address for router in turns if not router.failed}
        known = {router.endpoint.address for router in self._roster}
        self._full_due = {address: due for address, due in self._full_due.items() if address in known}
        full = self._asked_for_all(turns, now)
        plain, whole = self._compose(full=False), self._compose(full=True) if full else None
        for router in turns:
            address = router.endpoint.address
            self._asking.add(address)
            everything = whole is not None and address in full
            poll = whole if whole is not None and everything else plain
            polls.create_task(self._poll(router, poll, full=everything), name=f"poll {address}")

    def _asked_for_all(self, turns: list[KnownRouter], now: float) -> set[str]:
        """Choose who is asked for all routes in this round: those first who wait for longest."""
        due = [router for router in turns if self._is_due(router, now)]
        due.sort(key=lambda router: self._full_due.get(router.endpoint.address, 0.0))
        chosen = {router.endpoint.address for router in due[:FULL_AT_ONCE]}
        every = max(FULL_EVERY_SECONDS, len(self._roster) / FULL_AT_ONCE * 2 * ROUND_SECONDS)
        for address in chosen:
            self._full_due[address] = now + every * (0.8 + 0.4 * self._chance())
        return chosen

    def _is_due(self, router: KnownRouter, now: float) -> bool:
        if router.failed:
            return False  # whether it is there at all is asked with less
        if router.thorough_at is None or (router.ready and not router.thorough):
            return True
        return now >= self._full_due.get(router.endpoint.address, 0.0)

    def _compose(self, *, full: bool) -> bytes:
        poll = self._listener.compose(full=full)
        if poll.left_out:
            self._metrics.poll_failed("too_many_routes")
        if poll.left_out != self._left_out:
            _log.error("routes_left_out_of_polls", count=poll.left_out, limit=MAX_POLLED_ROUTES)
        self._left_out = poll.left_out
        return poll.body

    async def _poll(self, router: KnownRouter, body: bytes, *, full: bool) -> None:
        address = router.endpoint.address
        try:
            async with self._slots:
                await self._ask(router, body, full=full)
        finally:
            self._asking.discard(address)
            self._awaited.discard(address)
        if not (self._awaited or self._settled):
            self._settled = True
            self._listener.settle()

    async def _ask(self, router: KnownRouter, body: bytes, *, full: bool) -> None:
        asked = self._clock()
        try:
            data = await self._transport.ask(router.endpoint.address, body, FULL_POLL_SECONDS if full else POLL_SECONDS)
            report = read_report(data)
        except (PollFailed, BadReportError) as error:
            kind = error.kind if isinstance(error, PollFailed) else "garbage"
            if not router.failed:
                _log.warning("router_poll_failed", address=router.endpoint.address, name=router.name, kind=kind)
            router.failed = True
            self._metrics.poll_failed(kind)
            return
        self._metrics.polled(self._clock() - asked)
        if router in self._roster:
            self._listener.heard(router, report, full=full, asked=asked)
