"""The README's quick start, typed as it stands into a cluster that has nothing of Sealane."""

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.architecture.house import ROOT
from tests.support.e2e_scene import VALUES, Scene
from tests.support.readme import QUICK_START, commands

#: What the README cannot know: the images are on the node already, and the node is small.
_HELM = """#!/bin/sh
case "$1" in install) exec "{helm}" "$@" --values="{values}" ;; *) exec "{helm}" "$@" ;; esac
"""


@pytest.fixture
def shell(scene: Scene, tmp_path: Path) -> dict[str, str]:
    """An environment in which kubectl and helm mean the node's."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "kubectl").symlink_to(scene.kubectl.program)
    (tmp_path / "values.yaml").write_text(yaml.safe_dump(dict(VALUES)), encoding="utf-8")
    helm = programs / "helm"
    helm.write_text(_HELM.format(helm=scene.node.helm.program, values=tmp_path / "values.yaml"), encoding="utf-8")
    helm.chmod(0o755)
    kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
    path = f"{programs}:{os.environ['PATH']}"
    return {**kept, "PATH": path, "KUBECONFIG": str(scene.kubectl.kubeconfig), "NO_PROXY": "*", "no_proxy": "*"}


def test_it_ends_with_a_rollback_and_leaves_nothing(scene: Scene, shell: dict[str, str]) -> None:
    """Every command succeeds; the first answer is the provider's, the mistake is rolled back, and all of it goes."""
    blocks = commands(QUICK_START)
    done = subprocess.run(
        [*scene.node.network(), "bash", "-euo", "pipefail", "-m"],
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
    left = scene.kubectl("get", "namespaces,crds", "-o", "name")
    assert [each for each in left.split() if each.endswith((".sealane.dev", "/demo", "/sealane-system"))] == []
