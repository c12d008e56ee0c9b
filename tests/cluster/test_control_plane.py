"""The control plane is a real one: its API, its rules and its controllers do what a cluster's do."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.cluster import Cluster, ControlPlane
from tests.support.crds import wait_until_established
from tests.support.kubectl import Kubectl, KubectlError

_GO_MOD = Path(__file__).resolve().parents[2] / "cluster" / "go.mod"

#: A kind with one rule: a buoy's chain reaches the ground.
_BUOYS: dict[str, object] = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "buoys.test.sealane.dev"},
    "spec": {
        "group": "test.sealane.dev",
        "scope": "Namespaced",
        "names": {"plural": "buoys", "singular": "buoy", "kind": "Buoy"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {
                                "type": "object",
                                "required": ["chain", "depth"],
                                "properties": {"chain": {"type": "integer"}, "depth": {"type": "integer"}},
                                "x-kubernetes-validations": [
                                    {"rule": "self.chain > self.depth", "message": "the chain must reach the ground"}
                                ],
                            }
                        },
                    }
                },
            }
        ],
    },
}


@pytest.fixture
def kubectl(control_plane: Cluster) -> Kubectl:
    """The shared cluster's administrator."""
    return control_plane.kubectl


@pytest.fixture
def namespace(kubectl: Kubectl) -> Iterator[str]:
    """A namespace that no other test has."""
    name = f"test-{uuid4().hex[:12]}"
    kubectl("create", "namespace", name)
    yield name
    kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def buoys(kubectl: Kubectl) -> Iterator[None]:
    """The kind Buoy, for as long as the test runs."""
    kubectl.apply(_BUOYS)
    wait_until_established(kubectl, "buoys.test.sealane.dev")
    yield
    kubectl("delete", "crd", "buoys.test.sealane.dev")


def _buoy(chain: int, depth: int) -> dict[str, object]:
    return {
        "apiVersion": "test.sealane.dev/v1",
        "kind": "Buoy",
        "metadata": {"name": "north"},
        "spec": {"chain": chain, "depth": depth},
    }


def test_it_is_the_version_of_the_recipe(control_plane: Cluster) -> None:
    """The API server of ``make cluster`` calls itself what ``cluster/go.mod`` asks for."""
    if os.environ.get("KUBEBUILDER_ASSETS") or not isinstance(control_plane, ControlPlane):
        pytest.skip("somebody else's binaries have a version of their own")
    asked = re.search(r"^\tk8s\.io/kubernetes (v\S+)", _GO_MOD.read_text(encoding="utf-8"), re.MULTILINE)
    assert asked is not None

    assert json.loads(control_plane.kubectl("get", "--raw", "/version"))["gitVersion"] == asked[1]


def test_a_namespace_is_created_and_found(kubectl: Kubectl, namespace: str) -> None:
    """What kubectl creates, kubectl gets."""
    assert kubectl("get", "namespace", namespace, "-o", "jsonpath={.status.phase}") == "Active"


@pytest.mark.usefixtures("buoys")
def test_a_rule_in_cel_judges_objects(kubectl: Kubectl, namespace: str) -> None:
    """An object that keeps the rule is accepted; one that breaks it is refused with the rule's message."""
    accepted = kubectl("apply", "-n", namespace, "-f", "-", stdin=json.dumps(_buoy(chain=12, depth=9)))
    with pytest.raises(KubectlError, match="the chain must reach the ground"):
        kubectl("apply", "-n", namespace, "-f", "-", stdin=json.dumps(_buoy(chain=3, depth=9)))

    assert accepted == "buoy.test.sealane.dev/north created\n"


def test_who_has_no_permission_is_refused(kubectl: Kubectl, namespace: str) -> None:
    """RBAC is on: a ServiceAccount reads Secrets once a RoleBinding lets it, and in its namespace alone."""
    kubectl("create", "serviceaccount", "sailor", "-n", namespace)
    sailor = kubectl.impersonating(f"system:serviceaccount:{namespace}:sailor")
    with pytest.raises(KubectlError, match='cannot list resource "secrets"'):
        sailor("get", "secrets", "-n", namespace)

    kubectl("create", "role", "reader", "-n", namespace, "--verb=get,list", "--resource=secrets")
    kubectl("create", "rolebinding", "reader", "-n", namespace, "--role=reader", f"--serviceaccount={namespace}:sailor")

    assert sailor.may("list", "secrets", "-n", namespace)
    assert not sailor.may("list", "secrets", "-n", "default")


def test_a_token_is_as_good_as_its_service_account(control_plane: Cluster, namespace: str) -> None:
    """The kubeconfig of a ServiceAccount says who it is, and can do nothing that nobody allowed."""
    control_plane.kubectl("create", "serviceaccount", "sailor", "-n", namespace)
    kubeconfig = control_plane.service_account_kubeconfig(namespace, "sailor")
    sailor = Kubectl(control_plane.kubectl.program, kubeconfig)

    assert f"system:serviceaccount:{namespace}:sailor" in sailor("auth", "whoami")
    with pytest.raises(KubectlError, match="Forbidden"):
        sailor("get", "pods", "-n", namespace)


def test_what_belongs_to_a_deleted_object_is_collected(control_plane: Cluster, namespace: str) -> None:
    """The controller manager removes an object whose owner is gone."""
    if not control_plane.collects_garbage:
        pytest.skip("there is no kube-controller-manager in the folder that KUBEBUILDER_ASSETS names")
    kubectl = control_plane.kubectl
    kubectl("create", "configmap", "owner", "-n", namespace)
    uid = kubectl("get", "configmap", "owner", "-n", namespace, "-o", "jsonpath={.metadata.uid}")
    owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": uid}
    kubectl.apply(
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "owned", "namespace": namespace, "ownerReferences": [owner]},
        }
    )
    kubectl("delete", "configmap", "owner", "-n", namespace)

    kubectl("wait", "--for=delete", "configmap/owned", "-n", namespace, "--timeout=60s")


def test_an_admission_policy_is_kept(kubectl: Kubectl, namespace: str) -> None:
    """ValidatingAdmissionPolicy is on: a policy refuses an object with its own message."""
    policy: dict[str, object] = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": namespace},
        "spec": {
            "matchConstraints": {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
                "resourceRules": [
                    {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["configmaps"]}
                ],
            },
            "validations": [{"expression": "has(object.data)", "message": "an empty chart is no chart"}],
        },
    }
    binding: dict[str, object] = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": namespace},
        "spec": {"policyName": namespace, "validationActions": ["Deny"]},
    }
    kubectl.apply(policy, binding)
    try:
        assert "an empty chart is no chart" in _first_refusal(kubectl, namespace)
    finally:
        kubectl("delete", "validatingadmissionpolicybinding,validatingadmissionpolicy", namespace)


def _first_refusal(kubectl: Kubectl, namespace: str) -> str:
    """What the API server says as soon as it knows the policy; each earlier try leaves a ConfigMap."""
    for number in range(100):
        try:
            kubectl("create", "configmap", f"empty-{number}", "-n", namespace)
        except KubectlError as refused:
            return str(refused)
    raise AssertionError("the policy refused nothing")


def test_a_killed_api_server_comes_back_with_its_objects(private_control_plane: ControlPlane) -> None:
    """A test can take the API away and bring it back; what was written stays written."""
    kubectl = private_control_plane.kubectl
    kubectl("create", "configmap", "log", "-n", "default")
    private_control_plane.apiserver.kill()
    with pytest.raises(KubectlError, match="refused"):
        kubectl("get", "configmap", "log", "-n", "default")

    private_control_plane.apiserver.start()
    private_control_plane.wait_until_ready()

    assert kubectl("get", "configmap", "log", "-n", "default", "-o", "name") == "configmap/log\n"
