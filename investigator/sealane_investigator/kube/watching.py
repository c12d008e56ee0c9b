"""Follows Warning events: one replica by its Lease, from where the last one came to.

Theory of operation. A list says how often each Event has happened by now; a watch from there says each further one.
What is new goes to the sink, which returns once it is durable, and only then does the bookmark move: the resource
version up to which everything was handed over. A replica that takes over lists the Events *as they were at the
bookmark*, so it knows the same counts as the one before it, and watches from there: what it hands over again bears the
same ids, and is counted once. When the API server has forgotten that version (after minutes without a watcher), what
ended before the bookmark is known, what began later counts wholly, and what went on meanwhile counts at least once.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Protocol

from sealane_api.diagnosis.error_event import MAX_BATCH, ErrorEvent
from sealane_investigator.errors import InvestigatorError
from sealane_kube.api import Json, WatchedApi
from sealane_kube.errors import Expired, KubeError, LeaseLost
from sealane_kube.lease import Lease
from sealane_telemetry.logs import get_logger

from .lease import Mark, read_bookmark, written_bookmark
from .warnings import count_of, error_event, first_seen, is_warning, last_seen, uid_of

#: Seconds after which the API server ends a watch, and the next one begins.
WATCH_SECONDS = 240

#: Seconds until something that failed is tried again, doubled with each time up to the second figure, and seconds
#: between two watches: a server may end them at once.
RETRY = 2.0
LONGEST_RETRY = 60.0
BETWEEN = 0.2

#: Events whose counts are remembered in one namespace; of more, the oldest are forgotten and may count again.
MAX_KNOWN = 100_000

_PAGE = "500"
_SELECTOR = {"fieldSelector": "type=Warning"}

_log = get_logger("sealane.investigator.events")


class Sink(Protocol):
    """Takes events; returns once they are durable. Raises an InvestigatorError while it cannot."""

    async def take_events(self, events: Sequence[ErrorEvent]) -> None:
        """Take events of one reporter."""


class Followed:
    """The Warning events of one namespace (empty: of all), and how often each happened as far as was handed over."""

    def __init__(
        self,
        api: WatchedApi,
        sink: Sink,
        namespace: str,
        *,
        moved: Callable[[Mark], None],
        now: Callable[[], float] = time.time,
    ) -> None:
        """``moved`` is told each new bookmark."""
        self._api = api
        self._sink = sink
        self._path = f"/api/v1/namespaces/{namespace}/events" if namespace else "/api/v1/events"
        self._now = now
        self._moved = moved
        self._counts: dict[str, int] = {}
        self._version = ""
        self._knows = False

    async def begin(self, mark: Mark | None) -> None:
        """Go on at a bookmark, else list and hand over what there is. Raises KubeError, and what the sink raises."""
        if mark is not None and not self._knows:
            try:
                await self._remember(mark)
            except Expired:
                _log.warning("events_forgotten")
            else:
                return
        await self._list(mark)

    async def follow(self) -> None:
        """Hand over what happens until the API server ends the watch. Raises as ``begin``: Expired begins anew."""
        query = {**_SELECTOR, "resourceVersion": self._version, "allowWatchBookmarks": "true"}
        async for told in self._api.watch(self._path, query=query, seconds=WATCH_SECONDS):
            await self._told(told)

    async def _told(self, told: Json) -> None:
        kind, raw = told.get("type"), told.get("object")
        if not isinstance(raw, dict):
            return
        if kind == "ERROR":
            code = raw.get("code")
            raise Expired("the watch is too old", 410) if code == 410 else KubeError(f"the watch ended with {code}")
        if kind in {"ADDED", "MODIFIED"}:
            await self._hand_over([raw])
        elif kind == "DELETED":
            self._counts.pop(uid_of(raw), None)
        version = (raw.get("metadata") or {}).get("resourceVersion")
        if isinstance(version, str) and version:
            self._move(version)

    async def _remember(self, mark: Mark) -> None:
        """Take the counts of all Events as they were at the bookmark."""
        query = {"resourceVersion": mark.version, "resourceVersionMatch": "Exact"}
        async for items, _ in self._pages(query):
            for raw in items:
                self._know(uid_of(raw), count_of(raw))
        self._knows = True
        self._version = mark.version

    async def _list(self, mark: Mark | None) -> None:
        version = ""
        present: set[str] = set()
        async for items, told in self._pages({}):
            version = told
            present.update(uid_of(raw) for raw in items)
            is_gap = mark is not None and not self._knows
            fresh = [raw for raw in items if not is_gap or mark is None or not self._is_old(raw, mark)]
            for at in range(0, len(fresh), MAX_BATCH):
                await self._hand_over(fresh[at : at + MAX_BATCH])
        self._counts = {uid: count for uid, count in self._counts.items() if uid in present}
        self._knows = True
        self._move(version)

    def _move(self, version: str) -> None:
        self._version = version
        self._moved(Mark(version, self._now()))

    def _is_old(self, raw: Json, mark: Mark) -> bool:
        """Whether it ended by the bookmark; what went on since is taken to have happened all but once before."""
        if (last_seen(raw) or mark.at) <= mark.at:
            self._know(uid_of(raw), count_of(raw))
            return True
        if (first_seen(raw) or mark.at) <= mark.at:
            self._know(uid_of(raw), count_of(raw) - 1)
        return False

    async def _pages(self, query: dict[str, str]) -> AsyncIterator[tuple[list[Json], str]]:
        further = ""
        while True:
            asked = {**_SELECTOR, **query, "limit": _PAGE}
            if further:
                # A page that goes on says itself of which version it is.
                asked = {**_SELECTOR, "limit": _PAGE, "continue": further}
            found = await self._api.call("GET", self._path, query=asked, timeout=30.0)
            metadata = found.get("metadata") or {}
            items = [raw for raw in found.get("items") or [] if isinstance(raw, dict)]
            yield items, str(metadata.get("resourceVersion") or "")
            further = metadata.get("continue") or ""
            if not further:
                return

    async def _hand_over(self, items: Sequence[Json]) -> None:
        now = self._now()
        events = []
        for raw in items:
            new = count_of(raw) - self._counts.get(uid_of(raw), 0)
            if is_warning(raw) and new > 0:
                events.append(error_event(raw, new, now))
        if events:
            await self._sink.take_events(events)
        for raw in items:
            self._know(uid_of(raw), count_of(raw))

    def _know(self, uid: str, count: int) -> None:
        if not uid:
            return
        self._counts.pop(uid, None)
        self._counts[uid] = count
        while len(self._counts) > MAX_KNOWN:
            del self._counts[next(iter(self._counts))]


class WarningWatch:
    """``run`` it as one task in each replica; the one that holds the Lease follows every namespace."""

    def __init__(
        self,
        api: WatchedApi,
        sink: Sink,
        lease: Lease,
        namespaces: Sequence[str] = (),
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        """``namespaces`` empty: of the whole cluster, which takes a ClusterRole."""
        self._api = api
        self._sink = sink
        self._lease = lease
        self._namespaces = tuple(namespaces) or ("",)
        self._sleep = sleep
        self._now = now
        self._marks: dict[str, Mark] = {}

    async def run(self) -> None:
        """Wait for the Lease, follow while it is held, and again; never returns."""
        while True:
            await self._lease.acquire()
            self._marks = read_bookmark(self._lease.bookmark)
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._lease.hold())
                    for namespace in self._namespaces:
                        group.create_task(self._follow(namespace))
            except* LeaseLost:
                _log.warning("lease_lost")
            finally:
                await self._let_go()

    async def _follow(self, namespace: str) -> None:
        def moved(mark: Mark) -> None:
            self._marks[namespace] = mark
            self._lease.bookmark = written_bookmark(self._marks)

        followed = Followed(self._api, self._sink, namespace, moved=moved, now=self._now)
        begun, wait = False, RETRY
        while True:
            try:
                if not begun:
                    await followed.begin(self._marks.get(namespace))
                begun = True
                await followed.follow()
                wait = RETRY
                await self._sleep(BETWEEN)
            except Expired:
                begun = False
            except (InvestigatorError, KubeError) as error:
                _log.warning("events_not_followed", error=type(error).__name__)
                await self._sleep(wait)
                wait = min(wait * 2, LONGEST_RETRY)

    async def _let_go(self) -> None:
        try:
            await self._lease.release()
        except KubeError:
            _log.info("lease_not_released")  # it runs out by itself
