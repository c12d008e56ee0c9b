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

#: A run of tests as far as the node is concerned: it has one, and waits. A shell's background jobs ignore SIGINT.
_RUN = """
import signal, sys, time
from pathlib import Path
from tests.support.node import running_node
signal.signal(signal.SIGINT, signal.default_int_handler)
with running_node(Path(sys.argv[1]), Path(sys.argv[2])):
    print("ready", flush=True)
    time.sleep(600)
"""
_ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.skipif(bool(asked_context()), reason="the cluster is somebody else's, and so is what it leaves")
@pytest.mark.parametrize(
    "ending", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=["interrupted", "told", "killed"]
)
def test_nothing_of_a_node_outlives_its_run(ending: signal.Signals, tmp_path: Path) -> None:
    """A run that is interrupted, told to end or killed leaves the machine as it was, and the logs."""
    folder, images = tmp_path / "node", tmp_path / "images"
    folder.mkdir()
    images.mkdir()
    before = _machine()
    command = [sys.executable, "-c", _RUN, str(folder), str(images)]
    with subprocess.Popen(command, cwd=_ROOT, env=_environment(), stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout is not None
        ready = run.stdout.readline()
        spaces = _namespaces(folder)
        inside = len(_within(spaces))
        run.send_signal(ending)
        run.wait()
    deadline = time.monotonic() + 120  # half a minute on a busy machine
    while (_within(spaces) or _machine() != before or _data(folder)) and time.monotonic() < deadline:
        time.sleep(0.2)

    assert (ready, inside > 5) == ("ready\n", True)
    assert _within(spaces) == []
    assert _machine() == before
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


def _machine() -> tuple[str, str, list[str], str]:
    """What a node might leave outside of its namespaces: mounts, packet filters, control groups, links."""
    rules, links = (
        subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
        for command in (["nft", "list", "ruleset"], ["ip", "-oneline", "link"])
    )
    # Groups go while they are looked for: unlike a glob, a walk passes over what has gone.
    walk = os.walk("/sys/fs/cgroup")
    groups = sorted(f"{at}/{name}" for at, names, _ in walk for name in names if name.startswith("sealane-node-"))
    return Path("/proc/self/mounts").read_text(encoding="utf-8"), rules, groups, links


def _data(folder: Path) -> set[str]:
    """What a node writes and nobody reads afterwards; logs are none of it."""
    names = {path.name for path in folder.iterdir()}
    return {
        name for name in names if name in {"bin", "containerd", "etcd", "mnt", "pki"} or name.endswith("kubeconfig")
    }
