"""One replica watches: a Lease that says who, and how far it came.

Others do not trust the holder's clock: they note when *they* saw the Lease change last, and take it once it has not
changed for its whole duration by their own monotonic clock. The holder counts from before its last successful renewal
was sent and stops earlier than that, so two never watch at once. Beside the holder the Lease carries a bookmark in an
annotation, written with each renewal: whoever comes next goes on there.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sealane_telemetry.logs import get_logger

from .api import Api, Json
from .errors import Conflict, KubeError, LeaseLost, NotFound

#: Seconds: how long a silent holder is believed, how long it believes itself, and how often it renews.
DURATION = 15.0
RENEW_DEADLINE = 10.0
RETRY = 2.0

#: Where the bookmark is.
BOOKMARK_ANNOTATION = "sealane.dev/bookmark"

_log = get_logger("sealane.investigator.lease")

_LEASES = "/apis/coordination.k8s.io/v1/namespaces"


class Lease:
    """``await acquire()``, then ``await hold()`` beside the work: it raises LeaseLost. ``await release()`` at the end.

    ``identity`` is of this process alone. ``bookmark`` is written with the next renewal; after ``acquire`` it is what
    the holder before left, empty where there was none.
    """

    def __init__(
        self,
        api: Api,
        *,
        namespace: str,
        name: str,
        identity: str,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._api = api
        self._collection = f"{_LEASES}/{namespace}/leases"
        self._name, self._namespace = name, namespace
        self._identity = identity
        self._clock, self._sleep, self._wall = clock, sleep, wall
        self._seen: tuple[object, float] | None = None
        self._held: Json | None = None
        self._renewed = 0.0
        self._complaint: int | None = None
        self.bookmark = ""

    @property
    def valid(self) -> bool:
        """Whether this process holds it at this moment."""
        return self._held is not None and self._clock() - self._renewed < RENEW_DEADLINE

    async def acquire(self) -> None:
        """Return once this process holds it; an API that is away is waited for."""
        while not await self._try():
            await self._sleep(RETRY)

    async def hold(self) -> None:
        """Renew until that is no longer possible. Raises LeaseLost; never returns."""
        while True:
            await self._sleep(RETRY)
            if not self.valid:
                raise LeaseLost(f"the lease {self._name} was not renewed for {RENEW_DEADLINE:g} s")
            if not await self._try() and self._held is None:
                raise LeaseLost(f"the lease {self._name} was taken by another replica")

    async def release(self) -> None:
        """Let the next one begin at once, at the bookmark. Raises a KubeError; the lease then runs out."""
        held, self._held = self._held, None
        if held is not None:
            document = self._document(held, taken=False)
            spec = {**document["spec"], "holderIdentity": "", "leaseDurationSeconds": 1}
            await self._put({**document, "spec": spec})

    async def _try(self) -> bool:
        """Create, take or renew it; tell whether it is ours and fresh now."""
        asked = self._clock()
        try:
            stored = await self._take() if self._held is None else await self._put(self._document(self._held))
        except Conflict:
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
        """Say once what is wrong: whoever may not read the Lease would wait in silence."""
        if self._complaint != error.status:
            self._complaint = error.status
            _log.warning("lease_not_reached", name=self._name, error=type(error).__name__, status=error.status)

    async def _take(self) -> Json | None:
        try:
            found = await self._api.call("GET", f"{self._collection}/{self._name}", timeout=RENEW_DEADLINE / 3)
        except NotFound:
            document = self._document(None, taken=True)
            return await self._api.call("POST", self._collection, document, timeout=RENEW_DEADLINE / 3)
        if not self._is_free(found):
            return None
        self.bookmark = str(_mapping(_mapping(found.get("metadata")).get("annotations")).get(BOOKMARK_ANNOTATION, ""))
        return await self._put(self._document(found, taken=True))

    async def _look_again(self) -> bool:
        try:
            found = await self._api.call("GET", f"{self._collection}/{self._name}", timeout=RENEW_DEADLINE / 3)
        except KubeError:
            return False
        mine = self._held is not None and _mapping(found.get("spec")).get("holderIdentity") == self._identity
        self._held = found if mine else None
        return False

    def _is_free(self, found: Json) -> bool:
        """Whether nobody holds it, or its holder has been silent for the whole duration by our own clock."""
        spec, now = _mapping(found.get("spec")), self._clock()
        mark = (spec.get("holderIdentity"), spec.get("renewTime"), spec.get("leaseTransitions"))
        if self._seen is None or self._seen[0] != mark:
            self._seen = (mark, now)
        if spec.get("holderIdentity") in ("", None, self._identity):
            return True
        duration = spec.get("leaseDurationSeconds")
        return now - self._seen[1] >= float(duration if isinstance(duration, int) else DURATION)

    async def _put(self, document: Json) -> Json:
        path = f"{self._collection}/{self._name}"
        return await self._api.call("PUT", path, document, timeout=RENEW_DEADLINE / 3)

    def _document(self, found: Json | None, *, taken: bool = False) -> Json:
        now = datetime.fromtimestamp(self._wall(), UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        before = _mapping((found or {}).get("spec"))
        transitions = before.get("leaseTransitions") or 0
        changed = taken and before.get("holderIdentity") not in (None, self._identity)
        spec = {
            "holderIdentity": self._identity,
            "leaseDurationSeconds": round(DURATION),
            "acquireTime": now if taken else before.get("acquireTime", now),
            "renewTime": now,
            "leaseTransitions": transitions + 1 if changed else transitions,
        }
        base: Json = found or {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": self._name, "namespace": self._namespace},
        }
        metadata = _mapping(base.get("metadata"))
        annotations = {**_mapping(metadata.get("annotations")), BOOKMARK_ANNOTATION: self.bookmark}
        return {**base, "metadata": {**metadata, "annotations": annotations}, "spec": spec}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
