"""Routers played for the operator's fleet: what they report, a transport that hands it over, and a clock to turn."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from types import TracebackType
from typing import Any, Self

from sealane_api.report import LATENCY_BOUNDS, ArmReport, Figures, ProviderReport, RouteReport, RouterReport
from sealane_operator.fleet.discovery import Endpoint
from sealane_operator.fleet.fleet import RouterFleet
from sealane_operator.fleet.transport import PollFailed
from sealane_operator.rollout.model import Candidate, Phase, Pointer, RolloutState

KEY = "team/chat"


def figures(exchanges: int, bad: int = 0, *, bucket: int = 3) -> Figures:
    """So many exchanges, all of the same latency; bad ones failed at connecting."""
    latency = [0] * (len(LATENCY_BOUNDS) + 1)
    latency[bucket] = exchanges
    return Figures(exchanges, bad, tuple(latency), {"Connect": bad} if bad else {})


def arm(revision: int, weight: int = 0, counted: Figures | None = None) -> ArmReport:
    """A revision as a router reports it; its hash is made of its number."""
    return ArmReport(revision, hash_of(revision), weight, counted or Figures())


def hash_of(revision: int) -> str:
    """The hash of a revision."""
    return f"{revision:064x}"


def state(stable: int | None = 7, candidate: int | None = None, weight: int = 0, phase: Phase | None = None) -> Any:
    """What a route's rollout remembers of its pointers."""
    usual = Phase.IDLE if candidate is None else Phase.STEPPING
    return RolloutState(
        phase=phase or usual,
        stable=None if stable is None else Pointer(stable, hash_of(stable), 0.0),
        candidate=None if candidate is None else Candidate(candidate, hash_of(candidate), weight, 1, 0.0),
    )


@dataclass
class FakeRouter:
    """A router that answers polls as the test sets it."""

    name: str
    process: str = ""
    ready: bool = True
    draining: bool = False
    uptime: float = 3_600.0
    replica_set: str = ""
    totals: Figures = field(default_factory=Figures)
    routes: dict[str, RouteReport] = field(default_factory=dict)
    fails: str = ""
    polls: list[dict[str, Any]] = field(default_factory=list)
    held: asyncio.Event | None = None

    def hold(self, stable: ArmReport | None = None, candidate: ArmReport | None = None, **more: Any) -> None:
        """Serve the route :data:`KEY` like this."""
        self.routes[KEY] = RouteReport(stable, candidate, **more)

    def breaker(self, provider: str, to: Any) -> None:
        """Report the breaker of a provider of :data:`KEY`."""
        self.routes[KEY] = replace(self.routes[KEY], providers={provider: ProviderReport(to)})

    def restart(self) -> None:
        """A new process under the same name."""
        self.process, self.uptime = f"{self.process or self.name}'", 0.0

    def report(self, poll: Mapping[str, Any]) -> RouterReport:
        """What is answered to a poll."""
        asked = dict.fromkeys([*(lease["route"] for lease in poll["candidates"]), *poll["routes"]])
        if poll["full"]:
            asked |= dict.fromkeys(self.routes)
        return RouterReport(
            process=self.process or f"{self.name}#1",
            name=self.name,
            ready=self.ready,
            draining=self.draining,
            replica_set=self.replica_set,
            uptime=self.uptime,
            totals=self.totals,
            routes={route: self.routes.get(route, RouteReport()) for route in asked},
        )

    def answer(self, body: bytes) -> bytes:
        """The answer to a poll as JSON."""
        poll = json.loads(body)
        self.polls.append(poll)
        return json.dumps(asdict(self.report(poll))).encode()


class FakeTransport:
    """Hands polls to :class:`FakeRouter` by address."""

    def __init__(self, routers: Mapping[str, FakeRouter]) -> None:
        self.routers = routers

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    async def ask(self, address: str, body: bytes, seconds: float) -> bytes:
        router = self.routers.get(address)
        if router is None:
            raise PollFailed("connect")
        if router.held is not None:
            await router.held.wait()
        if router.fails:
            raise PollFailed(router.fails)
        return router.answer(body)


class FakeDiscovery:
    """Finds the routers that the test put there."""

    def __init__(self, routers: Mapping[str, FakeRouter]) -> None:
        self.routers = routers
        self.fails: Exception | None = None
        self.terminating: set[str] = set()

    async def find(self) -> tuple[Endpoint, ...]:
        if self.fails is not None:
            raise self.fails
        return tuple(
            Endpoint(address, router.name, address in self.terminating) for address, router in self.routers.items()
        )


@dataclass(slots=True)
class FakeFleetMetrics:
    """What was counted."""

    counts: Mapping[str, int] = field(default_factory=dict)
    answered: int = 0
    failures: list[str] = field(default_factory=list)
    suspects: dict[str, bool] = field(default_factory=dict)

    def routers(self, counts: Mapping[str, int]) -> None:
        self.counts = counts

    def polled(self, seconds: float) -> None:
        self.answered += 1

    def poll_failed(self, kind: str) -> None:
        self.failures.append(kind)

    def suspect(self, deployment: str, *, suspected: bool) -> None:
        self.suspects[deployment] = suspected


class PlayedFleet:
    """A fleet whose rounds the test turns: ``await rounds(3)`` is three seconds."""

    def __init__(self, *names: str) -> None:
        self.now = 10_000.0
        self.routers = {f"{name}:9090": FakeRouter(name) for name in names}
        self.discovery = FakeDiscovery(self.routers)
        self.metrics = FakeFleetMetrics()
        self.marked: list[str] = []
        self.fleet = RouterFleet(
            self.discovery,
            identity="operator-0",
            mark=self.marked.append,
            metrics=self.metrics,
            transport=FakeTransport(self.routers),
            clock=lambda: self.now,
        )

    def __getitem__(self, name: str) -> FakeRouter:
        return self.routers[f"{name}:9090"]

    def all_hold(self, stable: ArmReport | None = None, candidate: ArmReport | None = None) -> None:
        """Every router serves :data:`KEY` like this."""
        for router in self.routers.values():
            router.hold(stable, candidate)

    async def find(self) -> None:
        """Look for routers once."""
        self.fleet.take_found(await self.discovery.find())

    async def rounds(self, count: int = 1, then: Callable[[], object] = lambda: None) -> None:
        """Ask every router ``count`` times, a second apart; ``then`` is called after each second."""
        for _ in range(count):
            async with asyncio.TaskGroup() as polls:
                self.fleet.poller.begin_round(polls)
            self.now += 1.0
            then()


async def started_fleet(*names: str, told: Any, candidate: int | None = None, weight: int = 0) -> PlayedFleet:
    """Routers that hold this, and two rounds in which they said so."""
    played = PlayedFleet(*names)
    hold_all(played, 7, candidate, weight)
    played.fleet.remember(KEY, told)
    await played.find()
    await played.rounds(2)
    return played


def hold_all(played: PlayedFleet, stable: int, candidate: int | None = None, weight: int = 0) -> None:
    for router in played.routers.values():
        router.hold(arm(stable, 100 - weight), None if candidate is None else arm(candidate, weight))
