"""One operator: its parts, put together, and how they begin and end.

Watching begins at once; whoever has seen everything waits for the Lease, so one that stands by takes over warm. What
writes runs while this process leads and ends before the Lease is given back.
"""

import asyncio
import gc
import time
from collections.abc import Coroutine
from contextlib import suppress
from socket import gethostname
from typing import Any
from uuid import uuid4

from prometheus_client import CollectorRegistry

from sealane_kube.configuration import Configuration
from sealane_kube.connection import Connection
from sealane_kube.errors import KubeError, LeaseLost
from sealane_kube.lease import Lease, LeaseTimes
from sealane_kube.pace import Pace
from sealane_operator.fleet.deployments import DeploymentWatch, Suspicion
from sealane_operator.fleet.discovery import Discovery, SlicedRouters, StaticRouters
from sealane_operator.fleet.fleet import RouterFleet
from sealane_operator.fleet.replica_sets import ReplicaSets
from sealane_operator.handlers.watches import Watches
from sealane_operator.judgement.status import read_status, state_of
from sealane_operator.kube.client import KubeClient
from sealane_operator.kube.recorder import EventRecorder, Reference
from sealane_operator.kube.tap import AGENT
from sealane_operator.reconciler.reconcile import Reconciler, Surroundings
from sealane_operator.rollout.machine import decide
from sealane_operator.rollout.model import Note
from sealane_operator.settings.model import Settings
from sealane_operator.world.watch_ages import WatchAges
from sealane_operator.world.world import Scope, World
from sealane_telemetry.logs import get_logger
from sealane_telemetry.operator_metrics import OperatorMetrics

from .grants import GrantsFile
from .health import Vitals
from .heartbeat import Heartbeat
from .looks import Looks
from .port import Port
from .readings import show_state
from .route_metrics import RouteMetrics, RouterMetrics

#: Calls a second, and at once, that wait for nothing: the Lease every 2 s, the routers' addresses every 2 s.
_URGENT_RATE, _URGENT_BURST = 20.0, 20
#: Events may not take the API's time from what they are about.
_EVENT_RATE, _EVENT_BURST = 10.0, 100

#: Seconds at the end: for Events that were recorded, and for kopf.
_LAST_EVENTS, _LAST_WATCHES = 2.0, 5.0

_log = get_logger("sealane.operator")
_lease_log = get_logger("sealane.operator.lease")


class Operator:
    """``start`` it, ``await run(stop)``; all of it on one event loop but the watches and the port."""

    def __init__(self, settings: Settings, configuration: Configuration) -> None:
        """Raises SettingsError for grants that cannot be read."""
        self._settings = settings
        self.registry = CollectorRegistry(auto_describe=True)
        self.metrics = OperatorMetrics(self.registry)
        self.identity = f"{settings.identity or gethostname()}-{uuid4().hex[:8]}"
        self._looks = Looks(self.metrics)
        self._complete = asyncio.Event()
        self._heartbeat = Heartbeat(self.metrics.event_loop_lag.labels().observe)
        self._leads_since: float | None = None
        self._grants = GrantsFile(
            settings.grants,
            settings.namespace,
            count=lambda result: self.metrics.grants_reloads.labels(result).inc(),
        )
        self._see(settings)
        self._connect(settings, configuration)
        self._fleet = self._routers(settings)
        self._reconciler = Reconciler(self._surroundings(settings))
        self._port = self._open_port(settings)
        show_state(
            self.metrics, self._world, self._ages, self._looks, self._lease, leads=lambda: self._leads_since is not None
        )

    def start(self) -> None:
        """Open the port and begin to watch. Raises OSError when the port is taken."""
        self._port.start()
        self._watches.start()
        _log.info("started", listen=str(self._port.address), name=self.identity)

    async def run(self, stop: asyncio.Event) -> bool:
        """Work until ``stop``; return whether it ended because of that, and not of something that went wrong."""
        loop = asyncio.get_running_loop()
        beating, leading = loop.create_task(self._heartbeat.run()), loop.create_task(self._lead())
        stopping = loop.create_task(stop.wait())
        ends: set[asyncio.Future[Any]] = {leading, beating, stopping, self._watches.ended}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        well = stop.is_set()
        if leading.done():
            self._report(leading.exception())
        elif self._watches.ended.done() and not well:
            _log.error("watches_ended", exc_info=self._watches.ended.result())
        await self._end(leading)
        beating.cancel()
        stopping.cancel()
        return well

    async def _lead(self) -> None:
        """Wait for the first lists and the Lease, then do everything that a leader does; raises when that must end."""
        await self._complete.wait()
        await self._lease.acquire()
        self._leads_since = self._looks.progressed = time.monotonic()
        _log.info("leading", name=self.identity, routes=len(self._world.routes))
        for key, raw in self._world.routes.items():
            self._fleet.remember(key, state_of(read_status(raw)))
        # What was seen lives as long as the process: the collector need not walk it again and again.
        gc.collect()
        gc.freeze()
        work: list[Coroutine[Any, Any, None]] = [
            self._lease.hold(),
            self._fleet.run(),
            self._recorder.run(),
            self._grants.follow(self._reconciler.regrant),
            *(self._looks.work(self._reconciler.reconcile) for _ in range(self._settings.workers)),
        ]
        async with asyncio.TaskGroup() as group:
            for each in work:
                group.create_task(each)

    async def _end(self, leading: "asyncio.Task[None]") -> None:
        """End the looks, then what is left to say, then the Lease, then the rest."""
        if not leading.done():
            await self._looks.stop(self._settings.stop_deadline)
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_EVENTS):
                    await self._recorder.drain()
            leading.cancel()
            await asyncio.wait([leading])
        if self._lease.valid:
            await self._release()
        await self._watches.stop(_LAST_WATCHES)
        for connection in (self._urgent, self._calm, self._events):
            await connection.close()
        self._port.stop()

    async def _release(self) -> None:
        self._leads_since = None
        try:
            await self._lease.release()
        except KubeError as error:
            _log.warning("lease_not_released", name=self.identity, error=type(error).__name__, status=error.status)
        else:
            _log.info("lease_released", name=self.identity)

    def _report(self, error: BaseException | None) -> None:
        lost = error.split(LeaseLost)[0] if isinstance(error, BaseExceptionGroup) else None
        if lost is not None:
            _log.error("lease_lost", name=self.identity)
        else:
            _log.error("leading_ended", exc_info=error)

    def _see(self, settings: Settings) -> None:
        scopes: tuple[Scope, ...] = settings.namespaces or (None,)
        self._ages = WatchAges(scopes, time.monotonic)
        self._world = World(scopes, self._looks.mark)
        self._watches = Watches(
            self._world,
            self._ages,
            kubeconfig=settings.kubeconfig,
            scopes=scopes,
            measure=self._measure,
            completed=self._complete.set,
        )

    def _connect(self, settings: Settings, configuration: Configuration) -> None:
        def connection(rate: float, burst: int) -> Connection:
            return Connection(configuration, AGENT, pace=Pace(rate, burst), measure=self._measure)

        self._urgent = connection(_URGENT_RATE, _URGENT_BURST)
        self._calm = connection(settings.api_rate, settings.api_burst)
        self._events = connection(_EVENT_RATE, _EVENT_BURST)
        duration = settings.lease_duration
        self._lease = Lease(
            self._urgent,
            namespace=settings.namespace,
            name=settings.lease_name,
            identity=self.identity,
            unreached=self._lease_unreached,
            times=LeaseTimes(duration, duration * 2 / 3, min(2.0, duration / 7.5)),
        )
        self._recorder = EventRecorder(
            self._events,
            instance=self.identity,
            leading=lambda: self._lease.valid,
            count=lambda result: self.metrics.events.labels(result).inc(),
        )

    def _lease_unreached(self, error: KubeError) -> None:
        kind, name = type(error).__name__, self._settings.lease_name
        _lease_log.warning("lease_not_reached", name=name, error=kind, status=error.status, reason=str(error)[:256])

    def _measure(self, verb: str, kind: str, status: int, seconds: float) -> None:
        self.metrics.api_calls.labels(verb, kind, str(status)).inc()
        self.metrics.api_seconds.labels(verb).observe(seconds)

    def _surroundings(self, settings: Settings) -> Surroundings:
        return Surroundings(
            seen=self._world,
            kube=KubeClient(self._calm, router_namespace=settings.namespace, leading=lambda: self._lease.valid),
            fleet=self._fleet,
            recorder=self._recorder,
            metrics=RouteMetrics(self.metrics),
            decide=decide,
            mark=self._looks.mark,
            now=time.time,
            monotonic=time.monotonic,
            grants=self._grants.grants,
        )

    def _routers(self, settings: Settings) -> RouterFleet:
        metrics = RouterMetrics(self.metrics)
        discovery: Discovery = SlicedRouters(self._urgent, settings.namespace)
        if settings.routers:
            discovery = StaticRouters(",".join(settings.routers))
        sets = ReplicaSets(self._urgent, settings.namespace)
        return RouterFleet(
            discovery,
            identity=self.identity,
            mark=self._looks.mark,
            metrics=metrics,
            deployments=DeploymentWatch(sets, announce=self._announce, metrics=metrics),
        )

    def _announce(self, suspicion: Suspicion) -> None:
        deployment = Reference(
            "apps/v1", "Deployment", suspicion.namespace, suspicion.deployment, suspicion.deployment_uid
        )
        self._recorder.tell(deployment, Note("Warning", "RouterDeploymentSuspect", "Compare", suspicion.message))

    def _open_port(self, settings: Settings) -> Port:
        vitals = Vitals(
            self._world,
            self._ages,
            self._looks,
            self._heartbeat,
            settings.watch_stale,
            lambda: self._leads_since,
            lambda: self._fleet.pulse,
            time.monotonic,
        )
        return Port(settings.listen, livez=vitals.livez(), readyz=vitals.readyz(), registry=self.registry)
