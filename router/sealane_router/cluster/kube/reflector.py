"""Keeps a :class:`Listing` as the API has it: list, watch, go on after every failure.

A watch lasts under a minute: the API server is asked to end it, and the client ends it a few seconds later if that did
not happen, so that a connection that is half open is found within 60 s. Each new watch resumes where the last one
stopped. The whole is listed again when the API server says that it must be, when something came that nobody
understands, and now and then regardless, so that nothing lost on the way stays lost.
"""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar, cast

import msgspec

from sealane_kube.errors import Expired, KubeError, Unreadable, refusal
from sealane_telemetry.cluster_metrics import ClusterMetrics
from sealane_telemetry.logs import get_logger

from .api import Event, Page
from .listing import Item, Listing, StaleList
from .troubles import Troubles, kind_of

_log = get_logger("sealane.cluster")

T = TypeVar("T", bound=Item)

#: Seconds: how long a watch is asked to last at least and at most.
WATCH_SECONDS = (30, 40)
#: Seconds after a list in which the whole is listed again at the latest.
RELIST_AFTER = 300.0
#: Seconds: the first wait after a failure, and the longest.
FIRST_WAIT, LONGEST_WAIT = 0.2, 10.0
#: A watch that ended sooner counts as a failure when it said nothing.
_TOO_SHORT = 1.0


class Api(Protocol):
    """What a reflector asks of the API; see :class:`.api.KubeApi`."""

    def pages(self, path: str, selector: str) -> AsyncIterator[Page]:
        """The list, page by page."""
        ...

    def watch(self, path: str, selector: str, version: str, seconds: int) -> AsyncIterator[Event | None]:
        """What happens after ``version``."""
        ...


@dataclass(frozen=True, slots=True)
class Resource:
    """What is followed: ``name`` is what metrics and logs call it, ``selector`` a field selector."""

    name: str
    path: str
    selector: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a reflector needs of the world; times are monotonic seconds."""

    api: Api
    metrics: ClusterMetrics
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random.random
    troubles: Troubles = field(default_factory=Troubles)


class Reflector(Generic[T]):
    """One list, followed by :meth:`run` for ever.

    ``decode`` makes an item of an object's JSON and raises msgspec.ValidationError. ``noticed`` is called after every
    change, after the first list and after every failure, ``confirmed`` whenever the API has said that nothing is
    missing here. ``failure`` is the last error since the API was heard, ``failing_since`` when the first of them was.
    """

    def __init__(
        self,
        resource: Resource,
        decode: Callable[[msgspec.Raw], T],
        surroundings: Surroundings,
        *,
        noticed: Callable[[], None],
        confirmed: Callable[[], None] = lambda: None,
    ) -> None:
        self.resource = resource
        self.listing: Listing[T] = Listing()
        self.synced = False
        self.failure: KubeError | None = None
        self.failing_since: float | None = None
        self._decode = decode
        self._around = surroundings
        self._noticed = noticed
        self._confirmed = confirmed
        self._heard: float | None = None
        self._listed = 0.0
        self._failures = 0

    @property
    def age(self) -> float | None:
        """Seconds since the API last confirmed what is here; None when it never did."""
        return None if self._heard is None else self._around.clock() - self._heard

    async def run(self) -> None:
        """Follow until cancelled."""
        try:
            while True:
                await self._follow_once()
        finally:
            self._around.troubles.forget(self.resource.name, self)

    async def _follow_once(self) -> None:
        try:
            await self.follow()
        except KubeError as error:
            await self._wait_after(error)
        except Exception as error:  # noqa: BLE001 - whatever it was, a blind router is worse than a new beginning
            _log.exception("watch_fault", resource=self.resource.name)
            self.listing.forget_version()
            await self._wait_after(Unreadable(type(error).__name__))

    async def follow(self) -> None:
        """One list if it is due, and one watch; raises KubeError."""
        around = self._around
        due = around.clock() - self._listed > RELIST_AFTER * (0.9 + 0.2 * around.random())
        if not self.listing.version or due:
            await self._list("resync" if self.listing.version else "needed")
        begun = around.clock()
        said = await self._watch()
        if not said and around.clock() - begun < _TOO_SHORT:
            raise Unreadable("the watch ended at once")

    async def _list(self, reason: str) -> None:
        if self.synced:
            self._around.metrics.watch_relists.labels(self.resource.name, reason).inc()
        items: list[T] = []
        version = ""
        async with aclosing(_generator(self._around.api.pages(self.resource.path, self.resource.selector))) as pages:
            async for page in pages:
                items += [self._item(each) for each in page.items]
                version = page.metadata.resourceVersion
        try:
            changed = self.listing.replace(items, version)
        except StaleList as error:
            raise Unreadable(str(error)) from error
        first, self.synced = not self.synced, True
        self._listed = self._around.clock()
        self._hear()
        if changed or first:
            self._noticed()

    async def _watch(self) -> bool:
        """True when anything was said."""
        shortest, longest = WATCH_SECONDS
        seconds = shortest + int(self._around.random() * (longest - shortest + 1))
        resource, said = self.resource, False
        stream = self._around.api.watch(resource.path, resource.selector, self.listing.version, seconds)
        async with aclosing(_generator(stream)) as events:
            async for event in events:
                if event is not None:
                    said = True
                    self._take(event)
                self._hear()
        return said

    def _take(self, event: Event) -> None:
        match event.type:
            case "ADDED" | "MODIFIED":
                changed = self.listing.put(self._item(event.object))
            case "DELETED":
                changed = self.listing.remove(self._item(event.object))
            case "BOOKMARK":
                self.listing.bookmark(_bookmark(event.object))
                changed = False
            case "ERROR":
                raise _error_of(event.object)
            case _:
                raise Unreadable(f"an event of type {event.type[:40]!r}")
        if changed:
            self._noticed()

    def _item(self, raw: msgspec.Raw) -> T:
        try:
            return self._decode(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
            raise Unreadable(f"an object that is not what it should be: {error}"[:300]) from error

    def _hear(self) -> None:
        was, self.failure, self.failing_since = self.failure, None, None
        self._failures = 0
        self._heard = self._around.clock()
        self._confirmed()
        if was is not None:
            self._around.troubles.heard(self.resource.name, self)
            self._noticed()

    async def _wait_after(self, error: KubeError) -> None:
        self._around.metrics.watch_errors.labels(self.resource.name, kind_of(error)).inc()
        if isinstance(error, Expired | Unreadable):
            # Nobody knows what was missed.
            self.listing.forget_version()
        self._around.troubles.failed(self.resource.name, self, error)
        self.failure = error
        if self.failing_since is None:
            self.failing_since = self._around.clock()
        self._noticed()
        self._failures += 1
        ceiling = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(self._failures, 10))
        wait = ceiling * (0.5 + 0.5 * self._around.random())
        if error.retry_after is not None:
            wait = max(wait, min(error.retry_after, LONGEST_WAIT) * (1 + 0.2 * self._around.random()))
        await self._around.sleep(0.0 if isinstance(error, Expired) and self._failures == 1 else wait)


class _Metadata(msgspec.Struct):
    resourceVersion: str  # noqa: N815 - Kubernetes' own spelling


class _Bookmark(msgspec.Struct):
    metadata: _Metadata


class _Status(msgspec.Struct):
    code: int = 0
    message: str = ""
    reason: str = ""


def _bookmark(raw: msgspec.Raw) -> str:
    try:
        return msgspec.json.decode(raw, type=_Bookmark).metadata.resourceVersion
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unreadable(f"a bookmark that is none: {error}") from error


def _error_of(raw: msgspec.Raw) -> KubeError:
    try:
        status = msgspec.json.decode(raw, type=_Status)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Unreadable("an ERROR event that says nothing")
    # The API server says Expired in the reason of some, and the number in all.
    code = 410 if status.reason in {"Expired", "Gone"} else status.code
    return refusal(code, status.message) if code >= 400 else Unreadable("an ERROR event without an error")


_E = TypeVar("_E")


def _generator(iterator: AsyncIterator[_E]) -> AsyncGenerator[_E, None]:
    """What the API hands out are generators: closing them ends their connection at once."""
    return cast("AsyncGenerator[_E, None]", iterator)
