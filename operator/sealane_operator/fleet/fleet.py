"""The fleet: routers found, asked every second, and what they say of each route brought together."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from sealane_api.report import RouterReport
from sealane_kube.errors import Forbidden, KubeError
from sealane_operator.rollout.model import RolloutState, Routers, Series
from sealane_telemetry.logs import get_logger

from .acknowledgement import acknowledged
from .discovery import MAX_ROUTERS, Discovery, Endpoint
from .interfaces import FleetMetrics, Mark
from .poller import Poller
from .polls import ComposedPoll, compose
from .roster import KnownRouter, Roster
from .transport import HttpTransport, Transport
from .watched import Summary, WatchedRoute, WatchedRoutes

#: Seconds from one look for routers to the next.
DISCOVERY_SECONDS = 2.0
#: Seconds in which every route at rest is looked over once: whether what people were told of it still holds.
LOOK_OVER_SECONDS = 60.0

_log = get_logger("sealane.fleet")


class Deployments(Protocol):
    """Who compares the routers of one ReplicaSet with those of another."""

    def heard(self, router: KnownRouter, report: RouterReport) -> None:
        """A router answered."""

    async def run(self) -> None:
        """Compare until this is cancelled."""


class RouterFleet:
    """The :class:`~sealane_operator.reconciler.interfaces.Fleet`: ``run`` it while this process leads.

    Before that, ``remember`` every route that there is: a poll names all candidates that may have traffic, so a
    candidate that the first poll leaves out is not served any more.
    """

    def __init__(
        self,
        discovery: Discovery,
        *,
        identity: str,
        mark: Mark,
        metrics: FleetMetrics,
        deployments: Deployments | None = None,
        transport: Transport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """``identity`` is what routers are told the operator is; ``mark`` is called on the loop, at once."""
        self._discovery = discovery
        self._identity = identity
        self._mark = mark
        self._metrics = metrics
        self._deployments = deployments
        self._clock, self._sleep = clock, sleep
        self._roster = Roster()
        self._routes = WatchedRoutes()
        self._discovered = False
        self._informed = False
        self._looked_over = clock()
        self.poller = Poller(self._roster, self, transport or HttpTransport(), metrics, clock=clock, sleep=sleep)

    @property
    def pulse(self) -> float:
        """Monotonic seconds when the last round of polls began; 0 before the first."""
        return self.poller.pulse

    @property
    def informed(self) -> bool:
        """Whether routers were looked for, and every one that was there told all, or did not answer.

        Once it is so it stays so: a router that comes later is known, and not ready until it told all.
        """
        if not self._informed:
            staying = (router for router in self._roster if not router.endpoint.terminating)
            self._informed = self._discovered and all(router.was_asked for router in staying)
        return self._informed

    async def run(self) -> None:
        """Find and ask routers until this is cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._discover(), name="discover routers")
            group.create_task(self.poller.run(), name="poll routers")
            if self._deployments is not None:
                group.create_task(self._deployments.run(), name="compare router deployments")

    def remember(self, key: str, state: RolloutState) -> None:
        """Take what a route's status points at, before anybody looks at it closely."""
        self._point(key, state, self._clock())

    def observe(self, key: str, state: RolloutState) -> tuple[Routers, Series]:
        """Return what routers hold of a route, and what they counted; from now on they are asked for this state."""
        now = self._clock()
        route = self._point(key, state, now)
        routers = acknowledged(key, state, route.since, self._roster, now)
        self._routes.acknowledge(key, route, routers, now)
        route.told = self._summary(key, routers)
        series = route.series
        if series is None:
            return routers, Series(now=now)
        pair = series.pair
        sources = sum(series.counts(router.process) for router in self._roster if not router.is_silent(now))
        return routers, Series(pair.stable, pair.candidate, pair.weight, series.samples, now, sources)

    def breakers(self, key: str) -> Mapping[str, tuple[int, int, int]]:
        """Return by provider how many routers have its breaker closed, half-open and open; silent ones not counted."""
        now = self._clock()
        counts: dict[str, list[int]] = {}
        for router in self._roster:
            held = router.held.get(key)
            if held is None or router.endpoint.terminating or router.is_silent(now):
                continue
            for provider, breaker in held.breakers:
                counts.setdefault(provider, [0, 0, 0])[_BREAKERS.index(breaker)] += 1
        return {provider: (closed, half, opened) for provider, (closed, half, opened) in counts.items()}

    def forget(self, key: str) -> None:
        """The route is gone."""
        self._routes.forget(key)
        self._roster.forget(key)

    def compose(self, *, full: bool) -> ComposedPoll:
        """Write the poll of this round: all candidates, and the routes that are asked about."""
        return compose(self._identity, self._routes.leases(), self._routes.names(), full=full)

    def heard(self, router: KnownRouter, report: RouterReport, *, full: bool, asked: float) -> None:
        """Take a router's answer to what it was asked at ``asked``."""
        now = self._clock()
        routes = {key: route for key in report.routes if (route := self._routes.get(key)) is not None}
        self._roster.take(
            router,
            report,
            full=full,
            now=now,
            outdated=lambda key: key in routes and routes[key].changed > asked,
        )
        for key, route in routes.items():
            if route.series is not None:
                route.series.take(report.process, report.routes[key], now=now, uptime=report.uptime)
        if self._deployments is not None:
            self._deployments.heard(router, report)

    def settle(self) -> None:
        """Bring together what routers said of active routes, and of some of the others in their turn."""
        now = self._clock()
        share, self._looked_over = min(1.0, (now - self._looked_over) / LOOK_OVER_SECONDS), now
        turn = dict(self._routes.active()) | dict(self._routes.some(share))
        for key, route in turn.items():
            routers = acknowledged(key, route.state, route.since, self._roster, now)
            self._routes.acknowledge(key, route, routers, now)
            self._routes.sample(route, now)
            if route.told is None and (not self.informed or _is_as_remembered(route.state, routers)):
                continue  # its status is from an earlier operator, and holds as far as anybody knows
            if (summary := self._summary(key, routers)) != route.told:
                route.told = summary
                self._mark(key)

    def _point(self, key: str, state: RolloutState, now: float) -> WatchedRoute:
        moved = self._routes.point(key, state, now)
        if moved is not None:
            self._roster.unpoint(key, stable=moved)
        route = self._routes.get(key)
        if route is None:
            raise KeyError(key)
        return route

    def _summary(self, key: str, routers: Routers) -> Summary:
        breakers = tuple(sorted(self.breakers(key).items()))
        counts = (routers.ready, routers.desired, routers.stable, routers.candidate)
        return (*counts, tuple(sorted(routers.lagging)), routers.problems, breakers)

    async def _discover(self) -> None:
        """Look for routers again and again; while they cannot be looked for, those known before are it."""
        failing = False
        while True:
            try:
                found = await self._discovery.find()
            except KubeError as error:
                self._metrics.poll_failed("discovery")
                if not failing:
                    remedy = "let the operator list endpointslices" if isinstance(error, Forbidden) else None
                    kind = type(error).__name__
                    _log.warning("routers_cannot_be_listed", error=kind, status=error.status, remedy=remedy)
                failing = True
            else:
                failing = False
                self.take_found(found)
            await self._sleep(DISCOVERY_SECONDS)

    def take_found(self, found: tuple[Endpoint, ...]) -> None:
        """These are the routers that there are now."""
        before = self._roster.left_out
        self._roster.update(found)
        self._discovered = True
        if self._roster.left_out:
            self._metrics.poll_failed("too_many_routers")
        if self._roster.left_out != before:
            _log.error("routers_left_out_of_polls", count=self._roster.left_out, limit=MAX_ROUTERS)


_BREAKERS = ("closed", "half-open", "open")


def _is_as_remembered(state: RolloutState, routers: Routers) -> bool:
    """Whether routers hold what was remembered of a route at rest; that they do is what its status says."""
    return state.stable is None or (routers.stable == routers.ready > 0 and not routers.problems)
