"""Routers whose API server stops, freezes or is not there: they keep serving, and start from what they kept."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from sealane_api.report import CandidateLease
from sealane_cli.stub.server import StubProvider
from sealane_router.cluster.snapshot import file_system_of
from tests.support.cluster import ControlPlane
from tests.support.cluster_router import ClusterRouter, cluster_router
from tests.support.crds import with_crds
from tests.support.pointing import Pointing, spec_of
from tests.support.this_machine import this_machine

_MEMORY = Path("/dev/shm")


@pytest.fixture
def pointing(private_control_plane: ControlPlane) -> Pointing:
    """A namespace of a control plane that the test may break."""
    kubectl = with_crds(private_control_plane)
    kubectl("create", "namespace", "team")
    return Pointing(kubectl, "team")


@pytest.fixture
def memory() -> Iterator[Path]:
    """A directory on tmpfs."""
    if file_system_of(_MEMORY) != "tmpfs":
        pytest.skip("there is no tmpfs at /dev/shm")
    with TemporaryDirectory(dir=_MEMORY) as name:
        yield Path(name)


@pytest.fixture
async def stub() -> AsyncIterator[StubProvider]:
    """A provider that takes one key."""
    async with StubProvider("moonshot", host=this_machine().address, accepted_keys=frozenset({"sk-one"})) as started:
        yield started


async def _serves(router: ClusterRouter, revision: str, *leases: CandidateLease) -> None:
    """Ask, with the operator's poll before if there are leases, until the revision answers."""
    while True:
        if leases:
            await router.poll(*leases)
        answer = await router.ask()
        if answer.status == 200 and answer.get("x-sealane-revision") == revision:
            return
        await asyncio.sleep(0.02)


async def test_a_router_outlives_its_api_server(
    tmp_path: Path, private_control_plane: ControlPlane, pointing: Pointing, stub: StubProvider, memory: Path
) -> None:
    """It serves while the API server is gone; so does one that starts meanwhile, with stable alone and its key from
    memory; both follow when it is back."""
    for name in ("snapshot", "one", "two"):
        (tmp_path / name).mkdir()
    settings = {"SEALANE_SNAPSHOT": str(tmp_path / "snapshot"), "SEALANE_SNAPSHOT_KEYS": str(memory)}
    spec = spec_of(this_machine().url(stub.base_url))
    pointing.secret("sk-one")
    stable = pointing.serve("assistants", spec)
    candidate = pointing.revision("assistants", 2, {**spec, "rules": [{**spec["rules"][0], "critical": False}]})
    async with cluster_router(tmp_path / "one", pointing.kubectl.kubeconfig, settings) as router:
        await _serves(router, "1")
        pointing.point("assistants", stable, {**candidate, "weight": 100})
        await _serves(router, "2", CandidateLease("team/assistants", 2, 100))
        private_control_plane.apiserver.kill()
        await _serves(router, "2")
    kept = (tmp_path / "snapshot" / "sealane-routes.json").read_bytes()

    async with cluster_router(tmp_path / "two", pointing.kubectl.kubeconfig, settings) as router:
        early = await router.get("/readyz")
        await _serves(router, "1")
        report = await router.poll(CandidateLease("team/assistants", 2, 100))
        alone = (await router.ask()).get("x-sealane-revision")
        checks = (await router.get("/readyz?verbose")).body.decode()
        private_control_plane.apiserver.start()
        private_control_plane.wait_until_ready()
        pointing.point("assistants", candidate)
        await _serves(router, "2")

    assert b"sk-one" not in kept
    assert b"assistants" in kept
    assert (early.status, b"there is no route table" in early.body) == (500, True)
    assert (alone, report["routes"]["team/assistants"]["candidate"], report["api_age"]) == ("1", None, None)
    assert "[+]kubernetes-api ok: the Kubernetes API has not yet said which routes there are" in checks
    assert [event["routes"] for event in router.events("snapshot_served")] == [1]


async def test_a_frozen_api_server_is_noticed_and_left_alone(
    tmp_path: Path, private_control_plane: ControlPlane, pointing: Pointing, stub: StubProvider
) -> None:
    """Connections stay open and nobody answers: what is served goes on; what was written follows after the thaw."""
    pointing.secret("sk-one")
    spec = spec_of(this_machine().url(stub.base_url))
    pointing.serve("assistants", spec)
    async with cluster_router(tmp_path, pointing.kubectl.kubeconfig) as router:
        await _serves(router, "1")
        private_control_plane.apiserver.freeze()
        answers = [(await router.ask()).status for _ in range(20)]
        private_control_plane.apiserver.thaw()
        private_control_plane.wait_until_ready()
        pointing.point("assistants", pointing.revision("assistants", 2, spec))
        await _serves(router, "2")

    assert answers == [200] * 20
