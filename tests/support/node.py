"""A node of Kubernetes for the tests: ``cluster/node/run.sh`` in the background, or the cluster of ``E2E_CONTEXT``."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.cluster_component import Component, leashed
from tests.support.helm_release import Helm
from tests.support.kubectl import Kubectl, KubectlError

#: A start takes 10 seconds; a machine that is busy with something else gets as much time as it could ever need.
PATIENCE_SECONDS = 240.0
#: Building images from nothing takes two minutes on a quiet machine.
_BUILD_SECONDS = 1800.0
#: run.sh removes the node's cgroups and data before it ends: 8 seconds, on a busy machine more than 30.
_END_SECONDS = 120.0

_RECIPES = Path(__file__).resolve().parents[2] / "cluster" / "node"


class NodeError(Exception):
    """The node did not come up; the text holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Node:
    """A cluster whose nodes run pods. ``folder`` holds the logs of a node of ours, and is None for somebody else's."""

    kubectl: Kubectl
    helm: Helm
    folder: Path | None = None
    started_in: float = 0.0

    def network(self) -> tuple[str, ...]:
        """What stands before a command of the machine to run it where the addresses of a node of ours are."""
        return (str(self.folder / "bin" / "net"),) if self.folder else ()

    def enter(self, *command: str) -> str:
        """Run a command inside a node of ours and return its stdout. Raises CalledProcessError when it fails."""
        if self.folder is None:
            raise NodeError("this node is somebody else's, and its inside is none of our business")
        done = subprocess.run(
            [self.folder / "bin" / "enter", *command], capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout


def built_images() -> Path:
    """Build what changed of Sealane's images; returns the folder of their archives. Raises NodeError.

    Call it on the main thread.
    """
    builder = subprocess.Popen(leashed([str(_RECIPES / "images.sh")], "TERM"), stdout=subprocess.PIPE, text=True)
    try:
        said, _ = builder.communicate(timeout=_BUILD_SECONDS)
    finally:
        builder.terminate()  # interrupted, it ends its steps first
        builder.wait(_END_SECONDS)
    if builder.returncode:
        raise NodeError("the images cannot be built; what is above says why")
    return Path(said.strip())


@contextmanager
def running_node(folder: Path, images: Path) -> Iterator[Node]:
    """Run one with these images until the block ends; its data, keys and logs are in ``folder``.

    Call it on the main thread. Raises NodeError when it does not become Ready.
    """
    begun = time.monotonic()
    (folder / "images").symlink_to(images)
    runner = Component("node", [str(_RECIPES / "run.sh"), str(folder)], folder / "run.log", signal_at_our_end="TERM")
    runner.start()
    try:
        kubeconfig, programs = folder / "admin.kubeconfig", folder / "bin"
        kubectl = Kubectl(programs / "kubectl", kubeconfig)
        _wait(runner, folder, kubectl)
        yield Node(kubectl, Helm(programs / "helm", kubeconfig), folder, time.monotonic() - begun)
    finally:
        runner.stop(grace=_END_SECONDS)


def existing_node(context: str, folder: Path) -> Node:
    """The cluster of this kubeconfig context, with the machine's kubectl and helm. Raises NodeError without them."""
    kubectl, helm = shutil.which("kubectl"), shutil.which("helm")
    if not (kubectl and helm):
        raise NodeError("E2E_CONTEXT needs kubectl and helm on the path")
    said = subprocess.run(
        [kubectl, "config", "view", "--raw", "--flatten", "--minify", f"--context={context}", "-o", "json"],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    kubeconfig = folder / "admin.kubeconfig"
    kubeconfig.touch(mode=0o600)
    kubeconfig.write_text(said.stdout, encoding="utf-8")
    return Node(Kubectl(Path(kubectl), kubeconfig), Helm(Path(helm), kubeconfig))


def _wait(runner: Component, folder: Path, kubectl: Kubectl) -> None:
    """Return once the node is Ready and has its images."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _ready(folder, kubectl):
        if not runner.running:
            raise NodeError(f"the node ended; the last it wrote in {runner.last_words()}")
        if time.monotonic() > deadline:
            raise NodeError(f"the node is not Ready; its logs are in {folder / 'log'}")
        time.sleep(0.2)


def _ready(folder: Path, kubectl: Kubectl) -> bool:
    log = folder / "log" / "node.log"
    if not kubectl.program.is_file() or "everything is started" not in log.read_text(errors="replace"):
        return False
    try:
        return " Ready" in kubectl("get", "nodes", "--no-headers")
    except KubectlError:
        return False


def asked_context() -> str:
    """The kubeconfig context that ``E2E_CONTEXT`` names; empty for a node of our own."""
    return os.environ.get("E2E_CONTEXT", "")
