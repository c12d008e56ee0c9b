"""What a ProviderRoute's status points at: all that a router reads of the object; pure.

The spec is intent, and not a router's to serve: what serves stands in the revision that the status names.
"""

from dataclasses import dataclass, field
from typing import Any

import msgspec

_HASH_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Pointer:
    """A revision by its number and the hash that it must have."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class RoutePointers:
    """A route as its status says it is; ``weight`` is the candidate's, in percent.

    ``problem`` says, for people, why the status says nothing, where it should. Two that differ in their version alone
    are equal: whatever else was written to the object is not a router's business.
    """

    namespace: str
    name: str
    uid: str
    created: str
    version: str = field(compare=False)
    stable: Pointer | None = None
    candidate: Pointer | None = None
    weight: int = 0
    problem: str | None = None

    @property
    def key(self) -> str:
        """``namespace/name``."""
        return f"{self.namespace}/{self.name}"


class _Metadata(msgspec.Struct):
    name: str
    namespace: str
    uid: str
    resourceVersion: str  # noqa: N815 - Kubernetes' own spelling, as below
    creationTimestamp: str = ""  # noqa: N815


class _Object(msgspec.Struct):
    metadata: _Metadata
    status: msgspec.Raw = msgspec.Raw(b"{}")


class _Pointer(msgspec.Struct):
    revision: int
    hash: str
    weight: int = 0


class _Status(msgspec.Struct):
    stable: _Pointer | None = None
    candidate: _Pointer | None = None


def pointers_of(raw: "msgspec.Raw | bytes") -> RoutePointers:
    """Read a ProviderRoute's JSON; raises msgspec.ValidationError when it is no object of Kubernetes.

    A status that is not what it should be concerns one route, and makes only that one's pointers a problem.
    """
    found = msgspec.json.decode(raw, type=_Object)
    metadata = found.metadata
    who: dict[str, Any] = {
        "namespace": metadata.namespace,
        "name": metadata.name,
        "uid": metadata.uid,
        "created": metadata.creationTimestamp,
        "version": metadata.resourceVersion,
    }
    try:
        status = msgspec.json.decode(found.status, type=_Status | None) or _Status()
    except msgspec.ValidationError as error:
        return RoutePointers(**who, problem=f"the route's status cannot be read: {error}"[:300])
    stable, candidate = _pointer(status.stable), _pointer(status.candidate)
    if (stable is None) is not (status.stable is None) or (candidate is None) is not (status.candidate is None):
        return RoutePointers(**who, problem="the route's status points at a revision without a number or a hash")
    weight = 0 if status.candidate is None else max(0, min(100, status.candidate.weight))
    return RoutePointers(**who, stable=stable, candidate=candidate, weight=weight)


def _pointer(written: _Pointer | None) -> Pointer | None:
    if written is None or written.revision < 1 or len(written.hash) != _HASH_LENGTH:
        return None
    return Pointer(written.revision, written.hash)
