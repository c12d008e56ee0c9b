"""Warning events on a real API server, with the investigator's own permissions: counted once, whoever watches."""

import asyncio
import json
import urllib.request
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sealane_api.diagnosis.error_event import ErrorEvent, Origin
from sealane_investigator.incident.recommendation import Rollback
from sealane_investigator.kube.lease import events_lease
from sealane_investigator.kube.rollback import Rollbacks
from sealane_investigator.kube.routes import ClusterRoutes
from sealane_investigator.kube.watching import WarningWatch
from sealane_kube.configuration import load_configuration
from sealane_kube.connection import Connection
from sealane_kube.errors import Forbidden
from tests.support.cluster import Cluster, ControlPlane
from tests.support.kubectl import Kubectl
from tests.support.operated import Scene
from tests.support.rbac import HOME, manifests
from tests.support.resources import provider
from tests.support.waiting import until

_FIRST = datetime(2025, 11, 18, 12, 0, tzinfo=UTC)
_LAST = datetime(2025, 11, 18, 12, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def account(control_plane: Cluster, administrator: Kubectl) -> Iterator[Path]:
    """A kubeconfig of the investigator's ServiceAccount, which may read and nothing else."""
    administrator.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": HOME}})
    administrator.apply(*manifests("investigator"))
    yield control_plane.service_account_kubeconfig(HOME, "sealane-investigator")
    for each in manifests("investigator"):
        where = () if each["kind"].startswith("Cluster") else (f"--namespace={HOME}",)
        administrator("delete", each["kind"], each["metadata"]["name"], "--ignore-not-found", *where)
    administrator("delete", "lease", "sealane-investigator", f"--namespace={HOME}", "--ignore-not-found")


class _Store:
    """Counts as the store does: an id counts once."""

    def __init__(self) -> None:
        self.events: dict[str, ErrorEvent] = {}

    async def take_events(self, events: Sequence[ErrorEvent]) -> None:
        for each in events:
            self.events.setdefault(each.id, each)

    def count(self, reason: str) -> int:
        return sum(each.count for each in self.events.values() if each.code == reason)


@asynccontextmanager
async def _connected(kubeconfig: Path) -> AsyncIterator[Connection]:
    connection = Connection(await load_configuration(kubeconfig), "tests")
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def _replica(kubeconfig: Path, store: _Store, namespace: str, name: str) -> AsyncIterator[None]:
    """A replica that follows, until it is told to stop."""
    async with _connected(kubeconfig) as connection:
        lease = events_lease(connection, namespace=HOME, name="sealane-investigator", identity=name)
        running = asyncio.get_running_loop().create_task(WarningWatch(connection, store, lease, (namespace,)).run())
        try:
            yield
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running


def _happens(
    kubectl: Kubectl, namespace: str, reason: str, count: int, *, first: datetime = _FIRST, last: datetime = _LAST
) -> None:
    """An Event as the kubelet writes it, made or counted further."""
    event: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": f"web.{reason.lower()}", "namespace": namespace},
        "type": "Warning",
        "reason": reason,
        "message": f"{reason} of the test",
        "count": count,
        "involvedObject": {"apiVersion": "v1", "kind": "Pod", "name": "web-7d4b9c6f5d-x2x4z", "namespace": namespace},
        "source": {"component": "kubelet"},
        "firstTimestamp": f"{first:%Y-%m-%dT%H:%M:%SZ}",
        "lastTimestamp": f"{last:%Y-%m-%dT%H:%M:%SZ}",
    }
    kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=json.dumps(event))


async def test_warnings_are_counted_once_across_replicas(administrator: Kubectl, namespace: str, account: Path) -> None:
    """One replica follows by its Lease; the next one goes on at its bookmark, and what happened between is not lost."""
    store = _Store()
    _happens(administrator, namespace, "BackOff", 5)
    async with _replica(account, store, namespace, "one"):
        await until(lambda: store.count("BackOff") == 5)
        _happens(administrator, namespace, "BackOff", 6)
        _happens(administrator, namespace, "Unhealthy", 1)
        await until(lambda: store.count("Unhealthy") == 1)
    _happens(administrator, namespace, "BackOff", 9)
    _happens(administrator, namespace, "FailedMount", 2)
    async with _replica(account, store, namespace, "two"):
        await until(lambda: store.count("FailedMount") == 2)
        _happens(administrator, namespace, "Unhealthy", 4)
        await until(lambda: store.count("Unhealthy") == 4)

    assert {reason: store.count(reason) for reason in ("BackOff", "Unhealthy", "FailedMount")} == {
        "BackOff": 9,
        "Unhealthy": 4,
        "FailedMount": 2,
    }
    assert {each.workload for each in store.events.values()} == {f"{namespace}/Deployment/web"}
    assert {each.origin for each in store.events.values()} == {Origin.KUBERNETES}


def _forgets(plane: ControlPlane) -> None:
    """etcd drops every version but the newest, as it does five minutes later by itself."""
    words = Path(f"/proc/{plane.etcd.pid}/cmdline").read_text(encoding="utf-8").split("\0")
    (url,) = (word.partition("=")[2] for word in words if word.startswith("--advertise-client-urls="))
    version = json.loads(plane.kubectl("get", "--raw", "/api/v1/events"))["metadata"]["resourceVersion"]
    body = json.dumps({"revision": version, "physical": True}).encode()
    with urllib.request.urlopen(f"{url}/v3/kv/compaction", body, timeout=10) as answer:
        assert answer.status == 200


async def test_an_api_server_that_has_forgotten_the_bookmark(private_control_plane: ControlPlane) -> None:
    """What ended is known, what began since counts wholly, what went on counts at least once and never twice."""
    kubectl = private_control_plane.kubectl
    kubectl.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": HOME}})
    kubectl.apply(*manifests("investigator"))
    account = private_control_plane.service_account_kubeconfig(HOME, "sealane-investigator")
    store = _Store()
    for reason in ("Ended", "GoesOn"):
        _happens(kubectl, "default", reason, 5)
    async with _replica(account, store, "default", "one"):
        await until(lambda: store.count("GoesOn") == 5)
    later = datetime.now(UTC) + timedelta(seconds=5)
    _happens(kubectl, "default", "GoesOn", 9, last=later)
    _happens(kubectl, "default", "New", 3, first=later, last=later)
    _forgets(private_control_plane)
    async with _replica(account, store, "default", "two"):
        await until(lambda: store.count("New") == 3)
        _happens(kubectl, "default", "Ended", 6, last=later)
        await until(lambda: store.count("Ended") == 6)

    assert store.count("GoesOn") == 6


async def test_what_a_revision_changed_is_read_from_the_cluster(
    administrator: Kubectl, scene: Scene, namespace: str, account: Path
) -> None:
    """With the investigator's own permissions, from what the operator wrote."""
    scene.apply("chat")
    await scene.settle("chat")
    key = {"secretRef": {"name": "moonshot", "key": "api-key"}}
    scene.apply("chat", providers=[provider(baseURL="https://api.moonshot.cn/v1", credential=key)])
    await scene.settle("chat")
    async with _connected(account) as connection:
        routes = ClusterRoutes(connection)
        changes = await routes.changes(f"{namespace}/chat")
        live = await routes.live(f"{namespace}/chat")
        missing = await routes.live(f"{namespace}/nothing")

    assert [(each.revision, each.previous) for each in changes][-1] == (2, 1)
    assert changes[-1].changed == (
        "providers[moonshot].baseURL: https://api.moonshot.ai/v1 → https://api.moonshot.cn/v1",
    )
    assert live is not None
    assert live["metadata"]["name"] == "chat"
    assert missing is None


async def test_without_the_role_for_rollbacks_nothing_can_be_written(
    administrator: Kubectl, scene: Scene, namespace: str, account: Path
) -> None:
    """Though it is switched on: the API server refuses it."""
    scene.apply("chat")
    await scene.settle("chat")
    stable = scene.stable("chat")
    back = Rollback(route=f"{namespace}/chat", from_revision=stable, to_revision=stable + 1)
    async with _connected(account) as connection:
        with pytest.raises(Forbidden, match="cannot patch"):
            await Rollbacks(connection, enabled=True).ask(back, "jane")
