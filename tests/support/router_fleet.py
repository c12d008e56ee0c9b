"""Routers that ask each other, in one process and in a time of their own: real breakers, real rounds, no sockets."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from prometheus_client import CollectorRegistry

from sealane_api.failure import FailureClass
from sealane_api.report import ProviderReport, RouteReport, RouterReport
from sealane_api.route_table import RouteTable
from sealane_router.attempt.breaker import BreakerState
from sealane_router.errors import Failure
from sealane_router.peers.readiness import PeerReadiness
from sealane_router.peers.times import USUAL_TIMES, PeerTimes
from sealane_router.serving import Serving
from sealane_router.settings.variable import Address
from sealane_telemetry.metrics import RouterMetrics
from tests.support.exchanges import ROUTE, provider_of, serving_of, table_of

NAME = Address("routers.test", 9090)
_REFUSED = Failure(FailureClass.CONNECT)


def critical_table(*names: str) -> RouteTable:
    """One critical rule whose target is the first provider; further ones are its fallback in name only."""
    table = table_of(*(provider_of("https://api.test/v1", name) for name in names or ("moonshot",)))
    (route,) = table.routes
    return replace(table, routes=(replace(route, rules=tuple(replace(rule, critical=True) for rule in route.rules)),))


class FleetRouter:
    """One router. ``broken``: its way to the provider fails. ``idle``: it has no traffic. ``unready``: for another
    reason. ``kept``: clients keep connections to it after it left. ``dead``: it answers nobody."""

    def __init__(self, fleet: "Fleet", number: int, times: PeerTimes) -> None:
        self.process = f"{number:016x}"
        self.address = Address(f"10.0.0.{number}", 9090)
        self.broken = self.idle = self.unready = self.kept = self.dead = False
        self.registry = CollectorRegistry()
        self.serving: Serving = serving_of(critical_table())
        self.questions: list[tuple[Address, tuple[str, ...]]] = []
        self.cut_from: set[Address] = set()
        self.fleet = fleet
        self.peers = PeerReadiness(
            [NAME],
            lambda: self.serving,
            self.process,
            RouterMetrics(self.registry).peers,
            times=times,
            random=Random(number).random,
            clock=lambda: fleet.now,
            resolve=fleet.resolve,
        )

    @property
    def ready(self) -> bool:
        """As ``/readyz`` says."""
        return not self.unready and not self.dead and self.peers.problem() is None

    @property
    def left(self) -> bool:
        """Whether it is away for a local fault."""
        return self.peers.standing == "left"

    def metric(self, name: str, **labels: str) -> float:
        """The value of one series, 0.0 when it is not there."""
        return self.registry.get_sample_value(name, labels) or 0.0

    def serve(self) -> None:
        """One exchange, if there is one."""
        if self.idle or self.dead or not (self.ready or self.kept):
            return
        now = self.fleet.now
        gate = self.serving.providers[ROUTE, "moonshot"].gate
        permit = gate.acquire("kimi-k3", now)
        if permit is not None:
            gate.settle(permit, _REFUSED if self.broken or self.fleet.outage else None, now)

    def report(self, routes: Sequence[str]) -> RouterReport:
        """What it answers to a peer."""
        gate, now = self.serving.providers[ROUTE, "moonshot"].gate, self.fleet.now
        state = gate.breaker_state(now)
        told = ProviderReport(
            "closed" if state is BreakerState.CLOSED else "open" if state is BreakerState.OPEN else "half-open",
            None if gate.last_success is None else now - gate.last_success,
        )
        return RouterReport(
            self.process,
            self.process,
            ready=self.ready,
            draining=False,
            standing=self.peers.standing,
            routes={route: RouteReport(providers={"moonshot": told}) for route in routes if route == ROUTE},
        )

    async def ask(self, address: Address, routes: Sequence[str]) -> RouterReport | None:
        """Ask a peer; others have their turn before it answers, and between its answer and what becomes of it."""
        self.questions.append((address, tuple(routes)))
        await asyncio.sleep(0)
        peer = next(each for each in self.fleet.routers if each.address == address)
        report = None if peer.dead or address in self.cut_from else peer.report(routes)
        await asyncio.sleep(0)
        return report


class Fleet:
    """``count`` routers behind one name; ``outage`` is the provider's own. Every router has a request a second."""

    def __init__(self, count: int, times: PeerTimes = USUAL_TIMES) -> None:
        self.now = 1000.0
        self.outage = False
        self.name_fails = False
        self.routers = [FleetRouter(self, number, times) for number in range(1, count + 1)]
        #: The fewest that were ready at any second.
        self.fewest_ready = count

    async def resolve(self, _: Address) -> list[Address]:
        """Every router's address, the asking one's among them."""
        if self.name_fails:
            raise OSError("no such name")
        return [router.address for router in self.routers]

    @property
    def left(self) -> list[int]:
        """Which routers are away, by number from 0."""
        return [number for number, router in enumerate(self.routers) if router.left]

    @property
    def ready(self) -> int:
        """How many routers are ready."""
        return sum(router.ready for router in self.routers)

    async def run(self, seconds: int) -> None:
        """Let time pass: exchanges each second, rounds each second one, all routers' at the same moment."""
        for second in range(seconds):
            self.now += 1.0
            for router in self.routers:
                router.serve()
            if second % 5 == 0:
                for router in self.routers:
                    await router.peers.directory.refresh()
            if second % 2 == 0:
                await asyncio.gather(*(each.peers.round(each) for each in self.routers if not each.dead))
            self.fewest_ready = min(self.fewest_ready, self.ready)

    def partition(self, *groups: Sequence[int]) -> None:
        """Routers of different groups do not reach each other any more; without groups all do."""
        for router in self.routers:
            router.cut_from.clear()
        for group in groups:
            others = {self.routers[other].address for each in groups if each is not group for other in each}
            for number in group:
                self.routers[number].cut_from |= others
