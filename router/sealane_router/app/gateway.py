"""One router: put together, started, watched, drained and stopped."""

import asyncio
import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web
from prometheus_client import CollectorRegistry

from sealane_api.report import Standing
from sealane_api.route_table import Provider
from sealane_router.aio.tasks import spawn, stop
from sealane_router.attempt.breaker import BreakerState
from sealane_router.exchange import Exchange
from sealane_router.layers.reporting import reporting
from sealane_router.peers.readiness import PeerReadiness
from sealane_router.peers.times import USUAL_TIMES, PeerTimes
from sealane_router.policy.limits import LimitRefusal
from sealane_router.routing.counters import ArmCounters
from sealane_router.routing.explanation import explain
from sealane_router.routing.leases import CandidateLeases
from sealane_router.routing.splits import Arm
from sealane_router.server.admin import admin_runner
from sealane_router.server.health_checks import HealthCheckRunner
from sealane_router.server.listener import ClientConnection
from sealane_router.server.model_catalogue import ModelCatalogue
from sealane_router.server.traffic import Traffic
from sealane_router.serving import Serving, ServingMeans
from sealane_router.settings.reading import Settings
from sealane_router.settings.variable import Address
from sealane_router.stack import StackMeans, Stacks
from sealane_router.upstream.connector import AddressRule
from sealane_telemetry.exchange_log import ExchangeLog
from sealane_telemetry.health import Check, HealthChecks
from sealane_telemetry.logs import get_logger
from sealane_telemetry.metrics import RouterMetrics

from .callers import callers_of
from .changes import Changes
from .checks import readiness
from .configuration import Configuration
from .error_reports import ErrorReports
from .forgetting import forget_series
from .loop_lag import LoopLag
from .ports import bound, listen
from .readings import read_from
from .report import Reporter
from .shown import shown_table
from .source import ConfigurationError
from .sources import source_of

_log = get_logger("sealane.router")

_FLUSH_INTERVAL = 0.1
#: How long kept connections may still bring a request after the port has closed, in seconds.
_LAST_REQUESTS = 0.25
#: How long the last answers may take to leave once everything was ended, in seconds.
_LAST_WORDS = 0.5


class Gateway:
    """A router process. ``await start()``, then ``await run()`` until it has drained.

    Raises:
        ConfigurationError: from the constructor, when the files cannot be served.
    """

    def __init__(
        self, settings: Settings, environ: Mapping[str, str], *, laptop: bool, peer_times: PeerTimes = USUAL_TIMES
    ) -> None:
        self.settings = settings
        self._laptop = laptop
        self.registry = CollectorRegistry()
        self.metrics = RouterMetrics(self.registry)
        self.log = ExchangeLog(_write_stdout, dropped=self.metrics.exchange_log_dropped.labels().inc)
        self.leases = CandidateLeases()
        self.totals = ArmCounters()
        self.errors = ErrorReports(settings.investigator, self.metrics.reports)
        changes = Changes(self.metrics)
        source = source_of(settings, environ, self.leases, self.metrics, changes, laptop=laptop)
        means = ServingMeans(
            credentials=source.credentials,
            allowed=self._allowed,
            pool_idle=settings.upstream.idle_limit,
            pool_age=settings.upstream.age_limit,
            on_transition=self._transition,
            leases=self.leases,
        )
        callers = callers_of(settings, self.metrics.token_reviews, changes)
        self.live = Configuration(source, callers, means, changes)
        self.catalogue = ModelCatalogue(lambda: self.live.serving, self.metrics, cache=settings.upstream.models_cache)
        self.health = HealthCheckRunner(lambda: self.live.serving, self.metrics)
        self.traffic = Traffic(settings.listener, self._stacks(), rejected=self._rejected)
        self.lag = LoopLag(self.metrics)
        self.livez = HealthChecks("livez", [Check("event-loop", self.lag.problem)])
        self._drain_asked = asyncio.Event()
        self._end_asked = asyncio.Event()
        self._servers: list[asyncio.Server] = []
        self._admin: web.AppRunner | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._table_changed = asyncio.Event()
        self.addresses: dict[str, Address] = {}
        self._reporter = Reporter(self)
        self.peers = PeerReadiness(
            self.peer_names, lambda: self.serving, self._reporter.process, self.metrics.peers, times=peer_times
        )
        self.readyz = HealthChecks("readyz", readiness(self))
        read_from(self)

    # What the admin port shows

    def explain(self, model: str) -> Mapping[str, Any]:
        """What would happen to a request for ``model``, by the functions that would do it."""
        serving = self.live.serving
        return explain(serving.matcher, model, self._state_of, splits=serving.splits)

    def configuration(self) -> Mapping[str, Any]:
        """The settings in force and the route table, without a secret."""
        return {
            "settings": self.settings.effective(),
            "table": shown_table(self.live.serving),
            "problems": {kind: self.live.problem(kind) for kind in ("routes", "keys")},
            "routeProblems": self.live.route_problems,
        }

    async def report(self, poll: bytes) -> bytes:
        """What ``/-/report`` answers to the operator's poll; raises BadPollError."""
        return await self._reporter.answer(poll)

    async def report_to_peer(self, routes: Sequence[str] | None) -> bytes:
        """What it answers to a peer that asks about ``routes``; None is about all of them."""
        return await self._reporter.for_peers(routes)

    async def report_facts(self) -> bytes:
        """What it answers to the investigator, which looks for the causes of errors."""
        return await self._reporter.facts()

    @property
    def standing(self) -> Standing:
        """Whether the router leaves for a local fault."""
        return self.peers.standing

    @property
    def name(self) -> str:
        """What the operator and peers call this router."""
        return self.settings.observation.pod_name or str(self.addresses.get("admin", self.settings.listener.admin))

    @property
    def replica_set(self) -> str:
        """The ReplicaSet of the pod, empty outside a cluster."""
        return self.settings.observation.replica_set

    @property
    def ready(self) -> bool:
        """Whether new requests should come."""
        return self.readyz.report().ok

    @property
    def serving(self) -> Serving:
        """The table in force."""
        return self.live.serving

    @property
    def route_problems(self) -> Mapping[str, str]:
        """Routes that are not served as their statuses point at them, and why."""
        return self.live.route_problems

    @property
    def is_strict(self) -> bool:
        """Whether the router is unready whenever nothing can be served."""
        return self.settings.lifecycle.readiness_policy == "strict"

    @property
    def peer_names(self) -> tuple[Address, ...]:
        """Whom to ask before leaving for a local fault; nobody where that is not asked."""
        return () if self.is_strict else self.settings.lifecycle.peers

    def begin_drain(self) -> None:
        """Leave: unready now, then finish what runs. A second call ends at once."""
        if self._drain_asked.is_set():
            self._end_asked.set()
        self._drain_asked.set()

    @property
    def draining(self) -> bool:
        """Whether the router is leaving."""
        return self._drain_asked.is_set()

    # Life

    async def start(self) -> None:
        """Open both ports and begin to watch, or leave nothing open.

        Raises OSError when a port cannot be had, ConfigurationError when there is nothing that could be watched.
        """
        try:
            await self._open()
            await self.live.open()
        except (OSError, ConfigurationError):
            await self.close()
            raise
        await self.errors.start(self.name, self._reporter.process)
        await self.health.follow()
        self.peers.start()
        counts = (self.metrics, self.errors.facts)
        self._tasks += [
            spawn(self._watch(), name="watch configuration"),
            spawn(forget_series(counts, lambda: self.serving.table, self._table_changed), name="forget series"),
            spawn(self._flush(), name="flush log"),
            spawn(self.lag.run(), name="loop lag"),
        ]
        _log.info("started", address=str(self.addresses["traffic"]), admin=str(self.addresses["admin"]))

    async def _open(self) -> None:
        listener = self.settings.listener
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: ClientConnection(self.traffic, loop), sock=listen(listener.traffic))
        self._servers.append(server)
        self.addresses["traffic"] = bound(server.sockets[0])
        self._admin = admin_runner(self)
        await self._admin.setup()
        admin_socket = listen(listener.admin)
        self.addresses["admin"] = bound(admin_socket)
        await web.SockSite(self._admin, admin_socket).start()

    async def run(self) -> None:
        """Serve until a drain was asked for and has ended, then close everything."""
        await self._drain_asked.wait()
        try:
            await self._drain()
        finally:
            await self.close()

    async def close(self) -> None:
        """Close ports, connections and tasks."""
        for server in self._servers:
            server.close()
        self.traffic.end_all()
        # What the clients are told at the end has to leave before the process does.
        await self.traffic.wait_until_idle(_LAST_WORDS)
        await self.errors.close()
        await self.health.close()
        await self.peers.close()
        await stop(*self._tasks)
        await self.live.close()
        self.live.serving.retire(None)
        if self._admin is not None:
            await self._admin.cleanup()
        self.log.flush()

    async def _drain(self) -> None:
        lifecycle = self.settings.lifecycle
        _log.info("draining", exchanges=self.traffic.exchanges)
        self.traffic.begin_leaving()
        await self._unless_ended(asyncio.sleep(lifecycle.propagation_time))
        for server in self._servers:
            server.close()
        # A request may be on its way on a connection that looks idle; it is answered, and told that it is the last.
        await self._unless_ended(asyncio.sleep(_LAST_REQUESTS))
        self.traffic.close_idle()
        finished = asyncio.ensure_future(self.traffic.wait_until_idle(lifecycle.drain_deadline))
        await self._unless_ended(finished)
        _log.info("drained", cut=self.traffic.exchanges)

    async def _unless_ended(self, awaitable: Any) -> None:
        """Wait, but no longer than until the second request to leave."""
        ended = asyncio.ensure_future(self._end_asked.wait())
        waited = asyncio.ensure_future(awaitable)
        await asyncio.wait({ended, waited}, return_when=asyncio.FIRST_COMPLETED)
        for future in (ended, waited):
            future.cancel()

    # Tasks

    async def _watch(self) -> None:
        while True:
            await self.live.wait(self.settings.sources.poll_interval)
            try:
                changed = await self.live.poll()
            except Exception:  # noqa: BLE001 - one unforeseen edit must not end the watching of all later ones
                _log.exception("reload_failed")
                continue
            if changed:
                await self.health.follow()
                self._table_changed.set()

    async def _flush(self) -> None:
        while True:
            await asyncio.sleep(_FLUSH_INTERVAL)
            self.log.flush()

    # Parts

    def _stacks(self) -> Stacks:
        upstream, log = self.settings.upstream, self.log if self.settings.observation.exchange_log else None
        callers = self.live.callers
        return Stacks(
            StackMeans(
                report=reporting(self.metrics, log, self.totals, self.errors.facts, self.errors.notes),
                serving=lambda: self.live.serving,
                authenticator=lambda: callers.authenticator,
                tenant_limits=callers.limits_of,
                limited=self._limited,
                hold_limit=upstream.hold_limit,
                models=self.catalogue.models,
                reviews=callers.reviews,
                noted=self.errors.noted,
                apart=self.errors.self_tenant,
            )
        )

    def _state_of(self, provider: Provider, arm: Arm) -> Mapping[str, Any]:
        runtime = self.live.serving.runtime(provider.route, provider.name, arm)
        if runtime is None:
            return {}
        gate = runtime.gate
        return {
            "breaker": gate.breaker_state(time.monotonic()).value,
            "parked": gate.parked,
            "inUse": gate.in_use,
            "maxConcurrency": gate.max_concurrency,
        }

    def _allowed(self, provider: Provider) -> AddressRule:
        networks = self.settings.upstream.allowed_networks
        if self._laptop and provider.allow_insecure:
            networks = networks.with_loopback()
        return networks.allows

    def _transition(self, provider: Provider, arm: Arm, state: BreakerState) -> None:
        self.errors.facts.breaker_changed(provider, arm.value, state)
        self.metrics.breaker_transitions.labels(provider.route, provider.name, arm.value, state.value).inc()
        _log.warning("breaker", route=provider.route, provider=provider.name, arm=arm.value, state=state.value)

    def _limited(self, exchange: Exchange, refusal: LimitRefusal) -> None:
        rule = exchange.rule
        scope = "tenant" if rule.limits.check(time.monotonic()) is None else "rule"
        self.metrics.limited.labels(scope, refusal.kind.value, rule.route.key).inc()

    def _rejected(self, reason: str) -> None:
        self.metrics.rejected_requests.labels(reason).inc()


def _write_stdout(data: bytes) -> int:
    return os.write(1, data)
