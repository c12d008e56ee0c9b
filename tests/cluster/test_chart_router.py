"""A router that is set as the chart sets it, on a real API server with the permissions that the chart gives it."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest

from sealane_router.cluster.snapshot import file_system_of
from tests.support.chart_variables import environment_of
from tests.support.cluster import Cluster
from tests.support.cluster_router import cluster_router
from tests.support.crds import with_crds
from tests.support.helm import NAMESPACE, helm_or_skip, rendered
from tests.support.raw_client import raw_client
from tests.support.resources import Document

_MEMORY = Path("/dev/shm")
_KINDS = ("ServiceAccount", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding")


@pytest.fixture
def memory() -> Iterator[Path]:
    """A directory on tmpfs, as the chart's volume for keys is."""
    if file_system_of(_MEMORY) != "tmpfs":
        pytest.skip("there is no tmpfs at /dev/shm")
    with TemporaryDirectory(dir=_MEMORY) as name:
        yield Path(name)


def _permissions(documents: list[Document], home: str) -> list[Document]:
    """What the chart lets its components do, moved to a namespace of the test's own."""
    found = []
    for document in documents:
        metadata = document["metadata"]
        if document["kind"] not in _KINDS or metadata["name"].startswith("sealane:"):
            continue
        metadata.pop("annotations", None)
        if metadata.get("namespace") == NAMESPACE:
            metadata["namespace"] = home
        for subject in document.get("subjects", ()):
            if subject.get("namespace") == NAMESPACE:
                subject["namespace"] = home
        if document["kind"].startswith("Cluster"):
            metadata["name"] += f"-{home}"
            if "roleRef" in document and document["roleRef"]["kind"] == "ClusterRole":
                document["roleRef"]["name"] += f"-{home}"
        found.append(document)
    return found


async def test_a_router_starts_with_the_defaults_and_knows_its_callers(
    tmp_path: Path, control_plane: Cluster, memory: Path
) -> None:
    """Nothing but addresses and folders of a pod is replaced; it takes a token for the chart's audience alone."""
    objects = rendered(helm_or_skip(), {})
    environ = environment_of(objects, "router")
    kubectl = with_crds(control_plane)
    home = f"chart-{uuid4().hex[:8]}"
    kubectl("create", "namespace", home)
    kubectl.apply(*_permissions(list(objects), home))
    replaced = {
        "SEALANE_LISTEN": environ["SEALANE_LISTEN"].replace(":8080", ":0"),
        "SEALANE_ADMIN": environ["SEALANE_ADMIN"].replace(":9090", ":0"),
        "SEALANE_KUBECONFIG": str(control_plane.service_account_kubeconfig(home, "sealane-router")),
        "SEALANE_SNAPSHOT": str(tmp_path),
        "SEALANE_SNAPSHOT_KEYS": str(memory),
        "SEALANE_PROPAGATION_TIME": "0s",
    }
    kubectl("create", "serviceaccount", "app", f"--namespace={home}")
    tokens = [
        kubectl("create", "token", "app", f"--namespace={home}", *flags).strip()
        for flags in ([f"--audience={environ['SEALANE_TOKEN_AUDIENCE']}"], [])
    ]
    async with (
        cluster_router(tmp_path, tmp_path, {**environ, **replaced}) as router,
        raw_client("127.0.0.1", router.port) as client,
    ):
        answers = [await client.get("/v1/models", [("x-api-key", token)]) for token in tokens]
        nobody = await client.get("/v1/models")
        config = (await router.get("/-/config")).json["settings"]
        said = router.err

    assert [answer.status for answer in (*answers, nobody)] == [200, 401, 401]
    assert (config["SEALANE_TOKEN_REVIEW"], config["SEALANE_CLUSTER"]) == (True, True)
    assert all(line.startswith("{") for line in said.splitlines()), "a line for people: a setting is misspelt"
