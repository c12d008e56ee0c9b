"""The rounds: look at the breakers here, ask peers, decide; and what ``/readyz`` says of it."""

import asyncio
import random as chance
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from sealane_api.report import MAX_ASKED_ROUTES, RouterReport, Standing
from sealane_router.aio.tasks import spawn, stop
from sealane_router.serving import Serving
from sealane_router.settings.variable import Address
from sealane_telemetry.logs import get_logger
from sealane_telemetry.peer_metrics import PeerMetrics

from .asking import Asker, resolve
from .departure import Departure
from .directory import Directory, Resolve
from .evidence import PeerEvidence
from .headcount import count_heads
from .outages import outages_of
from .times import USUAL_TIMES, PeerTimes
from .wording import advice, problem

_log = get_logger("sealane.peers")

#: Peers that one round asks.
SAMPLE = 5
#: Questions of a head count that are out at once.
_AT_ONCE = 16


class Asks(Protocol):
    """Asks one peer about some routes; see :class:`.asking.Asker`."""

    async def ask(self, address: Address, routes: Sequence[str]) -> RouterReport | None:
        """The peer's report, None when it gave none."""
        ...


class PeerReadiness:
    """Follows the local faults of one router; ``names`` are where its peers are (none: nothing is ever asked).

    ``problem`` and ``advice`` are probes of health checks. ``times`` are the design's unless a test knows better.
    """

    def __init__(
        self,
        names: Sequence[Address],
        serving: Callable[[], Serving],
        process: str,
        metrics: PeerMetrics,
        *,
        times: PeerTimes = USUAL_TIMES,
        random: Callable[[], float] = chance.random,
        clock: Callable[[], float] = time.monotonic,
        resolve: Resolve = resolve,
    ) -> None:
        self.directory = Directory(names, process, resolve)
        self.evidence = PeerEvidence(times)
        self.departure = Departure(process, times, random)
        self._names = names
        self._serving = serving
        self._process = process
        self._metrics = metrics
        self._times = times
        self._random = random
        self._clock = clock
        self._asker = Asker(seconds=times.answer, failed=lambda reason: metrics.errors.labels(reason).inc())
        self._tasks: list[asyncio.Task[None]] = []
        metrics.known.read_from(lambda: [((), float(self.directory.peers))])
        metrics.fresh.read_from(lambda: [((), float(self.evidence.fresh(clock())))])
        metrics.suspected.read_from(lambda: [((), float(len(self.departure.suspicions)))])
        metrics.left.read_from(lambda: [((), float(self.standing == "left"))])

    @property
    def standing(self) -> Standing:
        """What the router's report says of it."""
        return self.departure.standing

    def problem(self) -> str | None:
        """Why the router is unready, None unless it left for a local fault."""
        return problem(self.departure, self.evidence.fresh(now := self._clock()), now)

    def advice(self) -> str | None:
        """What to know of a router that stays although critical rules reach none of their providers."""
        return advice(self.departure, self.evidence.fresh(now := self._clock()), now)

    def start(self) -> None:
        """Begin to ask, if there is anybody to ask."""
        if self._names:
            self._tasks = [
                spawn(self._follow_names(), name="resolve peers"),
                spawn(self._rounds(), name="ask peers"),
            ]

    async def close(self) -> None:
        """Ask no more; a router that left stays so until its process ends."""
        tasks, self._tasks = self._tasks, []
        await stop(*tasks)

    async def round(self, asker: Asks) -> None:
        """Look, ask some peers (all of them before leaving), and decide."""
        before, now = self.standing, self._clock()
        self.evidence.forget(now)
        everyone = self.departure.judge(outages_of(self._serving(), now), self.evidence, now)
        routes = self.departure.suspicions.routes(MAX_ASKED_ROUTES)
        addresses = self.directory.everyone() if everyone else self.directory.sample(SAMPLE)
        answers = await self._ask(asker, addresses, routes)
        if everyone:
            self.departure.counted(count_heads(self._process, answers, self.directory.processes), self._clock())
        self._tell(before)

    async def _ask(
        self, asker: Asks, addresses: Sequence[Address], routes: Sequence[str]
    ) -> dict[Address, RouterReport | None]:
        answers: dict[Address, RouterReport | None] = {}
        for start in range(0, len(addresses), _AT_ONCE):
            some = addresses[start : start + _AT_ONCE]
            at = self._clock()
            for address, report in zip(
                some, await asyncio.gather(*(asker.ask(each, routes) for each in some)), strict=True
            ):
                answers[address] = report
                if report is not None:
                    self.directory.answered(address, report.process)
                    if report.process != self._process:
                        self.evidence.hear(report, routes, at)
        return answers

    def _tell(self, before: Standing) -> None:
        """Log and count a change of the standing that matters outside."""
        after, departure = self.standing, self.departure
        if after == "left" and before != "left":
            self._metrics.departures.labels().inc()
            _log.error("left_for_local_fault", reason=self.problem(), rules=len(departure.causes))
        elif before == "left" and after != "left":
            reason = departure.returned or "healed"
            self._metrics.returns.labels(reason).inc()
            _log.warning("returned_from_local_fault", result=reason)

    async def _rounds(self) -> None:
        async with self._asker as asker:
            while True:
                # Routers that started together must not ask together.
                await asyncio.sleep(self._times.interval * (0.9 + 0.2 * self._random()))
                before = self.standing
                try:
                    await self.round(asker)
                except Exception:  # noqa: BLE001 - no defect of ours may leave a router unready for ever
                    _log.exception("round_failed")
                    self.departure.give_up()
                    self._tell(before)

    async def _follow_names(self) -> None:
        # A task of its own: a resolver that hangs must not hold up what peers are asked.
        while True:
            for _ in range(await self.directory.refresh()):
                self._metrics.errors.labels("resolve").inc()
            await asyncio.sleep(self._times.resolve)
