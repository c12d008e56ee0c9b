"""A Lease: one process at a time does what it stands for.

Theory of operation. A holder renews the Lease every few seconds. Others do not trust its clock: they note when *they*
saw the Lease change last, and take it once it has not changed for its whole duration by their own monotonic clock. The
holder counts from before its last successful renewal was sent, and is lost after ``renew_deadline``, which is shorter:
so it has stopped before anybody else may begin. What it may still have on its way is stopped by the resourceVersion of
each write. A Lease may carry a bookmark in an annotation, written with each renewal: whoever holds it next goes on
there. https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/lease-v1/
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from .api import Api, Json
from .errors import AlreadyExists, Conflict, KubeError, LeaseLost, NotFound
from .raw import mapping_at

_LEASES = "/apis/coordination.k8s.io/v1/namespaces"


@dataclass(frozen=True, slots=True)
class LeaseTimes:
    """Seconds: how long a silent holder is believed, how long it believes itself, and how often it renews."""

    duration: float = 15.0
    renew_deadline: float = 10.0
    retry_period: float = 2.0


class Lease:
    """``await acquire()``, then ``await hold()`` beside the work: it raises LeaseLost. ``await release()`` at the end.

    ``identity`` is of this process alone: one that starts again is another. ``unreached`` is told once of each way in
    which the Lease cannot be read or written: whoever may not read it would wait in silence. ``bookmark`` is written
    with the next renewal into the annotation ``bookmarked_in``; after ``acquire`` it is what the holder before left,
    empty where there was none.
    """

    def __init__(
        self,
        api: Api,
        *,
        namespace: str,
        name: str,
        identity: str,
        unreached: Callable[[KubeError], None],
        bookmarked_in: str = "",
        times: LeaseTimes | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._api = api
        self._collection = f"{_LEASES}/{namespace}/leases"
        self._path = f"{self._collection}/{name}"
        self._name, self._namespace = name, namespace
        self._identity = identity
        self._unreached = unreached
        self._bookmarked_in = bookmarked_in
        self.bookmark = ""
        self.times = times or LeaseTimes()
        self._clock, self._sleep, self._wall = clock, sleep, wall
        self._seen: tuple[object, float] | None = None
        self._held: Json | None = None
        self._renewed = 0.0
        self._complaint: int | None = None

    @property
    def valid(self) -> bool:
        """Whether this process holds it at this moment: asked before each write."""
        return self._held is not None and self._clock() - self._renewed < self.times.renew_deadline

    @property
    def age(self) -> float:
        """Seconds since it was last renewed; 0 for a process that does not hold it."""
        return self._clock() - self._renewed if self._held is not None else 0.0

    async def acquire(self) -> None:
        """Return once this process holds it; an API that is away is waited for."""
        while not await self._try():
            await self._sleep(self.times.retry_period * random.uniform(1.0, 1.2))  # noqa: S311 - jitter

    async def hold(self) -> None:
        """Renew until that is no longer possible. Raises LeaseLost; never returns."""
        while True:
            await self._sleep(self.times.retry_period)
            if not self.valid:
                raise LeaseLost(f"the lease {self._name} was not renewed for {self.times.renew_deadline:g} s")
            if not await self._try() and self._held is None:
                raise LeaseLost(f"the lease {self._name} was taken by another process")

    async def release(self) -> None:
        """Let the next one begin at once. Raises a KubeError when the API cannot be told; the lease then runs out."""
        held, self._held = self._held, None
        if held is not None:
            document = self._document(held)
            document["spec"] |= {"holderIdentity": "", "leaseDurationSeconds": 1}
            await self._put(document)

    @property
    def _timeout(self) -> float:
        return self.times.renew_deadline / 3

    async def _try(self) -> bool:
        """Create, take or renew it; tell whether it is ours and fresh now."""
        asked = self._clock()
        try:
            stored = await self._take() if self._held is None else await self._put(self._document(self._held))
        except (Conflict, AlreadyExists):
            # Somebody else wrote it: whether it is still ours is read again.
            return await self._look_again()
        except KubeError as error:
            self._complain(error)
            return False
        self._complaint = None
        if stored is None:
            return False
        self._held, self._renewed = stored, asked
        return True

    def _complain(self, error: KubeError) -> None:
        if self._complaint != error.status:
            self._complaint = error.status
            self._unreached(error)

    async def _take(self) -> Json | None:
        try:
            found = await self._api.call("GET", self._path, timeout=self._timeout)
        except NotFound:
            document = self._document({}, taken=True)
            return await self._api.call("POST", self._collection, document, timeout=self._timeout)
        if not self._is_free(found):
            return None
        self.bookmark = str(mapping_at(found, "metadata", "annotations").get(self._bookmarked_in, ""))
        return await self._put(self._document(found, taken=True))

    async def _look_again(self) -> bool:
        try:
            found = await self._api.call("GET", self._path, timeout=self._timeout)
        except KubeError:
            return False
        if self._held is not None and mapping_at(found, "spec").get("holderIdentity") == self._identity:
            # Only metadata changed, or the answer to our own renewal was lost: the next attempt is based on this.
            self._held = found
        else:
            self._held = None
        return False

    def _is_free(self, found: Json) -> bool:
        """Whether nobody holds it, or its holder has been silent for the whole duration by our own clock."""
        spec, now = mapping_at(found, "spec"), self._clock()
        mark = (spec.get("holderIdentity"), spec.get("renewTime"), spec.get("leaseTransitions"))
        if self._seen is None or self._seen[0] != mark:
            self._seen = (mark, now)
        if spec.get("holderIdentity") in ("", None, self._identity):
            return True
        duration = spec.get("leaseDurationSeconds")
        return now - self._seen[1] >= float(duration if isinstance(duration, int) else self.times.duration)

    async def _put(self, document: Json) -> Json:
        return await self._api.call("PUT", self._path, document, timeout=self._timeout)

    def _document(self, found: Json, *, taken: bool = False) -> Json:
        now = datetime.fromtimestamp(self._wall(), UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        before = mapping_at(found, "spec")
        transitions = before.get("leaseTransitions") or 0
        changed = taken and before.get("holderIdentity") not in (None, self._identity)
        spec = {
            "holderIdentity": self._identity,
            "leaseDurationSeconds": round(self.times.duration),
            "acquireTime": now if taken else before.get("acquireTime", now),
            "renewTime": now,
            "leaseTransitions": transitions + 1 if changed else transitions,
        }
        metadata = {"name": self._name, "namespace": self._namespace, **mapping_at(found, "metadata")}
        if self._bookmarked_in:
            metadata["annotations"] = {**mapping_at(metadata, "annotations"), self._bookmarked_in: self.bookmark}
        kind = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease"}
        return {**kind, **found, "metadata": metadata, "spec": spec}
