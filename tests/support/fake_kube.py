"""A Kubernetes API in memory: resourceVersions, conflicts, generations, and writes that can be cut off anywhere.

It is what the reconciler calls and, with a delay that the test decides, what it sees.
"""

import copy
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sealane_api.crd.revision import revision_name
from sealane_kube.errors import AlreadyExists, Conflict, Forbidden, NotFound
from tests.support.resources import Document

#: When every object of the fake was made, unless a test says otherwise.
CREATED = "2026-01-01T00:00:00Z"


class Died(BaseException):
    """The process ended here; no ``except Exception`` sees it."""


@dataclass(slots=True)
class FakeKube:
    """The objects, and what was written: ``writes`` names each write in order.

    ``before`` and ``after`` are called with the number of each write, from 0, and may raise.
    """

    routes: dict[str, Document] = field(default_factory=dict)
    revisions: dict[str, Document] = field(default_factory=dict)
    secrets: dict[str, frozenset[str]] = field(default_factory=dict)
    granted: dict[str, tuple[str, ...]] = field(default_factory=dict)
    policy: bool = True
    hidden: bool = False
    """Whether Secrets may not be read."""
    writes: list[str] = field(default_factory=list)
    reads: list[str] = field(default_factory=list)
    before: Callable[[int], None] = lambda _number: None
    after: Callable[[int], None] = lambda _number: None
    _versions: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _uids: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    # --- what people do

    def apply(self, document: Document, *, created: str = CREATED) -> Document:
        """Create or change a route, as kubectl does: a changed spec is a new generation."""
        metadata = document["metadata"]
        key = f"{metadata.setdefault('namespace', 'team')}/{metadata['name']}"
        old = self.routes.get(key)
        stored = copy.deepcopy(document)
        if old is None:
            stored["metadata"] |= {"uid": f"uid-{next(self._uids)}", "creationTimestamp": created, "generation": 1}
        else:
            changed = old["spec"] != stored["spec"]
            stored["metadata"] = old["metadata"] | stored["metadata"]
            stored["metadata"]["generation"] = old["metadata"]["generation"] + changed
            if "status" in old:
                stored["status"] = old["status"]
        self.routes[key] = self._stored(stored)
        return self.routes[key]

    def annotate(self, key: str, annotations: Mapping[str, str]) -> None:
        """Set annotations of a route."""
        route = copy.deepcopy(self.routes[key])
        route["metadata"].setdefault("annotations", {}).update(annotations)
        self.routes[key] = self._stored(route)

    def wipe_status(self, key: str) -> None:
        """Lose a status, as a restored backup does."""
        route = copy.deepcopy(self.routes[key])
        route.pop("status", None)
        self.routes[key] = self._stored(route)

    def delete(self, key: str, *, collect: bool = True) -> None:
        """Delete a route; ``collect`` also what it owned, as the garbage collector does in time."""
        uid = self.routes.pop(key)["metadata"]["uid"]
        if collect:
            self.revisions = {
                name: item
                for name, item in self.revisions.items()
                if item["metadata"]["ownerReferences"][0]["uid"] != uid
            }

    def states(self, key: str) -> dict[int, str | None]:
        """The state label of each revision of a route."""
        namespace, _, name = key.partition("/")
        labels = [
            item["metadata"]["labels"]
            for item in self.revisions.values()
            if item["metadata"]["namespace"] == namespace and item["metadata"]["labels"]["sealane.dev/route"] == name
        ]
        return {int(each["sealane.dev/revision"]): each.get("sealane.dev/state") for each in labels}

    # --- what the reconciler calls

    async def get_route(self, namespace: str, name: str) -> Document | None:
        self.reads.append(f"route {namespace}/{name}")
        return copy.deepcopy(self.routes.get(f"{namespace}/{name}"))

    async def get_revision(self, namespace: str, name: str) -> Document | None:
        self.reads.append(f"revision {namespace}/{name}")
        return copy.deepcopy(self.revisions.get(f"{namespace}/{name}"))

    async def create_revision(self, namespace: str, body: Mapping[str, Any]) -> Document:
        key = f"{namespace}/{body['metadata']['name']}"
        with _Write(self, f"create {key}"):
            if key in self.revisions:
                raise AlreadyExists(f"{key} exists")
            made = copy.deepcopy(dict(body))
            made["metadata"] |= {"uid": f"uid-{next(self._uids)}", "creationTimestamp": CREATED}
            self.revisions[key] = self._stored(made)
        return copy.deepcopy(self.revisions[key])

    async def patch_revision(
        self,
        namespace: str,
        name: str,
        labels: Mapping[str, str],
        annotations: Mapping[str, str],
        resource_version: str,
    ) -> Document:
        key = f"{namespace}/{name}"
        with _Write(self, f"label {key} {labels.get('sealane.dev/state')}"):
            item = self._current(self.revisions, key, resource_version)
            item["metadata"]["labels"].update(labels)
            item["metadata"]["annotations"].update(annotations)
            self.revisions[key] = self._stored(item)
        return copy.deepcopy(self.revisions[key])

    async def delete_revision(self, namespace: str, name: str, resource_version: str) -> None:
        key = f"{namespace}/{name}"
        with _Write(self, f"delete {key}"):
            if key in self.revisions:
                self._current(self.revisions, key, resource_version)
                del self.revisions[key]

    async def write_status(self, route: Mapping[str, Any], status: Mapping[str, Any]) -> Document:
        metadata = route["metadata"]
        key = f"{metadata['namespace']}/{metadata['name']}"
        with _Write(self, f"status {key}"):
            stored = self._current(self.routes, key, metadata["resourceVersion"])
            stored["status"] = copy.deepcopy(dict(status))
            self.routes[key] = self._stored(stored)
        return copy.deepcopy(self.routes[key])

    async def secret_keys(self, namespace: str, name: str) -> frozenset[str] | None:
        self.reads.append(f"secret {namespace}/{name}")
        if self.hidden:
            raise Forbidden("secrets is forbidden")
        return self.secrets.get(f"{namespace}/{name}")

    async def grant_secrets(self, namespace: str, names: Sequence[str]) -> None:
        self.reads.append(f"role {namespace}")
        if self.granted.get(namespace, ()) == tuple(names):
            return
        with _Write(self, f"grant {namespace} {','.join(names)}"):
            self.granted[namespace] = tuple(names)

    async def policy_exists(self) -> bool:
        self.reads.append("policy")
        return self.policy

    def _stored(self, item: Document) -> Document:
        item["metadata"]["resourceVersion"] = str(next(self._versions))
        return item

    @staticmethod
    def _current(objects: Mapping[str, Document], key: str, resource_version: str) -> Document:
        item = objects.get(key)
        if item is None:
            raise NotFound(f"{key} is gone")
        if item["metadata"]["resourceVersion"] != resource_version:
            raise Conflict(f"{key} changed")
        return copy.deepcopy(item)


@dataclass(slots=True)
class _Write:
    """One write, between the two moments at which the process may end."""

    kube: FakeKube
    what: str

    def __enter__(self) -> None:
        self.kube.before(len(self.kube.writes))

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        if kind is None:
            self.kube.writes.append(self.what)
            self.kube.after(len(self.kube.writes) - 1)


@dataclass(slots=True)
class FakeWatch:
    """What the watches show of a :class:`FakeKube`: everything at once, or what was there at the last ``catch_up``."""

    kube: FakeKube
    live: bool = True
    _routes: dict[str, Document] = field(default_factory=dict)
    _revisions: dict[str, Document] = field(default_factory=dict)

    @property
    def routes(self) -> Mapping[str, Document]:
        return self.kube.routes if self.live else self._routes

    def revisions(self, namespace: str, route: str) -> Sequence[Mapping[str, Any]]:
        shown = self.kube.revisions if self.live else self._revisions
        prefix = f"{namespace}/{revision_name(route, 0)[:-1]}"
        return [{"metadata": item["metadata"]} for name, item in shown.items() if name.startswith(prefix)]

    def catch_up(self) -> None:
        """Show what is there now."""
        self._routes, self._revisions = copy.deepcopy(self.kube.routes), copy.deepcopy(self.kube.revisions)
