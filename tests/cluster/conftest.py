"""Tests on a real Kubernetes API, ours or the one that KUBECONFIG names."""

from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest

from tests.support.api_kube import ApiKube
from tests.support.cluster import Cluster
from tests.support.cluster_tests import (
    binaries,
    control_plane,
    private_control_plane,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_terminal_summary,
)
from tests.support.crds import with_crds
from tests.support.kubectl import Kubectl
from tests.support.loops import pytest_asyncio_loop_factories
from tests.support.operated import Scene

__all__ = [
    "binaries",
    "control_plane",
    "private_control_plane",
    "pytest_asyncio_loop_factories",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_terminal_summary",
]


@pytest.fixture(scope="module")
def administrator(control_plane: Cluster) -> Kubectl:
    """The administrator of a cluster that knows both kinds."""
    return with_crds(control_plane)


@pytest.fixture
def namespace(administrator: Kubectl) -> Iterator[str]:
    """A namespace of the test's own, with the Secret that its routes refer to."""
    name = f"team-{uuid4().hex[:8]}"
    administrator("create", "namespace", name)
    administrator("create", "secret", "generic", "moonshot", f"--namespace={name}", "--from-literal=api-key=x")
    yield name
    administrator("delete", "namespace", name, "--wait=false")


@pytest.fixture
async def scene(administrator: Kubectl, namespace: str) -> AsyncIterator[Scene]:
    """The namespace and an operator for it."""
    async with ApiKube(administrator.kubeconfig, namespace) as kube:
        yield Scene(administrator, kube, namespace)
