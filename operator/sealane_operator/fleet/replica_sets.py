"""Which ReplicaSet a router belongs to, and which Deployment that belongs to: read by name, kept for a minute.

https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/replica-set-v1/
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from sealane_kube.errors import NotFound
from sealane_kube.raw import Raw, mapping_at, mappings, text_at

from .interfaces import Api

#: ReplicaSets that are kept; a Deployment has two at a time.
MAX_KEPT = 64

#: Seconds for which one is kept: ``kubectl rollout undo`` gives an old one a new revision.
KEEP_SECONDS = 60.0

_REVISION = "deployment.kubernetes.io/revision"


@dataclass(frozen=True, slots=True)
class ReplicaSet:
    """A ReplicaSet of a Deployment; ``revision`` is the Deployment's count of it, ``created`` RFC 3339."""

    name: str
    revision: int
    created: str
    deployment: str
    deployment_uid: str


class ReplicaSets:
    """Those of ``namespace``; ``clock`` is monotonic seconds."""

    def __init__(self, api: Api, namespace: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.namespace = namespace
        self._api = api
        self._path = f"/apis/apps/v1/namespaces/{namespace}/replicasets"
        self._clock = clock
        self._kept: dict[str, tuple[float, ReplicaSet | None]] = {}

    async def find(self, name: str) -> ReplicaSet | None:
        """Return the ReplicaSet; None when there is none, or no Deployment owns it. Raises a KubeError."""
        now = self._clock()
        kept = self._kept.get(name)
        if kept is not None and now - kept[0] < KEEP_SECONDS:
            return kept[1]
        try:
            found = read_replica_set(await self._api.call("GET", f"{self._path}/{name}"))
        except NotFound:
            found = None
        self._kept.pop(name, None)
        while len(self._kept) >= MAX_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[name] = (now, found)
        return found


def read_replica_set(raw: Raw) -> ReplicaSet | None:
    """Return what is asked of a ReplicaSet; None when no Deployment controls it."""
    for owner in mappings(mapping_at(raw, "metadata").get("ownerReferences")):
        if owner.get("kind") == "Deployment" and owner.get("controller") is True:
            revision = text_at(raw, "metadata", "annotations", _REVISION)
            return ReplicaSet(
                name=text_at(raw, "metadata", "name"),
                revision=int(revision) if revision.isascii() and revision.isdigit() else 0,
                created=text_at(raw, "metadata", "creationTimestamp"),
                deployment=text_at(owner, "name"),
                deployment_uid=text_at(owner, "uid"),
            )
    return None
