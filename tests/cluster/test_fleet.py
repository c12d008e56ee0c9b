"""Routers found on a real API server, and the ReplicaSets of a Deployment that is changed and taken back."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import pytest

from sealane_kube.connection import Connection
from sealane_operator.fleet.discovery import Endpoint, SlicedRouters
from sealane_operator.fleet.replica_sets import ReplicaSet, ReplicaSets
from tests.support.api_kube import connect
from tests.support.cluster import Cluster
from tests.support.kubectl import Kubectl
from tests.support.waiting import until

_ROUTER = {"app": "router"}


@pytest.fixture
def administrator(control_plane: Cluster) -> Kubectl:
    """The administrator."""
    return control_plane.kubectl


@pytest.fixture
def namespace(administrator: Kubectl) -> Iterator[str]:
    """A namespace of the test's own."""
    name = f"fleet-{uuid4().hex[:8]}"
    administrator("create", "namespace", name)
    yield name
    administrator("delete", "namespace", name, "--wait=false")


@pytest.fixture
async def connection(administrator: Kubectl) -> AsyncIterator[Connection]:
    """The operator's own client."""
    connection = await connect(administrator.kubeconfig)
    yield connection
    await connection.close()


def _slice(namespace: str, name: str, service: str, *endpoints: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": name, "namespace": namespace, "labels": {"kubernetes.io/service-name": service}},
        "addressType": "IPv4",
        "ports": [{"name": "admin", "port": 9090, "protocol": "TCP"}],
        "endpoints": list(endpoints),
    }


def _endpoint(address: str, pod: str, **conditions: bool) -> dict[str, Any]:
    target = {"kind": "Pod", "name": pod, "uid": f"uid-{pod}"}
    return {"addresses": [address], "conditions": conditions, "targetRef": target}


def _deployment(namespace: str, image: str) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "sealane-router", "namespace": namespace},
        "spec": {
            "replicas": 0,
            "selector": {"matchLabels": _ROUTER},
            "template": {
                "metadata": {"labels": _ROUTER},
                "spec": {"containers": [{"name": "router", "image": image}]},
            },
        },
    }


async def test_routers_are_the_endpoints_of_the_admin_service(
    administrator: Kubectl, namespace: str, connection: Connection
) -> None:
    """Of that Service and no other, ready or not; those that end are noted, and those gone are gone."""
    sliced = SlicedRouters(connection, namespace)
    assert await sliced.find() == ()

    administrator.apply(
        _slice(
            namespace,
            "admin-1",
            "sealane-router-admin",
            _endpoint("10.1.0.1", "router-a", ready=True),
            _endpoint("10.1.0.2", "router-b", ready=False, terminating=True),
        ),
        _slice(namespace, "admin-2", "sealane-router-admin", _endpoint("10.1.0.3", "router-c", ready=False)),
        _slice(namespace, "traffic-1", "sealane-router", _endpoint("10.1.0.9", "router-z", ready=True)),
    )
    found: tuple[Endpoint, ...] = ()
    while len(found) < 3:  # the API server answers from its cache, which is a moment behind
        found = await sliced.find()
    assert found == (
        Endpoint("10.1.0.1:9090", "router-a"),
        Endpoint("10.1.0.2:9090", "router-b", terminating=True),
        Endpoint("10.1.0.3:9090", "router-c"),
    )

    administrator("delete", "endpointslice", "admin-1", f"--namespace={namespace}")
    while len(found) > 1:
        found = await sliced.find()
    assert [each.name for each in found] == ["router-c"]


async def test_which_replica_set_is_new_is_the_deployments_count_even_after_an_undo(
    control_plane: Cluster, namespace: str, connection: Connection
) -> None:
    """Kubernetes' own controller makes them and counts them."""
    administrator = control_plane.kubectl
    if not control_plane.collects_garbage:
        pytest.skip("there is no kube-controller-manager in the folder that KUBEBUILDER_ASSETS names")

    def names() -> list[str]:
        items = json.loads(administrator("get", "replicasets", f"--namespace={namespace}", "-o", "json"))["items"]
        return [item["metadata"]["name"] for item in items]

    async def counted() -> dict[str, int]:
        sets = ReplicaSets(connection, namespace)
        found = [await sets.find(name) for name in names()]
        assert all(isinstance(each, ReplicaSet) and each.deployment == "sealane-router" for each in found)
        return {each.name: each.revision for each in found if each is not None}

    administrator.apply(_deployment(namespace, "sealane/router:1"))
    await until(lambda: len(names()) == 1)
    (old,) = names()
    administrator.apply(_deployment(namespace, "sealane/router:2"))
    await until(lambda: len(names()) == 2)
    (new,) = set(names()) - {old}
    assert await counted() == {old: 1, new: 2}

    administrator("rollout", "undo", "deployment/sealane-router", f"--namespace={namespace}")
    while (revisions := await counted())[old] == 1:
        pass
    assert revisions == {old: 3, new: 2}
    assert await ReplicaSets(connection, namespace).find("none") is None
