"""What ``/-/report`` of the admin port answers: to the operator's leader, which polls, and to peers, which read."""

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any, Protocol

import msgspec

from sealane_api.report import (
    MAX_POLLED_ROUTES,
    ArmReport,
    Breaker,
    Figures,
    Poll,
    ProviderReport,
    RouteReport,
    RouterReport,
    Standing,
)
from sealane_router.attempt.breaker import BreakerState
from sealane_router.attempt.gate import ProviderGate
from sealane_router.routing.counters import ArmCounters
from sealane_router.routing.leases import CandidateLeases
from sealane_router.serving import ArmRuntime, Serving

from .error_reports import ErrorReports

#: Routes, or series of facts, that are written before exchanges get their turn again.
_AT_ONCE = 50
#: Seconds for which peers are given the same answer: there are several of them, and each asks every 2 s.
_PEERS_KEEP = 1.0
_BREAKERS: Mapping[BreakerState, Breaker] = {
    BreakerState.CLOSED: "closed",
    BreakerState.HALF_OPEN: "half-open",
    BreakerState.OPEN: "open",
}
_NOTHING = Figures()


class BadPollError(ValueError):
    """A poll that is none; the message is for whoever sent it."""


class Reported(Protocol):
    """What a report tells of a gateway."""

    leases: CandidateLeases
    totals: ArmCounters
    errors: ErrorReports

    @property
    def name(self) -> str:
        """The pod, or the admin address."""
        ...

    @property
    def replica_set(self) -> str:
        """The pod's ReplicaSet, empty outside a cluster."""
        ...

    @property
    def ready(self) -> bool:
        """Whether new requests should come."""
        ...

    @property
    def draining(self) -> bool:
        """Whether the router is leaving."""
        ...

    @property
    def standing(self) -> Standing:
        """Whether the router leaves for a local fault."""
        ...

    @property
    def serving(self) -> Serving:
        """The table in force."""
        ...

    @property
    def route_problems(self) -> Mapping[str, str]:
        """Routes that are not served as their statuses point at them, and why."""
        ...


class Reporter:
    """Renews leases by polls and writes reports; ``process`` names one start of the router."""

    def __init__(self, gateway: Reported, clock: Callable[[], float] = time.monotonic) -> None:
        self.process = os.urandom(8).hex()
        self._gateway = gateway
        self._version = version("sealane")
        self._clock = clock
        self._started = clock()
        self._for_peers: tuple[float, bytes] = (0.0, b"")

    async def answer(self, body: bytes) -> bytes:
        """Take a poll and return the report of the routes it asks for, as JSON; raises BadPollError."""
        poll = read_poll(body)
        gateway = self._gateway
        gateway.leases.renew(poll.candidates)
        serving = gateway.serving
        asked = dict.fromkeys((*(lease.route for lease in poll.candidates), *poll.routes))
        if poll.full:
            asked |= dict.fromkeys((*serving.stable, *gateway.route_problems))
        return await self._written(serving, asked, figures=True)

    async def for_peers(self, routes: Sequence[str] | None = None) -> bytes:
        """Return the breakers of the stable arms of ``routes``, as JSON and as they are now.

        With None those of all routes, at most a second old. What a peer relies on to leave or to stay must not be old.
        """
        if routes is not None:
            return await self._written(self._gateway.serving, dict.fromkeys(routes), figures=False)
        written, document = self._for_peers
        if not document or self._clock() - written >= _PEERS_KEEP:
            serving = self._gateway.serving
            document = await self._written(serving, serving.stable, figures=False)
            self._for_peers = (self._clock(), document)
        return document

    async def facts(self) -> bytes:
        """Return what explains errors, as JSON: written when it is asked for and at no other time."""
        facts = self._gateway.errors.facts
        traffic: list[msgspec.Raw] = []
        for number, series in enumerate(facts.traffic(), 1):
            traffic.append(msgspec.Raw(msgspec.json.encode(series.fact())))
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
        document: dict[str, Any] = msgspec.to_builtins(facts.report(self.process, self._gateway.name))
        document["traffic"] = traffic
        return msgspec.json.encode(document)

    async def _written(self, serving: Serving, routes: Iterable[str], *, figures: bool) -> bytes:
        reports: dict[str, msgspec.Raw] = {}
        for number, route in enumerate(routes, 1):
            report = self._route(serving, route) if figures else RouteReport(providers=_providers(serving, route))
            reports[route] = msgspec.Raw(msgspec.json.encode(report))
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
        # What is said of the router itself is of this moment, not of when the writing began.
        document: dict[str, Any] = msgspec.to_builtins(self._head())
        document["routes"] = reports
        return msgspec.json.encode(document)

    def _head(self) -> RouterReport:
        gateway = self._gateway
        return RouterReport(
            process=self.process,
            name=gateway.name,
            ready=gateway.ready,
            draining=gateway.draining,
            version=self._version,
            replica_set=gateway.replica_set,
            uptime=self._clock() - self._started,
            api_age=gateway.leases.api_age,
            totals=gateway.totals.figures(),
            standing=gateway.standing,
        )

    def _route(self, serving: Serving, route: str) -> RouteReport:
        stable, candidate = serving.stable.get(route), serving.candidates.get(route)
        weight = 0 if serving.splits is None else serving.splits.weight(route)
        return RouteReport(
            stable=None if stable is None else _arm(stable, 100 - weight),
            candidate=None if candidate is None else _arm(candidate, weight),
            problem=self._gateway.route_problems.get(route),
            providers=_providers(serving, route),
        )


def read_poll(body: bytes) -> Poll:
    """Return the poll that ``body`` is; raises BadPollError."""
    try:
        poll = msgspec.json.decode(body, type=Poll)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadPollError(f"this is no poll: {str(error)[:200]}") from error
    if len(poll.candidates) + len(poll.routes) > MAX_POLLED_ROUTES:
        raise BadPollError(f"a poll names at most {MAX_POLLED_ROUTES} routes")
    return poll


def _arm(arm: ArmRuntime, weight: int) -> ArmReport:
    figures = arm.counters.figures() if arm.counters.exchanges else _NOTHING
    return ArmReport(arm.route.number or 0, arm.route.hash, weight, figures)


def _providers(serving: Serving, route: str) -> dict[str, ProviderReport]:
    stable = serving.stable.get(route)
    if stable is None:
        return {}
    now = time.monotonic()
    return {name: _provider(runtime.gate, now) for name, runtime in stable.providers.items()}


def _provider(gate: ProviderGate, now: float) -> ProviderReport:
    success = gate.last_success
    return ProviderReport(_BREAKERS[gate.breaker_state(now)], None if success is None else now - success)
