"""Every call that the operator and the routers make to the Kubernetes API, each made by the code that makes it.

A call raises Forbidden when a permission is missing. The operator's build on each other, in their order.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import uuid4

from sealane_kube.connection import Connection
from sealane_kube.errors import Forbidden, NotFound
from sealane_kube.lease import Lease
from sealane_operator.fleet.discovery import SlicedRouters
from sealane_operator.fleet.replica_sets import ReplicaSets
from sealane_operator.judgement.revisions import revision_body
from sealane_operator.kube.client import KubeClient
from sealane_operator.kube.recorder import EventRecorder, Reference
from sealane_operator.rollout.model import Note
from sealane_router.aio.tasks import spawn, stop
from sealane_router.cluster.kube.api import KubeApi
from tests.support.api_kube import connect
from tests.support.rbac import ROUTE, SECRET, Installation
from tests.support.resources import Document
from tests.support.waiting import until

T = TypeVar("T")

#: Seconds for what the recorder writes.
_PATIENCE = 20.0


def _number() -> int:
    return uuid4().int % 10**8 + 1


@dataclass(slots=True)
class Caller:
    """One ServiceAccount of an installation, through the operator's connection and through the routers' client."""

    at: Installation
    connection: Connection
    api: KubeApi
    kube: KubeClient
    #: Of the revision, and of the Event, that are its own.
    number: int = field(default_factory=_number)

    @property
    def revision(self) -> str:
        """The revision that it makes."""
        return f"{ROUTE}-{self.number}"

    async def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None, **how: Any) -> Document:
        """One call of the operator's connection."""
        return await self.connection.call(method, path, body, **how)

    async def route(self) -> Document:
        """The route that is looked after."""
        found = await self.kube.get_route(self.at.team, ROUTE)
        assert found is not None
        return found

    async def watch(self, path: str, selector: str = "") -> None:
        """Begin a watch and leave it."""
        await _first(self.api.watch(path, selector, "0", 1))

    async def list(self, path: str, selector: str = "") -> None:
        """Read the first page."""
        await _first(self.api.pages(path, selector))


@asynccontextmanager
async def calling(at: Installation, kubeconfig: Path) -> AsyncIterator[Caller]:
    """Be whoever the kubeconfig says until the block ends."""
    connection = await connect(kubeconfig)
    api = KubeApi(kubeconfig)
    await api.open()
    try:
        yield Caller(at, connection, api, KubeClient(connection, router_namespace=at.home))
    finally:
        await api.close()
        await connection.close()


Call = Callable[[Caller], Awaitable[object]]


async def made(call: Call, caller: Caller) -> None:
    """Make a call. Raises Forbidden; that something does not exist is an answer like any other."""
    try:
        await call(caller)
    except NotFound:
        return
    except Forbidden as error:
        raise Forbidden(str(error), error.status) from error


async def _first(items: AsyncIterator[T]) -> None:
    async with aclosing(cast("AsyncGenerator[T, None]", items)) as generator:
        await anext(generator)


async def _write_status(caller: Caller) -> None:
    route = await caller.route()
    await caller.kube.write_status(route, route["status"])


async def _create_revision(caller: Caller) -> None:
    await caller.kube.create_revision(caller.at.team, revision_body(await caller.route(), caller.number, "0" * 64))


async def _patch_revision(caller: Caller) -> None:
    found = await caller.kube.get_revision(caller.at.team, caller.revision)
    assert found is not None
    version = found["metadata"]["resourceVersion"]
    await caller.kube.patch_revision(caller.at.team, caller.revision, {"sealane.dev/state": "Stable"}, {}, version)


async def _delete_revision(caller: Caller) -> None:
    found = await caller.kube.get_revision(caller.at.team, caller.revision)
    assert found is not None
    await caller.kube.delete_revision(caller.at.team, caller.revision, found["metadata"]["resourceVersion"])


async def _grant_secrets(caller: Caller) -> None:
    await caller.kube.grant_secrets(caller.at.team, [SECRET])
    await caller.kube.grant_secrets(caller.at.team, ["another", SECRET])


class _Outspoken:
    """A Lease keeps trying when it is refused, and a recorder gives up in silence; this remembers why."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller
        self.refused: Forbidden | None = None
        self.methods: list[str] = []

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, **how: Any) -> Document:
        try:
            answer = await self._caller.ask(method, path, body, **how)
        except Forbidden as error:
            self.refused = error
            raise
        self.methods.append(method)
        return answer


class _Enough(Exception):
    """The Lease was renewed."""


async def _lead(caller: Caller) -> None:
    """Take the Lease, renew it and let it go."""
    api = _Outspoken(caller)
    pauses = 0

    async def pause(_seconds: float) -> None:
        nonlocal pauses
        pauses += 1
        if api.refused is not None:
            raise api.refused
        if pauses > 1:
            raise _Enough

    identity = uuid4().hex
    lease = Lease(
        api,
        namespace=caller.at.home,
        name="sealane-operator",
        identity=identity,
        unreached=lambda _error: None,
        sleep=pause,
    )
    await lease.acquire()
    pauses = 0
    try:
        await lease.hold()
    except _Enough:
        await lease.release()


async def _tell_about(caller: Caller, kind: str, namespace: str) -> None:
    """Write an Event, then count it again: the recorder writes counts after another Event, when a minute has passed."""
    api = _Outspoken(caller)
    clock = 0.0
    recorder = EventRecorder(
        api, instance="test", leading=lambda: True, count=lambda _result: None, monotonic=lambda: clock
    )
    about = Reference("example.dev/v1", kind, namespace, ROUTE, uid=uuid4().hex)
    once, another = (Note("Normal", "RolloutStarted", "Roll", words) for words in ("once", "another"))
    writing = spawn(recorder.run(), name="events")
    try:
        async with asyncio.timeout(_PATIENCE):
            recorder.tell(about, once)
            await recorder.drain()
            clock = 61.0
            recorder.tell(about, once)
            recorder.tell(about, another)
            await until(lambda: api.refused is not None or "PATCH" in api.methods)
    finally:
        await stop(writing)
    if api.refused is not None:
        raise api.refused


async def _look_for_the_policy(caller: Caller) -> None:
    """An operator that may not look takes it for absent; this says why."""
    api = _Outspoken(caller)
    await KubeClient(api, router_namespace=caller.at.home).policy_exists()
    if api.refused is not None:
        raise api.refused


OPERATOR: dict[str, Call] = {
    "lead": _lead,
    "list routes": lambda c: c.list(c.at.watched("providerroutes")),
    "watch routes": lambda c: c.watch(c.at.watched("providerroutes")),
    "list revisions": lambda c: c.list(c.at.watched("providerrouterevisions")),
    "watch revisions": lambda c: c.watch(c.at.watched("providerrouterevisions")),
    "read a route": lambda c: c.route(),
    "read the keys of a Secret": lambda c: c.kube.secret_keys(c.at.team, SECRET),
    "create a revision": _create_revision,
    "read and label a revision": _patch_revision,
    "delete a revision": _delete_revision,
    "let routers read Secrets": _grant_secrets,
    "write a status": _write_status,
    "tell about a route": lambda c: _tell_about(c, "ProviderRoute", c.at.team),
    "tell about the routers' Deployment": lambda c: _tell_about(c, "Deployment", c.at.home),
    "find routers": lambda c: SlicedRouters(c.connection, c.at.home).find(),
    "find a router's Deployment": lambda c: ReplicaSets(c.connection, c.at.home).find("sealane-router-1"),
    "look for the policy": _look_for_the_policy,
}

ROUTER: dict[str, Call] = {
    "list routes": lambda c: c.list(c.at.watched("providerroutes")),
    "watch routes": lambda c: c.watch(c.at.watched("providerroutes")),
    "fetch a revision": lambda c: c.api.get(f"{_team(c)}/providerrouterevisions/{c.revision}"),
}

#: What a router may do once the operator lets it.
GRANTED: dict[str, Call] = {
    "fetch a Secret": lambda c: c.api.get(_secret(c, SECRET)),
    "list one Secret": lambda c: c.list(_secret(c, ""), f"metadata.name={SECRET}"),
    "watch one Secret": lambda c: c.watch(_secret(c, ""), f"metadata.name={SECRET}"),
}


def _team(caller: Caller) -> str:
    return f"/apis/sealane.dev/v1alpha1/namespaces/{caller.at.team}"


def _secret(caller: Caller, name: str) -> str:
    return f"/api/v1/namespaces/{caller.at.team}/secrets/{name}".rstrip("/")


def calls(account: str, *, wide: bool) -> dict[str, Call]:
    """Every call of an account that needs a permission, in order: the policy is of no namespace."""
    if account == "sealane-router":
        return ROUTER
    return {name: call for name, call in OPERATOR.items() if wide or call is not _look_for_the_policy}
