"""Kubernetes Events: what people read in ``kubectl describe``. Whoever records one never waits for it.

https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

from sealane_api.crd.revision import KIND as REVISION_KIND
from sealane_api.crd.revision import revision_name
from sealane_api.provider_route import API_VERSION
from sealane_api.provider_route import KIND as ROUTE_KIND
from sealane_kube.api import MERGE_PATCH, Api, Json
from sealane_kube.errors import KubeError, NotFound, Throttled, Unavailable
from sealane_kube.raw import Raw, text_at
from sealane_operator.rollout.model import Note
from sealane_telemetry.logs import get_logger

from .event_series import EventSeries, SeriesBook

#: Who says it, to everybody who filters Events.
CONTROLLER = "sealane.dev/operator"

MAX_QUEUED = 1_000
_EVENTS = "/apis/events.k8s.io/v1/namespaces"

#: So often a write is tried, and the pauses between are so many seconds times the attempt.
_MAX_TRIES = 3
_PAUSE = 1.0
#: Repetitions are looked for this often.
_SWEEP_SECONDS = 10.0
#: The API server's own limits.
_MAX_NOTE, _MAX_WORD, _MAX_NAME = 1_024, 128, 253

_log = get_logger("sealane.operator.events")

Result = Literal["written", "repeated", "dropped", "failed"]


@dataclass(frozen=True, slots=True)
class Reference:
    """An object that an Event is about."""

    api_version: str
    kind: str
    namespace: str
    name: str
    uid: str = ""

    def as_json(self) -> Json:
        """Return an ObjectReference."""
        reference = {"apiVersion": self.api_version, "kind": self.kind, "namespace": self.namespace, "name": self.name}
        return {**reference, "uid": self.uid} if self.uid else reference


@dataclass(frozen=True, slots=True)
class _Fresh:
    """An Event that is to be made."""

    series: EventSeries
    body: Json


class EventRecorder:
    """Takes Events at once and writes them one by one while :meth:`run` does; at most MAX_QUEUED wait.

    ``leading`` is asked before each write: one that leads no longer says nothing. ``count`` is told what became
    of each.
    """

    def __init__(
        self,
        api: Api,
        *,
        instance: str,
        leading: Callable[[], bool],
        count: Callable[[Result], None],
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._api = api
        self._instance = instance[:_MAX_WORD]
        self._leading = leading
        self._count = count
        self._now = now
        self._monotonic = monotonic
        self._sleep = sleep
        self._book = SeriesBook()
        self._queue: deque[_Fresh] = deque()
        self._swept = monotonic()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def record(self, route: Raw, note: Note) -> None:
        """Tell people something about a route."""
        namespace, name = text_at(route, "metadata", "namespace"), text_at(route, "metadata", "name")
        regarding = Reference(API_VERSION, ROUTE_KIND, namespace, name, text_at(route, "metadata", "uid"))
        related = None
        if note.revision is not None:
            related = Reference(API_VERSION, REVISION_KIND, namespace, revision_name(name, note.revision))
        self.tell(regarding, note, related)

    def tell(self, regarding: Reference, note: Note, related: Reference | None = None) -> None:
        """Tell people something about any object; ``note.revision`` is not looked at."""
        stem = regarding.name[: _MAX_NAME - 17].rstrip("-.")
        path = f"{_EVENTS}/{regarding.namespace}/events/{stem}.{uuid4().hex[:16]}"
        subject = regarding.uid or f"{regarding.kind}/{regarding.namespace}/{regarding.name}"
        series, is_new = self._book.note((subject, note.reason, note.message), path, self._monotonic())
        if series is None:
            self._count("dropped")
        elif not is_new:
            self._count("repeated")
        elif len(self._queue) >= MAX_QUEUED:
            self._book.forget(series)
            self._count("dropped")
        else:
            self._queue.append(_Fresh(series, self._body(path, regarding, note, related)))
            self._idle.clear()
            self._wake.set()

    async def run(self) -> None:
        """Write what is recorded; never returns."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(_SWEEP_SECONDS):
                    await self._wake.wait()
            self._wake.clear()
            while self._queue:
                await self._write(self._queue.popleft())
            self._idle.set()
            if self._monotonic() - self._swept >= _SWEEP_SECONDS:
                self._swept = self._monotonic()
                await self._write_counts()

    async def drain(self) -> None:
        """Return once :meth:`run` has tried to write everything that was recorded."""
        await self._idle.wait()

    async def _write(self, fresh: _Fresh) -> None:
        if await self._try("POST", fresh.series.path.rpartition("/")[0], fresh.body):
            self._book.wrote(fresh.series, 1, self._monotonic())
            self._count("written")
        else:
            self._book.forget(fresh.series)
            self._count("failed")

    async def _write_counts(self) -> None:
        for series in self._book.unwritten(self._monotonic()):
            count = series.count
            observed = _micro_time(self._now() - (self._monotonic() - series.last))
            body = {"series": {"count": count, "lastObservedTime": observed}}
            if await self._try("PATCH", series.path, body, content_type=MERGE_PATCH):
                self._book.wrote(series, count, self._monotonic())
            else:
                self._book.forget(series)  # the API removes Events after an hour; the next one is made anew

    async def _try(self, method: str, path: str, body: Json, **how: Any) -> bool:
        for attempt in range(1, _MAX_TRIES + 1):
            if not self._leading():
                return False
            try:
                await self._api.call(method, path, body, **how)
            except (Throttled, Unavailable) as error:
                if attempt < _MAX_TRIES:
                    await self._sleep(error.retry_after or _PAUSE * attempt)
            except NotFound:
                return False  # the Event, or the namespace that it was to be made in, is gone
            except KubeError as error:
                _log.warning("event_refused", status=error.status, error=type(error).__name__)
                return False
            else:
                return True
        return False

    def _body(self, path: str, regarding: Reference, note: Note, related: Reference | None) -> Json:
        body: Json = {
            "apiVersion": "events.k8s.io/v1",
            "kind": "Event",
            "metadata": {"name": path.rpartition("/")[2], "namespace": regarding.namespace},
            "eventTime": _micro_time(self._now()),
            "reportingController": CONTROLLER,
            "reportingInstance": self._instance,
            "type": note.type,
            "reason": note.reason[:_MAX_WORD],
            "action": note.action[:_MAX_WORD],
            "note": _cut(note.message),
            "regarding": regarding.as_json(),
        }
        return body if related is None else {**body, "related": related.as_json()}


def _micro_time(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _cut(text: str) -> str:
    """The API counts bytes."""
    data = text.encode()
    return text if len(data) <= _MAX_NOTE else f"{data[: _MAX_NOTE - 3].decode(errors='ignore')}…"
