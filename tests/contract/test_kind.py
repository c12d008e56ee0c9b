"""``make kind`` says at once what is missing, and otherwise builds, loads, installs and tests; programs are played."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from sealane_cli.chart.copies import CHART
from tests.support.helm import ROOT, rendered

_FOLDER = ROOT / "k8s" / "kind"
_TOOLS = ("bash", "dirname", "grep", "env", "uname", "cat", "sha256sum", "cut", "awk", "mkdir", "sed")

#: Writes down what it is asked to do, and fails when it is told to.
_PLAYED = """#!/usr/bin/env bash
echo "${0##*/} $*" >>"$TOLD"
case "${0##*/} $*" in
  "kind get clusters") [ -z "${CLUSTERS:-}" ] || echo "$CLUSTERS" ;;
  "docker info") [ -z "${DOCKER_SLEEPS:-}" ] ;;
esac
"""


@dataclass(frozen=True, slots=True)
class Ran:
    """How the script ended, what it said, and what it asked the programs."""

    code: int
    said: str
    asked: list[str]


def _ran(folder: Path, *arguments: str, there: tuple[str, ...], **variables: str) -> Ran:
    programs = folder / "bin"
    programs.mkdir()
    for tool in _TOOLS:
        (programs / tool).symlink_to(str(shutil.which(tool)))
    for name in there:
        (programs / name).write_text(_PLAYED)
        (programs / name).chmod(0o755)
    told = folder / "told"
    told.touch()
    # An empty cache: helm is the one on the path.
    environment = {"PATH": str(programs), "TOLD": str(told), "XDG_CACHE_HOME": str(folder), "HOME": str(folder)}
    done = subprocess.run(
        [_FOLDER / "up.sh", *arguments],
        env=environment | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Ran(done.returncode, done.stderr, told.read_text().splitlines())


def test_everything_that_is_missing_is_named_at_once(tmp_path: Path) -> None:
    """Each with where it comes from, and what works without Docker."""
    ran = _ran(tmp_path, there=())

    assert (ran.code, ran.asked) == (1, [])
    named = [line.split(" is missing")[0] for line in ran.said.splitlines()[:-1]]
    assert named == ["docker", "kind", "kubectl", "helm"]
    assert "make node-run" in ran.said.splitlines()[-1]


def test_a_docker_that_sleeps_is_told(tmp_path: Path) -> None:
    """Before anything is built."""
    ran = _ran(tmp_path, there=("docker", "kind", "kubectl", "helm"), DOCKER_SLEEPS="yes")

    assert (ran.code, ran.asked) == (1, ["docker info"])
    assert "Docker does not answer" in ran.said


@pytest.mark.parametrize("clusters", ["", "sealane"], ids=["new", "there already"])
def test_it_builds_loads_installs_and_tests(tmp_path: Path, clusters: str) -> None:
    """A cluster is made unless there is one; its context is named in every command, so that no other one is touched."""
    ran = _ran(tmp_path, there=("docker", "kind", "kubectl", "helm"), CLUSTERS=clusters)

    assert ran.code == 0, ran.said
    assert ("kind create cluster --config k8s/kind/cluster.yaml --wait 120s" in ran.asked) == (clusters == "")
    for target in ("router", "operator"):
        image = f"localhost/sealane/{target}:kind"
        assert f"docker build --target {target} --tag {image} ." in ran.asked
        assert f"kind load docker-image {image} --name sealane" in ran.asked
    commands = [line for line in ran.asked if line.startswith(("helm", "kubectl"))]
    assert commands[0].startswith("helm upgrade --install sealane charts/sealane --kube-context kind-sealane ")
    assert commands[-1].startswith("helm test sealane --kube-context kind-sealane ")
    assert all("context kind-sealane" in line for line in commands)


def test_down_removes_the_cluster(tmp_path: Path) -> None:
    """And nothing else."""
    ran = _ran(tmp_path, "down", there=("docker", "kind", "kubectl", "helm"), CLUSTERS="sealane")

    assert (ran.code, ran.asked) == (0, ["docker info", "kind delete cluster --name sealane"])


def test_its_values_are_values(helm: Path) -> None:
    """The images are those that the script builds, and no registry is asked."""
    values = yaml.safe_load((_FOLDER / "values.yaml").read_text(encoding="utf-8"))
    for component in ("router", "operator"):
        (container,) = rendered(helm, values).pod(component)["containers"]

        assert container["image"] == f"localhost/sealane/{component}:kind"
        assert container["imagePullPolicy"] == "Never"


def test_the_cluster_has_the_name_that_the_script_uses() -> None:
    """Its context is kind-NAME."""
    cluster = yaml.safe_load((_FOLDER / "cluster.yaml").read_text(encoding="utf-8"))

    assert cluster["name"] == "sealane"
    assert os.access(_FOLDER / "up.sh", os.X_OK)
    assert (ROOT / CHART / "Chart.yaml").is_file()
