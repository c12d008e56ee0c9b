"""One investigator: its parts, put together, and how they begin and end.

It accepts as soon as it can keep: with a spool that is at once, whether the database answers or not. On SIGTERM it
stops accepting, flushes the spool, moves what it can into the database within the deadline, and leaves the rest to the
replica that adopts its spool.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from socket import gethostname
from uuid import uuid4

from aiohttp import web
from prometheus_client import CollectorRegistry

from sealane_api.diagnosis.error_event import ErrorEvent
from sealane_investigator.errors import InvestigatorError, SettingsRefused, StoreUnavailable
from sealane_investigator.intake.acceptance import Intake, Keeping, SpoolKeeping
from sealane_investigator.intake.cleaning import Cleaning
from sealane_investigator.intake.spool import Spool
from sealane_investigator.interfaces import TIDY_STEP
from sealane_investigator.notify.outbox import Outbox
from sealane_investigator.pipeline.alert_notes import AlertNotes
from sealane_investigator.pipeline.analysis import Analysis
from sealane_investigator.pipeline.direct import CommitKeeping
from sealane_investigator.pipeline.drain import Drain
from sealane_investigator.pipeline.investigation import Investigations
from sealane_investigator.pipeline.recorder import Recorder
from sealane_investigator.server.api.acting import Acting
from sealane_investigator.server.api.overview import Overview
from sealane_investigator.server.api.reading import Reading
from sealane_investigator.server.api.rolling_back import RollingBack
from sealane_investigator.server.api.timelines import Timelines
from sealane_investigator.server.application import application, serving
from sealane_investigator.server.endpoints import Endpoint
from sealane_investigator.server.health import health_endpoints
from sealane_investigator.server.openapi import openapi_endpoint
from sealane_investigator.server.page.endpoints import page_endpoints
from sealane_investigator.server.reporting import Reporting
from sealane_investigator.server.stream.endpoint import Streaming
from sealane_investigator.server.stream.feed import Feed
from sealane_investigator.settings.model import Settings
from sealane_telemetry.health import Check, HealthChecks
from sealane_telemetry.investigator_metrics import InvestigatorMetrics
from sealane_telemetry.logs import get_logger
from sealane_telemetry.settings.variable import Address

from .parts import Parts
from .readings import show_backlog, show_state
from .tasks import Tasks, beat, recurring
from .tokens import LOOK_SECONDS, TokenFile

#: Seconds between two looks at the outbox, and between two tidyings.
OUTBOX_SECONDS, TIDY_SECONDS = 2.0, 60.0
#: Seconds between two looks at what waits in the database, for the metrics.
BACKLOG_SECONDS = 15.0
#: While the database does not answer at the start, it is asked this often, in seconds.
PREPARE_SECONDS = 1.0
#: Requests that are under way at the end get so many seconds.
_LAST_REQUESTS = 5.0

_log = get_logger("sealane.investigator")


class Investigator:
    """``start`` it, wait for whatever ends it, ``stop`` it; all of it on one event loop."""

    def __init__(
        self, settings: Settings, parts: Parts, metrics: InvestigatorMetrics, registry: CollectorRegistry
    ) -> None:
        """Raises SettingsRefused for a token file that cannot be used."""
        if settings.server.tokens is None:
            raise SettingsRefused("SEALANE_INVESTIGATOR_TOKENS: found nothing; there is no anonymous access")
        self.metrics = metrics
        self.failed = asyncio.Event()
        self.identity = f"{settings.server.identity or _host_name()}-{uuid4().hex[:8]}"
        self._settings = settings
        self._parts = parts
        self._stopping = False
        self._prepared = False
        self._tasks = Tasks(self.failed.set)
        self._tokens = TokenFile(
            settings.server.tokens, count=lambda result: metrics.token_reloads.labels(result).inc()
        )
        analysis = Analysis(parts.analyse, metrics.analysis_failures.labels().inc)
        analysis.prepare()
        self._recorder = Recorder(parts.store, analysis.analyse, metrics)
        self._cleaning = Cleaning(parts.redact)
        self._alert_notes = AlertNotes(parts.store, self._cleaning, analysis.analyse)
        self._feed = Feed(parts.store)
        self._recorder.listeners.append(self._feed.hear)
        self._keep(settings)
        watched = metrics.accepted.labels("kubernetes").inc
        self.intake = Intake(self._cleaning, self._keeping, watched=watched)
        self._investigate(settings)
        self._outbox = Outbox(parts.store, parts.channels, metrics, owner=self.identity)
        self._serve(registry)
        show_state(metrics, self._spool, settings.spool.spool_limit, _version())

    async def start(self) -> Address:
        """Open spool and port, and begin to work; returns where it listens.

        Raises:
            OSError: the port is taken, or the spool's directory cannot be used.
        """
        if self._spool is not None:
            self._spool.open()
        await self._runner.setup()
        listen = self._settings.server.listen
        await web.TCPSite(self._runner, listen.host, listen.port, backlog=1024).start()
        host, port = self._runner.addresses[0][:2]
        self._tasks.spawn(self._work(), name="work")
        self._every(self._tokens.look, LOOK_SECONDS, "tokens")
        self._tasks.spawn(beat(self.metrics.event_loop_lag.labels().observe), name="heartbeat")
        if self._parts.watch is not None:
            self._tasks.spawn(_as_coroutine(self._parts.watch, self.intake, self.identity), name="kubernetes")
        _log.info("started", listen=f"{host}:{port}", name=self.identity)
        return Address(host, port)

    async def stop(self) -> None:
        """Stop accepting, keep what was accepted, tell clients to go elsewhere, close."""
        self._stopping = True
        self._streaming.stop()
        await self._runner.cleanup()
        if isinstance(self._keeping, CommitKeeping):
            await self._keeping.finish()
        if self._drain is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._settings.work.stop_deadline):
                    await self._drain.empty()
        if self._investigations is not None:
            await self._investigations.finish(min(2.0, self._settings.work.stop_deadline))
        await self._rolling_back.stop()
        await self._tasks.stop()
        if self._spool is not None:
            await self._spool.close()
        for channel in self._parts.channels:
            await channel.close()
        for close in self._parts.close:
            await close()
        await self._parts.store.close()
        _log.info("stopped", name=self.identity)

    def _keep(self, settings: Settings) -> None:
        self._spool: Spool | None = None
        self._drain: Drain | None = None
        self._keeping: Keeping
        if settings.spool.spool is None:
            self._direct: CommitKeeping | None = CommitKeeping(self._recorder, prepared=lambda: self._prepared)
            self._keeping = self._direct
            return
        self._direct = None
        self._spool = Spool(
            settings.spool.spool,
            self.identity,
            limit=settings.spool.spool_limit,
            observe_sync=self.metrics.sync_seconds.labels().observe,
        )
        self._drain = Drain(self._spool, self._recorder, self.metrics)
        self._keeping = SpoolKeeping(self._spool)

    def _investigate(self, settings: Settings) -> None:
        self._investigations: Investigations | None = None
        if self._parts.stages is not None:
            self._investigations = Investigations(
                self._parts.store,
                self._parts.stages,
                self.metrics,
                owner=self.identity,
                at_once=settings.work.investigations,
                lease_seconds=settings.work.investigation_lease,
            )
            self._recorder.listeners.append(self._investigations.hear)

    def _serve(self, registry: CollectorRegistry) -> None:
        admission, store = self._tokens.admission, self._parts.store
        self._streaming = Streaming(self._feed, admission, self.metrics)
        self._rolling_back = RollingBack(store, self._parts.rollbacks)
        reporting = Reporting(self.intake, self.metrics, stopping=lambda: self._stopping, resolved=self._note_resolved)
        endpoints: tuple[Endpoint, ...] = (
            *reporting.endpoints(),
            *Acting(store, self._cleaning).endpoints(),
            *Reading(store).endpoints(),
            *Overview(store).endpoints(),
            *Timelines(store).endpoints(),
            *self._rolling_back.endpoints(),
            *self._streaming.endpoints(),
            *health_endpoints(self._livez(), self._readyz(), registry),
            *page_endpoints(),
        )
        self.endpoints = (*endpoints, openapi_endpoint(endpoints, _version()))
        served = application(self.endpoints, admission, self.metrics, prepared=lambda: self._prepared)
        self._runner = serving(served, last_requests=_LAST_REQUESTS)

    async def _work(self) -> None:
        """Wait for the database, then do everything that needs it."""
        await self._prepare()
        if self._drain is not None:
            self._tasks.spawn(self._drain.run(), name="drain")
            self._tasks.spawn(self._drain.adopt(), name="adoption")
        if self._investigations is not None:
            self._tasks.spawn(self._investigations.run(), name="investigations")
        self._tasks.spawn(self._feed.run(), name="feed")
        for follow in self._parts.follow:
            self._tasks.spawn(_as_coroutine(follow), name="following")
        self._every(self._outbox.turn, OUTBOX_SECONDS, "notifications")
        self._every(self._tidy, TIDY_SECONDS, "tidy")
        self._every(partial(show_backlog, self.metrics, self._parts.store), BACKLOG_SECONDS, "backlog")

    async def _prepare(self) -> None:
        told = False
        while True:
            try:
                await self._parts.prepare()
            except StoreUnavailable as error:
                if not told:
                    _log.error("database_unavailable", error=type(error).__name__, remedy="what is accepted waits")
                told = True
                await asyncio.sleep(PREPARE_SECONDS)
            else:
                self._prepared = True
                return

    async def _note_resolved(self, alerts: Sequence[ErrorEvent]) -> None:
        if self._prepared:
            await self._alert_notes.note(alerts, time.time())

    async def _tidy(self) -> None:
        more = True
        while more:
            more = any(count >= TIDY_STEP for count in (await self._parts.store.tidy()).values())

    def _every(self, job: Callable[[], Awaitable[None]], seconds: float, name: str) -> None:
        def failed(error: Exception) -> None:
            self.metrics.job_failures.labels(name).inc()
            expected = isinstance(error, InvestigatorError)
            _log.warning("job_failed", task=name, error=type(error).__name__, exc_info=None if expected else error)

        self._tasks.spawn(recurring(job, seconds, failed=failed), name=name)

    def _livez(self) -> HealthChecks:
        return HealthChecks("livez", [Check("tasks", lambda: "a task ended" if self.failed.is_set() else None)])

    def _readyz(self) -> HealthChecks:
        spooled = self._spool is not None
        return HealthChecks(
            "readyz",
            [
                Check("stopping", lambda: "about to end" if self._stopping else None),
                # With a spool the database may be away: what is accepted waits.
                Check("database", self._database, advisory=spooled),
                Check("spool", self._spool_room),
            ],
        )

    def _database(self) -> str | None:
        if not self._prepared:
            return "the database has not answered yet"
        keeper = self._drain or self._direct
        return keeper.stuck if keeper is not None else None

    def _spool_room(self) -> str | None:
        if self._spool is not None and self._spool.size >= self._spool.limit:
            return "the spool is at its limit"
        return None


async def _as_coroutine(call: Callable[..., Awaitable[None]], *arguments: object) -> None:
    await call(*arguments)


def _host_name() -> str:
    """The host's name as a directory and a lease can be called."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", gethostname())[:100] or "host"


def _version() -> str:
    try:
        return installed("sealane")
    except PackageNotFoundError:
        return "unknown"
