"""Where errors and alerts arrive; 202 means that they are durable."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

from aiohttp import web

from sealane_api.diagnosis.error_event import MAX_BATCH, ErrorBatch, ErrorEvent, Origin
from sealane_investigator.errors import BatchRefused
from sealane_investigator.incident.incident import ALERT_REPORTERS
from sealane_investigator.intake.acceptance import Intake
from sealane_investigator.intake.alerts import Alerts, Webhook, decode_alerts
from sealane_investigator.intake.wire import Batch, decode_batch
from sealane_telemetry.investigator_metrics import InvestigatorMetrics
from sealane_telemetry.logs import get_logger

from .access.token_file import Right
from .api.answers import AcceptedAnswer
from .application import MAX_BODY
from .endpoints import Call, Endpoint, json_answer, received
from .refusals import refused

#: Bodies that are read, redacted and written at the same time; further ones are asked to come again.
MAX_AT_ONCE = 128
#: And so many bytes of them together, as their heads say; one that does not say counts as long as a body may be.
MAX_BYTES_AT_ONCE = 64 * 1024 * 1024
#: A body has so many seconds to arrive.
BODY_SECONDS = 20.0
#: Bodies above this are decoded on a thread of their own, so that nobody else waits for them.
_LARGE = 256 * 1024

_REPORTED = frozenset({Origin.ROUTER, Origin.CLIENT, Origin.SELF})
_BODY_CODES = (
    *("invalid_request", "body_too_large", "unsupported_encoding"),
    *("spool_full", "store_unavailable", "busy", "stopping"),
)

_log = get_logger("sealane.investigator.intake")


class Reporting:
    """The two endpoints that take errors."""

    def __init__(
        self,
        intake: Intake,
        metrics: InvestigatorMetrics,
        *,
        stopping: Callable[[], bool],
        resolved: Callable[[Sequence[ErrorEvent]], Awaitable[None]],
    ) -> None:
        """``resolved`` is told of alerts that are; it raises nothing."""
        self._resolved = resolved
        self._intake = intake
        self._metrics = metrics
        self._stopping = stopping
        self._at_once = self._bytes = 0

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return their descriptions."""
        return (
            Endpoint(
                name="errors",
                method="POST",
                path="/v1/errors",
                summary="Report errors. 202: they survive whatever happens now, and each is counted once.",
                handler=self.errors,
                right=Right.REPORT,
                body=Batch,
                answer=AcceptedAnswer,
                status=202,
                codes=_BODY_CODES,
            ),
            Endpoint(
                name="alerts",
                method="POST",
                path="/v1/alerts",
                summary="Alertmanager's webhook, version 4; every alert is counted once.",
                handler=self.alerts,
                right=Right.ALERT,
                body=Webhook,
                answer=AcceptedAnswer,
                status=202,
                codes=_BODY_CODES,
            ),
        )

    async def errors(self, call: Call) -> web.StreamResponse:
        """``POST /v1/errors``."""
        with self._admitted(call.request):
            body = await _body(call.request)
            read = await asyncio.to_thread(decode_batch, body) if len(body) > _LARGE else decode_batch(body)
            await self._intake.take(_attributed(read.batch, own=call.caller.own))
        number = len(read.batch.events)
        self._metrics.accepted.labels("errors").inc(number)
        return json_answer(AcceptedAnswer(number, read.ignored), status=202)

    async def alerts(self, call: Call) -> web.StreamResponse:
        """``POST /v1/alerts``."""
        origin = Origin.SELF if call.caller.own else Origin.ALERT
        with self._admitted(call.request):
            body, reporter = await _body(call.request), ALERT_REPORTERS + call.caller.name
            decode = partial(decode_alerts, body, reporter=reporter, origin=origin)
            alerts = await asyncio.to_thread(decode) if len(body) > _LARGE else decode()
            await self._take(alerts)
        self._metrics.accepted.labels("alerts").inc(len(alerts.firing))
        return json_answer(AcceptedAnswer(len(alerts.firing)), status=202)

    async def _take(self, alerts: Alerts) -> None:
        # A notification that is kept in part comes again, and what was kept counts once.
        for events in _batched(alerts.firing):
            batch = ErrorBatch(reporter=events[0].reporter, epoch=alerts.epoch, events=events, dropped=alerts.left_out)
            await self._intake.take(batch)
        if alerts.resolved:
            self._metrics.alerts_resolved.labels().inc(len(alerts.resolved))
            _log.info("alerts_resolved", count=len(alerts.resolved))
            await self._resolved(alerts.resolved)

    @contextmanager
    def _admitted(self, request: web.Request) -> Iterator[None]:
        if self._stopping():
            raise refused("stopping", "this replica is about to end; send it again")
        length = MAX_BODY if request.content_length is None else min(request.content_length, MAX_BODY)
        if self._at_once >= MAX_AT_ONCE or self._bytes + length > MAX_BYTES_AT_ONCE:
            raise refused("busy", "too many reports at once; send it again")
        self._at_once += 1
        self._bytes += length
        try:
            yield
        finally:
            self._at_once -= 1
            self._bytes -= length


def _batched(events: tuple[ErrorEvent, ...]) -> Iterator[tuple[ErrorEvent, ...]]:
    """Cut events into what a batch may hold."""
    for start in range(0, len(events), MAX_BATCH):
        yield events[start : start + MAX_BATCH]


async def _body(request: web.Request) -> bytes:
    """The body, as long as it comes in time: whoever trickles holds a place that others need."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await received(request)
    except TimeoutError:
        raise refused("busy", f"the body did not arrive within {BODY_SECONDS:g} s; send it again") from None


def _attributed(batch: ErrorBatch, *, own: bool) -> ErrorBatch:
    """Whose trouble an event is says the token: its own entry, or a router that knows the tenant of each key."""
    if own:
        return replace(batch, events=tuple(replace(event, origin=Origin.SELF) for event in batch.events))
    for position, event in enumerate(batch.events):
        if event.origin not in _REPORTED:
            raise BatchRefused(
                "alerts come to /v1/alerts, and events of Kubernetes are watched; write router, client or self",
                f"events[{position}].origin",
            )
    return batch
