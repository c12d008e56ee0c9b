"""Nothing of a control plane is left, whatever ends the process that started it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.support.cluster_binaries import Binaries
from tests.support.kubectl import Kubectl

_RUN = Path(__file__).with_name("run.py")


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="only Linux ends a process together with its parent")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL], ids=["interrupted", "killed"])
def test_nothing_outlives_the_process_that_started_it(
    binaries: Binaries, ending: signal.Signals, tmp_path: Path
) -> None:
    """``make cluster-run`` says how to use it; interrupted or killed, its API server is gone as well."""
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    process = subprocess.Popen([sys.executable, _RUN], env=environ, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout as out:
        try:
            told = [out.readline() for _ in range(3)]
            port = int(re.findall(r"https://127.0.0.1:([0-9]+)", told[0])[0])
            kubeconfig = Path(told[1].removeprefix("export KUBECONFIG=").strip())
            found = Kubectl(binaries.kubectl, kubeconfig)("get", "namespace", "default", "-o", "name")
        finally:
            process.send_signal(ending)
            process.wait()

    assert found == "namespace/default\n"
    deadline = time.monotonic() + 90
    while _listens(port) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _listens(port)
    assert ending == signal.SIGKILL or not list(tmp_path.iterdir())


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
