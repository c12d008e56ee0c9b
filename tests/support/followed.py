"""What a router knows of a cluster, made by hand: pointers, revisions, Secrets."""

import json
from typing import Any

from sealane_api.canonical import spec_hash
from sealane_api.provider_route import RevisionSpec
from sealane_router.cluster.pointers import Pointer, RoutePointers
from sealane_router.cluster.revisions import Revision, Wanted, compiled
from tests.support.resources import Document, provider, rule

CREATED = "2026-11-22T10:00:00Z"


def spec_of(*models: Document, secret: str | None = "moonshot", ca: str | None = None, base: str = "a") -> Document:
    """One provider with a key of ``secret`` and certificates of ``ca`` that serves ``models`` (``kimi-`` if none)."""
    fields: dict[str, Any] = {"baseURL": f"https://{base}.test/v1"}
    if secret is not None:
        fields["credential"] = {"secretRef": {"name": secret, "key": "api-key"}}
    if ca is not None:
        fields["tls"] = {"caRef": {"name": ca, "key": "ca.crt"}}
    return {"providers": [provider(**fields)], "rules": [rule(models=list(models) or [{"prefix": "kimi-"}])]}


def hash_of(spec: Document) -> str:
    """The hash that a pointer at it has."""
    return spec_hash(RevisionSpec.model_validate(spec))


def wanted(number: int, spec: Document, name: str = "a", *, uid: str = "", created: str = CREATED) -> Wanted:
    """A revision of the route ``team/<name>`` as a pointer names it."""
    return Wanted("team", name, uid or f"uid-{name}", created, number, hash_of(spec))


def revision(number: int, spec: Document, name: str = "a", *, uid: str = "", created: str = CREATED) -> Revision:
    """The same, fetched and compiled."""
    return compiled(wanted(number, spec, name, uid=uid, created=created), json.dumps(spec).encode())


def pointers(stable: Revision | None, candidate: Revision | None = None, weight: int = 10) -> RoutePointers:
    """The route of these revisions (``team/a`` without any), pointing at them."""
    namespace, name, uid, created = ("team", "a", "uid-a", CREATED)
    for each in (candidate, stable):
        if each is not None:
            namespace, name, uid, created = each.wanted[:4]
    return RoutePointers(
        namespace,
        name,
        uid,
        created,
        version="1",
        stable=_pointer(stable),
        candidate=_pointer(candidate),
        weight=0 if candidate is None else weight,
    )


def owned(what: Revision | Wanted, spec: Document, *, uid: str | None = None, kind: str = "ProviderRoute") -> bytes:
    """The JSON of a revision's object."""
    name = what.wanted if isinstance(what, Revision) else what
    owner = {"kind": kind, "uid": uid or name.uid, "name": name.name, "controller": True}
    metadata = {"name": name.object_name, "namespace": name.namespace, "ownerReferences": [owner]}
    return json.dumps({"metadata": metadata, "spec": spec}).encode()


def _pointer(found: Revision | None) -> Pointer | None:
    return None if found is None else Pointer(found.wanted.number, found.wanted.hash)
