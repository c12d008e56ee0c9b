"""A Kubernetes API of one namespace, played in memory: what kubectl-sealane asks of it, and what it refuses."""

import copy
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any

from sealane_kube.errors import Conflict, KubeError, NotFound
from tests.support.resources import Document, route

NAMESPACE = "team"
USER = "jane doe"
UID = "11111111-2222-3333-4444-555555555555"

#: 2026-11-22T23:00:00Z, the beginning of every scene.
BEGIN = 1_795_388_400.0
BEGIN_TEXT = "2026-11-22T23:00:00Z"

_SEALANE = "/apis/sealane.dev/v1alpha1"
_ROUTES = f"{_SEALANE}/namespaces/{NAMESPACE}/providerroutes"
_REVISIONS = f"{_SEALANE}/namespaces/{NAMESPACE}/providerrouterevisions"
_EVENTS = f"/api/v1/namespaces/{NAMESPACE}/events"
_REVIEW = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


def hash_of(number: int) -> str:
    """A hash for each revision."""
    return f"{number:064x}"


def condition(kind: str, status: str = "True", reason: str = "", message: str = "as it should be") -> Document:
    """One condition of a status."""
    return {
        "type": kind,
        "status": status,
        "reason": reason or kind,
        "message": message,
        "lastTransitionTime": BEGIN_TEXT,
        "observedGeneration": 1,
    }


def pointer(number: int, **members: object) -> Document:
    """What a status says of a revision."""
    return {"revision": number, "hash": hash_of(number), **members}


def settled(number: int = 7, **members: object) -> Document:
    """The status of a route of which nothing is under way, with ``members`` added or replaced."""
    return {
        "observedGeneration": 1,
        "stable": pointer(number),
        "programmed": {"ready": 3, "desired": 3},
        "rollout": {"phase": "Idle"},
        "conditions": [
            condition("Ready", reason="Serving"),
            condition("Accepted"),
            condition("ResolvedRefs"),
            condition("Programmed"),
            condition("Progressing", "False", "RolloutComplete", f"revision {number} serves"),
        ],
        **members,
    }


def stepping(weight: int = 10, step: int = 1, **members: object) -> Document:
    """The status of a route of which revision 8 is on trial beside 7."""
    conditions = settled()["conditions"][:4]
    return settled(
        candidate=pointer(8, weight=weight, step=step),
        rollout={"phase": "Stepping"},
        conditions=[*conditions, condition("Progressing", "True", "StepRunning", f"{weight} % of the traffic")],
    ) | dict(members)


def served_route(status: Document | None = None, name: str = "chat", **spec: Any) -> Document:
    """A route as the API server holds it."""
    document = route(name, NAMESPACE, **{"rollout": {"steps": [{"weight": 10}, {"weight": 50}]}, **spec})
    document["metadata"] |= {
        "uid": UID if name == "chat" else f"uid-of-{name}",
        "generation": 1,
        "resourceVersion": "100",
        "creationTimestamp": "2026-11-13T23:00:00Z",
    }
    return document | {"status": settled() if status is None else status}


def revision(number: int, state: str = "Superseded", *, owner: str = UID, **spec: Any) -> Document:
    """A revision of ``chat`` as the operator makes it, promoted ``number`` hours after the beginning."""
    found = route("chat", NAMESPACE, **spec)["spec"]
    promoted = {} if state == "Candidate" else {"sealane.dev/promoted-at": f"2026-11-22T{number:02}:00:00Z"}
    return {
        "apiVersion": "sealane.dev/v1alpha1",
        "kind": "ProviderRouteRevision",
        "metadata": {
            "name": f"chat-{number}",
            "namespace": NAMESPACE,
            "labels": {"sealane.dev/route": "chat", "sealane.dev/revision": str(number), "sealane.dev/state": state},
            "annotations": {"sealane.dev/hash": hash_of(number), "sealane.dev/requested-by": USER, **promoted},
            "creationTimestamp": "2026-11-22T01:00:00Z",
            "ownerReferences": [{"kind": "ProviderRoute", "uid": owner, "controller": True}],
        },
        "spec": found,
    }


class ScriptedApi:
    """``refuse`` is asked before each call, and raises what the API should answer; ``calls`` are noted as they come.

    ``watches`` are played one after the other, each a list of events; an exception in it is raised.
    """

    def __init__(self, *routes: Document, user: str = USER) -> None:
        self.routes = {str(item["metadata"]["name"]): item for item in routes}
        self.revisions: dict[str, Document] = {}
        self.events: list[Document] = []
        self.user = user
        self.calls: list[str] = []
        self.headers: list[Mapping[str, str]] = []
        self.queries: list[Mapping[str, str]] = []
        self.refuse: Callable[[str, str], None] = lambda _method, _path: None
        self.watches: list[list[Document | KubeError]] = []
        self.pages: int = 1

    def request_on(self, name: str = "chat") -> str:
        """The request that a route carries."""
        return str(self.routes[name]["metadata"].get("annotations", {}).get("sealane.dev/request", ""))

    def set_status(self, status: Document, name: str = "chat") -> None:
        """Write a status as the operator does."""
        self.routes[name]["status"] = status
        self._touch(self.routes[name])

    def add_revisions(self, *items: Document) -> None:
        """Store revisions."""
        self.revisions |= {str(item["metadata"]["name"]): item for item in items}

    async def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
        timeout: float = 10.0,  # noqa: ASYNC109 - the signature of a connection
    ) -> Document:
        """Answer one call."""
        self.calls.append(f"{method} {path}")
        self.headers.append(headers or {})
        self.queries.append(query or {})
        self.refuse(method, path)
        if path == _REVIEW:
            return {"status": {"userInfo": {"username": self.user}}}
        if path in {_ROUTES, f"{_SEALANE}/providerroutes"}:
            return self._page(list(self.routes.values()), query or {})
        if path == _REVISIONS:
            return {"items": [{"metadata": item["metadata"]} for item in self.revisions.values()]}
        if path == _EVENTS:
            return {"items": self.events}
        folder, _, name = path.rpartition("/")
        held = {_ROUTES: self.routes, _REVISIONS: self.revisions}.get(folder, {}).get(name)
        if held is None:
            raise NotFound(f"{method} {path}: not found", 404)
        return copy.deepcopy(held) if method == "GET" else self._patched(held, body or {}, query or {})

    async def watch(
        self, path: str, *, query: Mapping[str, str], headers: Mapping[str, str] | None = None, seconds: int
    ) -> AsyncGenerator[Document, None]:
        """Play the next watch; after the last one, end the command as Ctrl-C does."""
        self.calls.append(f"WATCH {path} {query['resourceVersion']}")
        if not self.watches:
            raise KeyboardInterrupt
        for event in self.watches.pop(0):
            if isinstance(event, KubeError):
                raise event
            yield event

    def _page(self, items: list[Document], query: Mapping[str, str]) -> Document:
        at = int(query.get("continue") or 0)
        more = {"continue": str(at + 1)} if at + 1 < self.pages else {}
        return {"metadata": {"resourceVersion": "100", **more}, "items": copy.deepcopy(items) if at == 0 else []}

    def _patched(self, held: Document, body: Mapping[str, Any], query: Mapping[str, str]) -> Document:
        if body["metadata"]["resourceVersion"] != held["metadata"]["resourceVersion"]:
            raise Conflict("it changed", 409)
        target = copy.deepcopy(held) if query.get("dryRun") == "All" else held
        target["metadata"].setdefault("annotations", {}).update(body["metadata"]["annotations"])
        if target is held:
            self._touch(held)
        return copy.deepcopy(target)

    @staticmethod
    def _touch(held: Document) -> None:
        held["metadata"]["resourceVersion"] = str(int(held["metadata"]["resourceVersion"]) + 1)
