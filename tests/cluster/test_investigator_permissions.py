"""Each permission of the investigator is needed: whoever lacks it is refused where that one is used, and told so."""

import asyncio
import copy
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from sealane_api.diagnosis.error_event import ErrorEvent
from sealane_investigator.incident.recommendation import Rollback
from sealane_investigator.kube.lease import events_lease
from sealane_investigator.kube.rollback import Rollbacks
from sealane_investigator.kube.routes import ClusterRoutes
from sealane_investigator.kube.watching import Followed
from sealane_kube.configuration import load_configuration
from sealane_kube.connection import Connection
from sealane_kube.errors import Forbidden, KubeError
from tests.support.cluster import Cluster
from tests.support.kubectl import Kubectl
from tests.support.operated import Scene
from tests.support.rbac import HOME, Permission, manifests, permissions, removed, without
from tests.support.resources import Document

_MANIFESTS = manifests("investigator", "rollbacks")
#: What no rule of RBAC refuses by itself: the admission policy asks for it (test_policy.py).
_OF_THE_POLICY = "ask-for-others"
_TAKEN = [each for each in permissions(_MANIFESTS) if each.verb != _OF_THE_POLICY]


def _without(taken: Permission, name: str) -> list[Document]:
    """A ServiceAccount with everything but one permission."""
    made: list[Document] = [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name, "namespace": HOME}}
    ]
    for document in copy.deepcopy(_MANIFESTS):
        if document["kind"] == "ServiceAccount":
            continue
        lacks = (
            without(document, taken) if document["metadata"]["name"] == taken.role and "rules" in document else document
        )
        lacks["metadata"]["name"] += f".{name}"
        if "roleRef" in lacks:
            lacks["roleRef"]["name"] += f".{name}"
            lacks["subjects"][0]["name"] = name
        made.append(lacks)
    return made


class _Nowhere:
    async def take_events(self, events: Sequence[ErrorEvent]) -> None:
        """Nobody counts here."""


async def _leases(connection: Connection, name: str, route: str) -> None:
    """Take the Lease and renew it once; the first refusal is raised, where a replica would only wait."""
    lease = events_lease(connection, namespace=HOME, name="sealane-investigator", identity=name)
    taken = await lease._take()
    if taken is not None:
        await lease._put(lease._document(taken))


async def _events(connection: Connection, name: str, route: str) -> None:
    followed = Followed(connection, _Nowhere(), "", moved=lambda _: None)
    await followed.begin(None)
    async with asyncio.timeout(1):
        await followed.follow()


async def _routes(connection: Connection, name: str, route: str) -> None:
    await ClusterRoutes(connection).changes(route)


async def _rollback(connection: Connection, name: str, route: str) -> None:
    await Rollbacks(connection, enabled=True).ask(Rollback(route=route, from_revision=2, to_revision=1), "jane")


_CALLS: tuple[Callable[[Connection, str, str], Awaitable[None]], ...] = (_leases, _events, _routes, _rollback)


@asynccontextmanager
async def _connected(kubeconfig: Path) -> AsyncIterator[Connection]:
    connection = Connection(await load_configuration(kubeconfig), "tests")
    try:
        yield connection
    finally:
        await connection.close()


@pytest.fixture(scope="module")
def home(administrator: Kubectl) -> Iterator[Kubectl]:
    """The namespace of everybody; the Lease goes with each test, so that it is made anew."""
    administrator.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": HOME}})
    yield administrator
    administrator("delete", "lease", "sealane-investigator", f"--namespace={HOME}", "--ignore-not-found")


@pytest.mark.parametrize("taken", _TAKEN, ids=str)
async def test_every_permission_is_needed(
    control_plane: Cluster, home: Kubectl, scene: Scene, namespace: str, taken: Permission
) -> None:
    """Whoever has all but one is refused first where that one is needed."""
    for prefix in ("kimi-", "kimi-k"):  # what a revision changed is read from two
        scene.apply("chat", prefix)
        await scene.settle("chat")
    name = f"bereft-{uuid4().hex[:8]}"
    documents = _without(taken, name)
    home("create", "-f", "-", stdin=json.dumps({"apiVersion": "v1", "kind": "List", "items": documents}))
    kubeconfig = control_plane.service_account_kubeconfig(HOME, name)
    wanted = f'cannot {taken.verb} resource "{taken.resource}"'
    deadline = time.monotonic() + 90
    while True:  # the authorizer hears of roles and bindings a moment after they were written
        refused = await _first_refusal(home, kubeconfig, name, f"{namespace}/chat")
        if wanted in refused or time.monotonic() > deadline:
            break
        await asyncio.sleep(0.2)
    removed(home, documents)

    assert wanted in refused, refused or "nothing was refused"


async def _first_refusal(kubectl: Kubectl, kubeconfig: Path, name: str, route: str) -> str:
    """What the account is told where it is refused first; empty when it never is."""
    kubectl("delete", "lease", "sealane-investigator", f"--namespace={HOME}", "--ignore-not-found")
    async with _connected(kubeconfig) as connection:
        for call in _CALLS:
            try:
                await call(connection, name, route)
                if call is _leases:
                    await call(connection, name, route)  # the Lease is there by now
            except Forbidden as error:
                return str(error)
            except (KubeError, TimeoutError):
                continue
    return ""
