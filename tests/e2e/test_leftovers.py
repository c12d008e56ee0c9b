"""Nothing of a node is left, whatever ends the run that started it: processes, namespaces, mounts, rules, folders."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.support.node import asked_context

#: A run of tests as far as the node is concerned: it has one with a pod, and waits. A shell's background jobs ignore
#: SIGINT.
_RUN = """
import signal, sys, time
from pathlib import Path
from tests.support.node import running_node
signal.signal(signal.SIGINT, signal.default_int_handler)
with running_node(Path(sys.argv[1]), Path(sys.argv[2])) as node:
    node.kubectl("wait", "serviceaccount/default", "--for=create", "--timeout=60s")
    node.kubectl("run", "idle", "--image=localhost/pause:1", "--image-pull-policy=Never")
    node.kubectl("wait", "pod/idle", "--for=condition=Ready", "--timeout=80s")
    print("ready", flush=True)
    time.sleep(600)
"""
_ROOT = Path(__file__).resolve().parents[2]

#: Where programs of a node keep things at fixed places, and what its interfaces and tables are called. Other programs
#: of the machine may mount, link and filter whatever they like meanwhile.
_PLACES = ("/run/containerd", "/run/netns", "/var/lib/cni", "/var/lib/kubelet", "/var/log/pods", "/var/log/containers")
_LINKS = ("node0", "veth")
_TABLE = "kube-proxy"
_GROUP = "sealane-node-"


@pytest.mark.skipif(bool(asked_context()), reason="the cluster is somebody else's, and so is what it leaves")
@pytest.mark.parametrize(
    "ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=["interrupted", "told", "killed"]
)
def test_nothing_of_a_node_outlives_its_run(ending: signal.Signals, images: Path, tmp_path: Path) -> None:
    """A run that is interrupted, told to end or killed leaves the machine as it was, and the logs."""
    folder, pause = tmp_path / "node", tmp_path / "images"
    folder.mkdir()
    pause.mkdir()
    for archive in images.glob("pause-*.tar"):
        (pause / archive.name).symlink_to(archive)
    before = _machine(folder)
    command = [sys.executable, "-c", _RUN, str(folder), str(pause)]
    with subprocess.Popen(command, cwd=_ROOT, env=_environment(), stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        ready = run.stdout.readline()
        spaces = _namespaces(folder)
        inside = len(_within(spaces))
        run.send_signal(ending)
        run.wait()
    deadline = time.monotonic() + 120  # half a minute on a busy machine
    while (_within(spaces) or _machine(folder) - before or _data(folder)) and time.monotonic() < deadline:
        time.sleep(0.2)

    assert (ready, inside > 5) == ("ready\n", True)
    assert _within(spaces) == []
    assert _machine(folder) - before == set()
    assert _data(folder) == set()
    assert (folder / "log" / "kubelet.log").is_file()


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(_ROOT), "PYTHONUNBUFFERED": "1"}


def _namespaces(folder: Path) -> set[str]:
    """The namespaces of a node, of the network and of mounts, as links in /proc name them."""
    (pid,) = re.findall(r"nsenter -t ([0-9]+) -m", (folder / "bin" / "enter").read_text(encoding="utf-8"))
    return {str(Path(f"/proc/{pid}/ns/{kind}").readlink()) for kind in ("net", "mnt")}


def _within(spaces: set[str]) -> list[str]:
    """The command lines of processes in one of these namespaces."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended just now
            if spaces & {str((process / "ns" / kind).readlink()) for kind in ("net", "mnt")}:
                found.append((process / "cmdline").read_text(errors="replace"))
    return found


def _machine(folder: Path) -> set[str]:
    """What a node might leave outside of its namespaces: mounts, files, packet filters, control groups, links."""
    tables, links = (
        subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout.splitlines()
        for command in (["nft", "list", "tables"], ["ip", "-brief", "link"])
    )
    mounts = Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()
    # Groups and files go while they are looked for: unlike a glob, a walk passes over what has gone.
    groups = {f"{at}/{name}" for at, names, _ in os.walk("/sys/fs/cgroup") for name in names if name.startswith(_GROUP)}
    files = (f"{at}/{name}" for place in _PLACES for at, *names in os.walk(place) for name in (*names[0], *names[1]))
    return {
        *(mount for mount in mounts if any(place in mount for place in (str(folder), *_PLACES))),
        *(table for table in tables if _TABLE in table),
        *(link for link in links if link.startswith(_LINKS)),
        *groups,
        *files,
    }


def _data(folder: Path) -> set[str]:
    """What a node writes and nobody reads afterwards; logs are none of it."""
    names = {path.name for path in folder.iterdir()}
    return {
        name for name in names if name in {"bin", "containerd", "etcd", "mnt", "pki"} or name.endswith("kubeconfig")
    }
