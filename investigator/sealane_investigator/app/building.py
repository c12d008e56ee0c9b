"""Settings become parts: which database, which routers, which cluster, which model, which channels."""

import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

from sealane_investigator.causes.from_facts import judged
from sealane_investigator.errors import SettingsRefused
from sealane_investigator.gather.file_routes import FileRoutes
from sealane_investigator.gather.gatherer import Gatherer
from sealane_investigator.gather.interfaces import Routes
from sealane_investigator.gather.outages import OutageWatch
from sealane_investigator.gather.routers import Routers
from sealane_investigator.incident.diagnosis import Diagnosis
from sealane_investigator.incident.facts import Facts
from sealane_investigator.incident.recommendation import Recommendation
from sealane_investigator.intake.acceptance import Intake
from sealane_investigator.kube.lease import events_lease
from sealane_investigator.kube.rollback import Rollbacks
from sealane_investigator.kube.routes import ClusterRoutes
from sealane_investigator.kube.watching import WarningWatch
from sealane_investigator.model.asking import Asker, Opinion
from sealane_investigator.model.endpoint import ModelEndpoint
from sealane_investigator.model.limits import Limits
from sealane_investigator.model.question import Question
from sealane_investigator.notify.delivery import Channel, SlackChannel, WebhookChannel
from sealane_investigator.pipeline.investigation import Asking, Stages, Subject
from sealane_investigator.pipeline.stages import analysed
from sealane_investigator.recommend.exact_change import Situation
from sealane_investigator.recommend.recommending import recommended
from sealane_investigator.settings.asking import ModelSettings
from sealane_investigator.settings.cluster import ClusterSettings
from sealane_investigator.settings.groups import NotificationSettings
from sealane_investigator.settings.model import Settings
from sealane_investigator.store.database import open_database
from sealane_investigator.store.migration import check, migrate
from sealane_investigator.store.store import SqlStore
from sealane_kube.configuration import load_configuration
from sealane_kube.connection import Connection
from sealane_kube.errors import KubeError
from sealane_telemetry.error_text.redaction import ErrorTextRedactor
from sealane_telemetry.investigator_metrics import InvestigatorMetrics

from .parts import Parts

_MAX_KEY = 4_096
#: A shorter key could be guessed.
_LEAST_KEY = 16


async def build(settings: Settings, metrics: InvestigatorMetrics) -> Parts:
    """Return the parts of an investigator that serves. Raises OSError, SettingsRefused for a bad file."""
    database = open_database(settings.database)
    store = SqlStore(database, settings.database)

    async def prepare() -> None:
        if database.is_sqlite:
            # It belongs to this process alone, so nobody else is surprised.
            await migrate(database)
        await check(database)

    redactor = ErrorTextRedactor(_event_key(settings.server.event_key))
    stack = AsyncExitStack()
    cluster = await _cluster(settings.cluster, stack)
    routers = await stack.enter_async_context(Routers(settings.gather.routers))
    routes: Routes = ClusterRoutes(cluster) if cluster is not None else FileRoutes(routers.config)
    gatherer = Gatherer(routers, routes, store)
    stages = Stages(
        gather=_Gathering(gatherer),
        judge=_judge,
        ask=await _asking(settings.model, store, metrics, stack),
        recommend=_Recommending(routes, in_cluster=cluster is not None),
    )
    return Parts(
        store=store,
        prepare=prepare,
        redact=redactor.redact,
        analyse=analysed,
        stages=stages,
        rollbacks=Rollbacks(cluster, enabled=settings.cluster.rollbacks) if cluster is not None else None,
        watch=partial(_watch, cluster, settings.cluster) if cluster is not None and settings.cluster.events else None,
        follow=(gatherer.run, OutageWatch(gatherer.figures, store).run) if settings.gather.routers else (),
        channels=_channels(settings.notifications),
        close=(stack.aclose,),
    )


def _event_key(file: Path | None) -> bytes:
    if file is None:
        return os.urandom(32)
    with file.open("rb") as opened:
        key = opened.read(_MAX_KEY).strip()
    if len(key) < _LEAST_KEY:
        raise SettingsRefused(f"SEALANE_EVENT_KEY_FILE: {file} must hold {_LEAST_KEY} bytes or more")
    return key


async def _cluster(settings: ClusterSettings, stack: AsyncExitStack) -> Connection | None:
    if not settings.cluster:
        return None
    connection = Connection(await load_configuration(settings.kubeconfig), "sealane-investigator")
    stack.push_async_callback(connection.close)
    return connection


async def _watch(cluster: Connection, settings: ClusterSettings, intake: Intake, identity: str) -> None:
    lease = events_lease(cluster, namespace=settings.namespace, name=settings.events_lease, identity=identity)
    await WarningWatch(cluster, intake, lease, settings.namespaces).run()


class _Gathering:
    """The gatherer as the pipeline knows it."""

    def __init__(self, gatherer: Gatherer) -> None:
        self._gatherer = gatherer

    async def gather(self, subject: Subject) -> Facts:
        return await self._gatherer.facts(subject.newest.event, subject.incident.began)


def _judge(subject: Subject, facts: Facts) -> Diagnosis:
    return judged(subject.incident.diagnosis, subject.newest.event, facts, subject.incident.began)


class _Asker:
    """The model as the pipeline knows it."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    async def ask(self, subject: Subject, diagnosis: Diagnosis, facts: Facts) -> Opinion:
        return await self._asker.ask(
            Question(
                incident=subject.incident,
                event=subject.newest.event,
                trigger=subject.trigger,
                diagnosis=diagnosis,
                facts=facts,
            )
        )


async def _asking(
    settings: ModelSettings, store: SqlStore, metrics: InvestigatorMetrics, stack: AsyncExitStack
) -> Asking | None:
    if not settings.url:
        return None
    limits = Limits(store, per_day=settings.per_day, per_minute=settings.per_minute, at_once=settings.at_once)
    endpoint = ModelEndpoint(settings.url, settings.name, partial(_key, settings.key))
    model = await stack.enter_async_context(endpoint)
    return _Asker(Asker(model, limits, count=lambda outcome: metrics.model_questions.labels(outcome).inc()))


def _key(file: Path | None) -> str | None:
    """The key as it is now, for it may be rotated."""
    if file is None:
        return None
    with file.open(encoding="utf-8") as opened:
        return opened.read(_MAX_KEY).strip() or None


class _Recommending:
    """Reads the live route, then recommends; a route that cannot be read only costs the exact change."""

    def __init__(self, routes: Routes, *, in_cluster: bool) -> None:
        self._routes = routes
        self._in_cluster = in_cluster

    async def __call__(self, subject: Subject, opinion: Opinion, facts: Facts) -> Recommendation | None:
        event = subject.newest.event
        return recommended(
            Situation(
                event=event,
                diagnosis=opinion.diagnosis,
                facts=facts,
                live=await self._live(event.route),
                cluster=self._in_cluster,
                parameters=opinion.parameters,
            )
        )

    async def _live(self, route: str | None) -> Mapping[str, Any] | None:
        if route is None:
            return None
        try:
            return await self._routes.live(route)
        except KubeError:
            return None


def _channels(settings: NotificationSettings) -> tuple[Channel, ...]:
    link = partial(_link, settings.public_url)
    channels: list[Channel] = []
    if settings.webhook_url:
        channels.append(WebhookChannel(settings.webhook_url, settings.webhook_secret, link))
    if settings.slack_url is not None:
        channels.append(SlackChannel(settings.slack_url, link))
    return tuple(channels)


def _link(public_url: str, incident: int) -> str | None:
    return f"{public_url.rstrip('/')}/#incident={incident}" if public_url else None
