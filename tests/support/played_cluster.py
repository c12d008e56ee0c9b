"""A Kubernetes API of routes, revisions and Secrets in the test's own process: lists, watches, and outages."""

import asyncio
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from typing import Any

import msgspec

from sealane_kube.errors import Forbidden, KubeError, NotFound
from sealane_router.cluster.kube.api import Event, Metadata, Page
from sealane_router.cluster.revisions import Revision
from tests.support.followed import owned
from tests.support.resources import Document

_ROUTES = "/apis/sealane.dev/v1alpha1/providerroutes"


class PlayedCluster:
    """What is in it is written by ``route``, ``revision``, ``secret`` and ``remove``; ``error`` is every answer while
    it is set; ``denied`` are Secrets that may not be read. ``opened`` counts."""

    def __init__(self) -> None:
        self.error: KubeError | None = None
        self.denied: set[str] = set()
        self.opened = 0
        self.asked: list[str] = []
        self._version = 100
        self._objects: dict[str, dict[str, bytes]] = {}
        self._revisions: dict[str, bytes] = {}
        self._watchers: list[tuple[str, asyncio.Queue[Event | KubeError]]] = []

    # What the test writes

    def route(
        self, stable: Revision | None, candidate: Revision | None = None, weight: int = 10, name: str = "a"
    ) -> None:
        """A route of the namespace ``team`` that points at these."""
        whose = stable or candidate
        uid, created = (f"uid-{name}", "") if whose is None else (whose.wanted.uid, whose.wanted.created)
        name = name if whose is None else whose.wanted.name
        status: Document = {"stable": _pointer(stable), "candidate": _pointer(candidate)}
        if candidate is not None:
            status["candidate"]["weight"] = weight
        metadata = {"name": name, "namespace": "team", "uid": uid, "creationTimestamp": created}
        self._put(_ROUTES, name, {"metadata": metadata, "status": status})

    def revision(self, revision: Revision) -> None:
        """A revision that can be fetched."""
        self._revisions[revision.wanted.object_name] = owned(revision, json.loads(revision.spec))

    def secret(self, name: str = "moonshot", **data: str) -> None:
        """A Secret of the namespace ``team``."""
        encoded = {key.replace("_", "-"): b64encode(text.encode()).decode() for key, text in data.items()}
        self._put(f"metadata.name={name}", name, {"metadata": {"name": name, "namespace": "team"}, "data": encoded})

    def remove(self, name: str, *, secret: bool = False) -> None:
        """A route or a Secret is deleted."""
        place = f"metadata.name={name}" if secret else _ROUTES
        last = json.loads(self._objects[place].pop(name))
        self._tell(place, "DELETED", self._stamped(last))

    def fail(self, error: KubeError | None) -> None:
        """Answer everything with ``error`` from now on, watches that are open too; None: be well again."""
        self.error = error
        if error is not None:
            for _, queue in self._watchers:
                queue.put_nowait(error)

    # What a router asks

    async def open(self) -> None:
        self.opened += 1

    async def close(self) -> None:
        self.opened -= 1

    async def get(self, path: str) -> bytes:
        self._ask(f"get {path.rpartition('/')[2]}")
        found = self._revisions.get(path.rpartition("/")[2])
        if found is None:
            raise NotFound("not found", 404)
        return found

    async def pages(self, path: str, selector: str) -> AsyncIterator[Page]:
        place = selector or path
        self._ask(f"list {place}")
        items = [msgspec.Raw(each) for each in self._objects.get(place, {}).values()]
        yield Page(Metadata(resourceVersion=str(self._version)), items)

    async def watch(self, path: str, selector: str, version: str, seconds: int) -> AsyncIterator[Event | None]:
        place = selector or path
        self._ask(f"watch {place}")
        mine: tuple[str, asyncio.Queue[Event | KubeError]] = (place, asyncio.Queue())
        self._watchers.append(mine)
        try:
            yield None
            while True:
                event = await mine[1].get()
                if isinstance(event, KubeError):
                    raise event
                yield event
        finally:
            self._watchers.remove(mine)

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        if self.error is not None:
            raise self.error
        if what.partition("metadata.name=")[2] in self.denied:
            raise Forbidden("secrets is forbidden", 403)

    def _put(self, place: str, name: str, item: Document) -> None:
        content = self._stamped(item)
        self._objects.setdefault(place, {})[name] = content
        self._tell(place, "MODIFIED", content)

    def _stamped(self, item: Document) -> bytes:
        self._version += 1
        item["metadata"]["resourceVersion"] = str(self._version)
        return json.dumps(item).encode()

    def _tell(self, place: str, kind: str, content: bytes) -> None:
        for watched, queue in self._watchers:
            if watched == place:
                queue.put_nowait(Event(kind, msgspec.Raw(content)))


def _pointer(revision: Revision | None) -> dict[str, Any] | None:
    return None if revision is None else {"revision": revision.wanted.number, "hash": revision.wanted.hash}
