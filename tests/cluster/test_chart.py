"""The chart on a real Kubernetes API: its objects are taken, it comes and goes, a missing Secret is named."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.chart_values import KEYS, SETS
from tests.support.cluster import Cluster, ControlPlane
from tests.support.crds import NAMES, wait_until_established, with_crds
from tests.support.helm import CHART, NAMESPACE, RELEASE, Values, helm_or_skip, rendered
from tests.support.kubectl import Kubectl

#: Kinds that other operators bring; this control plane does not know them.
_FOREIGN = ("monitoring.coreos.com/", "grafana.integreatly.org/")

#: Secrets of "investigator with everything", and their keys.
_INVESTIGATORS = {
    "sealane-investigator": ("file.yaml", "report", "hmac"),
    "database": ("password",),
    "model": ("api-key",),
    "webhook": ("hmac-key",),
    "slack": ("url",),
}


@pytest.fixture(scope="session")
def helm() -> Path:
    """Helm itself."""
    return helm_or_skip()


def _namespaces(kubectl: Kubectl, *names: str) -> None:
    enforced = {"pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/warn": "restricted"}
    for name in names:
        kubectl.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": enforced}})


@pytest.fixture(scope="module")
def prepared(control_plane: Cluster) -> Kubectl:
    """The administrator of a cluster with both kinds and with namespaces that enforce the restricted standard."""
    kubectl = with_crds(control_plane)
    _namespaces(kubectl, NAMESPACE, "team-a")
    who = {"name": "sealane-helm-test", "namespace": NAMESPACE}  # a pod is not even judged before its account is there
    kubectl.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": who})
    kubectl("wait", "--for=create", "serviceaccount/default", f"--namespace={NAMESPACE}")
    return kubectl


@pytest.mark.parametrize("values", SETS.values(), ids=SETS.keys())
def test_the_api_server_takes_every_object(prepared: Kubectl, helm: Path, values: dict[str, Any]) -> None:
    """With strict fields, in namespaces that enforce the restricted standard, without a warning."""
    documents = [each for each in rendered(helm, values) if not each["apiVersion"].startswith(_FOREIGN)]
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": documents})
    command = [
        str(prepared.program), "apply", "--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict",
        "--field-manager=helm", "-f", "-",
    ]  # fmt: skip
    done = subprocess.run(
        command, input=listed, env=prepared.environment(), capture_output=True, text=True, timeout=90, check=False
    )

    assert done.stderr == ""
    assert len(done.stdout.splitlines()) == len(documents)


def _helm(cluster: Cluster, helm: Path, *arguments: str | Path, values: Values | None = None) -> str:
    """Run helm against the cluster; what it says to a person, whether it likes it or not."""
    given = ["--values=-"] if values is not None else []
    done = subprocess.run(
        [helm, *arguments, f"--namespace={NAMESPACE}", *given],
        input=json.dumps(values) if values is not None else "",
        env=cluster.kubectl.environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stdout if done.returncode == 0 else f"refused: {done.stderr}"


def test_an_installation_comes_and_goes(private_control_plane: ControlPlane, helm: Path) -> None:
    """Into a cluster that has nothing; upgraded; and gone but for the kinds and the routes of people."""
    kubectl = private_control_plane.kubectl

    installed = _helm(private_control_plane, helm, "install", RELEASE, CHART, "--create-namespace")
    assert "STATUS: deployed" in installed, installed
    for name in NAMES:
        wait_until_established(kubectl, name)
    route = rendered(helm, {}).of("ProviderRoute")["sealane-helm-test"]
    kubectl.apply({**route, "metadata": {"name": "theirs", "namespace": NAMESPACE}})
    upgraded = _helm(private_control_plane, helm, "upgrade", RELEASE, CHART, values={"router": {"replicas": 4}})
    assert "STATUS: deployed" in upgraded, upgraded
    about = ("deployment", "sealane-router", f"--namespace={NAMESPACE}")
    assert kubectl("get", *about, "-o", "jsonpath={.spec.replicas}") == "4"

    gone = _helm(private_control_plane, helm, "uninstall", RELEASE)
    assert f'release "{RELEASE}" uninstalled' in gone, gone
    assert _left(kubectl) == sorted(f"customresourcedefinition/{name}" for name in NAMES)
    assert kubectl("get", "pr", f"--namespace={NAMESPACE}", "-o", "name").strip() == "providerroute.sealane.dev/theirs"
    again = _helm(private_control_plane, helm, "install", RELEASE, CHART)
    assert "STATUS: deployed" in again, again


def _left(kubectl: Kubectl) -> list[str]:
    """Everything that bears the chart's label, and is not about to go."""
    kinds = (
        "customresourcedefinitions,clusterroles,clusterrolebindings,validatingadmissionpolicies,"
        "validatingadmissionpolicybindings,deployments,services,serviceaccounts,roles,rolebindings,"
        "networkpolicies,poddisruptionbudgets,configmaps"
    )
    listed = json.loads(kubectl("get", kinds, "-A", "-l", "app.kubernetes.io/name=sealane", "-o", "json"))
    return sorted(
        f"{each['kind'].lower()}/{each['metadata']['name']}"
        for each in listed["items"]
        if "deletionTimestamp" not in each["metadata"]
    )


def test_a_secret_that_is_missing_is_named(control_plane: Cluster, prepared: Kubectl, helm: Path) -> None:
    """The release's namespace is asked before anything is installed; the message has the command that makes it."""
    kubectl = prepared
    kubectl("delete", "secret", "callers", f"--namespace={NAMESPACE}", "--ignore-not-found")
    asked = ("template", RELEASE, CHART, "--dry-run=server")

    missing = _helm(control_plane, helm, *asked, values={"callers": KEYS})
    kubectl("create", "secret", "generic", "callers", f"--namespace={NAMESPACE}", "--from-literal=other=x")
    without = _helm(control_plane, helm, *asked, values={"callers": KEYS})
    kubectl("delete", "secret", "callers", f"--namespace={NAMESPACE}")
    kubectl("create", "secret", "generic", "callers", f"--namespace={NAMESPACE}", "--from-literal=keys.yaml=x")
    there = _helm(control_plane, helm, *asked, "--take-ownership", values={"callers": KEYS})

    command = f"kubectl create secret generic callers --namespace={NAMESPACE} --from-file=keys.yaml=keys.yaml"
    assert f"callers.keys.existingSecret: there is no Secret callers in {NAMESPACE}; make it: {command}" in missing
    assert f"callers.keys.key: the Secret callers in {NAMESPACE} has no key keys.yaml" in without
    assert not there.startswith("refused: "), there


def test_each_secret_of_an_investigator_that_is_missing_is_named(
    control_plane: Cluster, prepared: Kubectl, helm: Path
) -> None:
    """By the value that names it, one after the other, until all are there."""
    kubectl = prepared
    asked = ("template", RELEASE, CHART, "--dry-run=server", "--take-ownership")
    values = SETS["investigator with everything"]
    named = []
    kubectl("delete", "secret", *_INVESTIGATORS, f"--namespace={NAMESPACE}", "--ignore-not-found")
    for name, keys in _INVESTIGATORS.items():
        said = _helm(control_plane, helm, *asked, values=values)
        assert f"there is no Secret {name} in {NAMESPACE}" in said
        named.append(said.partition("there is no Secret")[0].split()[-1])
        literals = (f"--from-literal={key}=x" for key in keys)
        kubectl("create", "secret", "generic", name, f"--namespace={NAMESPACE}", *literals)

    assert named == [
        "investigator.tokens.existingSecret:",
        "investigator.database.password.existingSecret:",
        "investigator.model.existingSecret:",
        "investigator.notifications.webhookSecret:",
        "investigator.notifications.slackSecret:",
    ]
    assert not _helm(control_plane, helm, *asked, values=values).startswith("refused: ")


@pytest.mark.parametrize("overlay", ["base", "overlays/namespaced", "overlays/monitoring"])
def test_kustomize_builds_what_helm_renders(prepared: Kubectl, helm: Path, overlay: str) -> None:
    """``kubectl apply -k`` is taken like the chart with the values beside the overlay."""
    _namespaces(prepared, "sealane-system")
    built = prepared("kustomize", str(CHART.parents[1] / "k8s" / overlay))
    taken = "\n---\n".join(each for each in built.split("\n---\n") if not each.startswith(f"apiVersion: {_FOREIGN[0]}"))

    said = prepared("apply", "--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict", "-f", "-",
                    stdin=taken)  # fmt: skip

    assert "deployment.apps/sealane-router" in said


def test_the_api_server_takes_the_samples(prepared: Kubectl) -> None:
    """With strict fields and all rules of the CRD."""
    folder = CHART.parents[1] / "k8s" / "samples"

    said = prepared("apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", str(folder))

    assert len(said.splitlines()) == len(list(folder.glob("*.yaml")))


def test_a_second_release_for_every_namespace_is_refused(private_control_plane: ControlPlane, helm: Path) -> None:
    """Its routes would have two operators; the first one is named, and its own upgrade is none of this."""
    installed = _helm(private_control_plane, helm, "install", RELEASE, CHART, "--create-namespace")
    second = _helm(private_control_plane, helm, "install", "second", CHART)
    upgraded = _helm(private_control_plane, helm, "upgrade", RELEASE, CHART)

    assert "STATUS: deployed" in installed
    assert f"routes.scope: the release {RELEASE} in {NAMESPACE} serves every namespace already" in second
    assert "STATUS: deployed" in upgraded, upgraded
