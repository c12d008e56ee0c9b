"""The README's quick start, typed as it stands into a cluster that has nothing of Sealane."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.architecture.house import ROOT
from tests.support.crds import NAMES
from tests.support.e2e_scene import RELEASE, SYSTEM, VALUES
from tests.support.node import Node
from tests.support.readme import QUICK_START, commands

#: What the README cannot know: the images are on the node already, and the node is small.
_HELM = """#!/bin/sh
case "$1" in install) exec "{helm}" "$@" --values="{values}" ;; *) exec "{helm}" "$@" ;; esac
"""


@pytest.fixture
def bare(node: Node) -> Node:
    """A cluster that has nothing of Sealane, whatever was tested on it before."""
    node.helm("uninstall", RELEASE, f"--namespace={SYSTEM}", "--ignore-not-found", "--wait", "--timeout=180s")
    node.kubectl("delete", "crd", *NAMES, "--ignore-not-found", "--timeout=60s")
    return node


@pytest.fixture
def shell(bare: Node, tmp_path: Path) -> dict[str, str]:
    """An environment in which kubectl and helm mean the node's."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "kubectl").symlink_to(bare.kubectl.program)
    (tmp_path / "values.yaml").write_text(yaml.safe_dump(dict(VALUES)), encoding="utf-8")
    helm = programs / "helm"
    helm.write_text(_HELM.format(helm=bare.helm.program, values=tmp_path / "values.yaml"), encoding="utf-8")
    helm.chmod(0o755)
    kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    path = f"{programs}:{os.environ['PATH']}"
    cluster = {name: bare.kubectl.environment()[name] for name in ("KUBECONFIG", "KUBECACHEDIR")}
    return {**kept, **cluster, "PATH": path, "NO_PROXY": "*", "no_proxy": "*"}


def test_it_ends_with_a_rollback_and_leaves_nothing(bare: Node, shell: dict[str, str]) -> None:
    """Every command succeeds; the first answer is the provider's, the mistake is rolled back, and all of it goes."""
    blocks = commands(QUICK_START)
    done = subprocess.run(
        [*bare.network(), "bash", "-euo", "pipefail", "-m"],
        input="\n".join(blocks),
        cwd=ROOT,
        env=shell,
        capture_output=True,
        text=True,
        timeout=540,
    )

    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert "HTTP/1.1 200" in done.stdout
    assert "x-sealane-provider: moonshot" in done.stdout
    assert "ErrorRateExceeded" in done.stdout
    assert "sealane-traffic-dashboard" in done.stdout
    left = bare.kubectl("get", "namespaces,crds", "-o", "name")
    assert [each for each in left.split() if each.endswith((".sealane.dev", "/demo", "/sealane-system"))] == []
