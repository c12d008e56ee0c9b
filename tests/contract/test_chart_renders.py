"""``charts/sealane`` with values that people install it with: it lints, renders, and says nothing that it must not."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sealane_api.provider_route import ProviderRoute
from tests.support.chart_values import SETS
from tests.support.helm import CHART, NAMESPACE, ran, rendered
from tests.support.resources import Document

#: The oldest Kubernetes that is promised, and what came since.
_VERSIONS = ("1.30.0", "1.31.4", "1.32.0", "1.33.2", "1.34.0", "1.35.0", "1.36.0", "1.37.2", "1.38.0")

_SETS = pytest.mark.parametrize("values", SETS.values(), ids=SETS.keys())


@_SETS
def test_it_lints(helm: Path, values: dict[str, Any]) -> None:
    """``helm lint --strict`` finds nothing."""
    said = ran(helm, "lint", "--strict", CHART, f"--namespace={NAMESPACE}", values=values)

    assert said.code == 0, said.out + said.err


@_SETS
def test_every_object_is_complete(helm: Path, values: dict[str, Any]) -> None:
    """Each has a name, Helm's labels, a namespace unless it is of the cluster, and is there once."""
    seen = set()
    for document in rendered(helm, values):
        if document["metadata"]["name"] in {"gate-own", "as-it-is"}:
            continue
        about = (document["kind"], document["metadata"].get("namespace"), document["metadata"]["name"])

        assert about not in seen
        assert document["metadata"]["labels"]["app.kubernetes.io/name"] == "sealane", about
        assert document["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "Helm", about
        assert ("namespace" not in document["metadata"]) == _is_of_the_cluster(document["kind"]), about
        seen.add(about)


@_SETS
def test_no_secret_is_made_or_written_out(helm: Path, values: dict[str, Any]) -> None:
    """There is no Secret, and no variable that holds one."""
    objects = rendered(helm, values)

    assert objects.of("Secret") == {}
    for component in ("router", "operator"):
        named = {name for name in objects.env(component) if "KEY" in name}
        assert named <= {"SEALANE_KEYS", "SEALANE_SNAPSHOT_KEYS", "SEALANE_EVENT_KEY_FILE"}  # paths, all of them


@_SETS
def test_pods_are_restricted(helm: Path, values: dict[str, Any]) -> None:
    """Every pod, the test's too, fits the restricted standard, has a read-only root and mounts no token by itself."""
    pods = list(_pods(rendered(helm, values)))

    assert len(pods) >= 2
    for pod in pods:
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == 65532
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
        for container in pod["containers"]:
            security = container["securityContext"]
            assert security["allowPrivilegeEscalation"] is False
            assert security["readOnlyRootFilesystem"] is True
            assert security["capabilities"] == {"drop": ["ALL"]}
            assert set(container["resources"]) == {"requests", "limits"}


@pytest.mark.parametrize("version", _VERSIONS)
def test_it_renders_for_every_kubernetes(helm: Path, version: str) -> None:
    """From 1.30 to what is not out yet, the same objects."""
    assert len(rendered(helm, {}, f"--kube-version={version}").documents) == len(rendered(helm, {}).documents)


def test_an_older_kubernetes_is_refused(helm: Path) -> None:
    """Pods of 1.29 could not sleep before they leave."""
    said = ran(helm, "template", "gate", CHART, "--kube-version=1.29.9")

    assert said.code != 0
    assert "kubeVersion: >=1.30.0-0" in said.err


def test_its_versions_are_the_projects() -> None:
    """Chart, image and package are released together."""
    about = (CHART / "Chart.yaml").read_text(encoding="utf-8")
    project = (CHART.parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    (version,) = (line.split('"')[1] for line in project.splitlines() if line.startswith("version = "))

    assert f"\nversion: {version}\n" in about
    assert f"\nappVersion: {version}\n" in about


def test_the_notes_name_what_was_installed(helm: Path) -> None:
    """Commands have the release's namespace and port, and ask as callers have to."""
    tokens, keys, anonymous = (_notes(helm, SETS[name]) for name in ("defaults", "api keys", "anonymous"))

    assert "create token default --audience=sealane" in tokens
    assert "authorization: Bearer $SEALANE_KEY" in keys
    assert "Everybody who can connect is served" in anonymous
    for notes in (tokens, keys, anonymous):
        assert f"http://sealane.{NAMESPACE}.svc/v1" in notes
        assert f"kubectl --namespace={NAMESPACE} port-forward service/sealane 8080:80" in notes


@pytest.mark.parametrize("name", ["defaults", "api keys", "anonymous", "one namespace"])
def test_the_commands_of_the_notes_can_be_pasted(helm: Path, name: str) -> None:
    """As they stand there: a document within them ends where the shell looks for its end, and is a route."""
    notes = _notes(helm, SETS[name])
    begun = notes.index("kubectl ")
    commands = notes[begun:].replace("\n2. Declare", "\n# Declare").replace("\n3. Ask", "\n# Ask").split("\n\n")
    shell = "\n\n".join(each for each in commands if each.startswith(("kubectl", "helm", "curl", "#")))
    said = subprocess.run(["bash", "-n"], input=shell, capture_output=True, text=True, timeout=10)
    document = yaml.safe_load(shell.partition("<<END\n")[2].partition("\nEND\n")[0])

    assert (said.returncode, said.stderr) == (0, "")
    assert shell.count("curl ") == 1
    assert ProviderRoute.model_validate(document).spec.rules


def test_the_notes_say_who_is_shut_out(helm: Path) -> None:
    """A Service that is open to the outside, behind a policy that is not."""
    outside = {"router": {"service": {"type": "LoadBalancer"}}}
    blocks = {"networkPolicy": {"trafficFrom": [{"ipBlock": {"cidr": "192.0.2.0/24"}}]}}
    told = "Whoever comes from outside the cluster is refused"

    assert told in _notes(helm, outside)
    assert told not in _notes(helm, {})
    assert told not in _notes(helm, {**outside, **blocks})
    assert told not in _notes(helm, {**outside, "networkPolicy": {"trafficFrom": []}})


def _notes(helm: Path, values: Any) -> str:
    said = ran(
        helm, "install", "gate", CHART, f"--namespace={NAMESPACE}", "--dry-run=client", "--output=json", values=values
    )
    assert said.code == 0, said.err
    notes: str = json.loads(said.out)["info"]["notes"]
    return notes


def _is_of_the_cluster(kind: str) -> bool:
    return kind in {
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    }


def _pods(documents: Any) -> Iterator[Document]:
    for document in documents:
        if document["kind"] == "Deployment":
            yield document["spec"]["template"]["spec"]
        elif document["kind"] == "Pod":
            yield document["spec"]
