"""``make cluster-run``: a control plane of one's own in the foreground, until Ctrl-C."""

import shlex
import signal
import sys
import tempfile
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Run it, say how to use it, and return the exit code."""
    sys.path[0] = str(_ROOT)  # Python put this file's own folder there, and from there nothing finds ``tests``
    from tests.support.cluster import running_control_plane
    from tests.support.cluster_binaries import ProgramMissing, find_binaries

    try:
        binaries = find_binaries()
    except ProgramMissing as missing:
        sys.stderr.write(f"{missing}\n")
        return 1
    stops = {signal.SIGINT, signal.SIGTERM}
    with (
        tempfile.TemporaryDirectory(prefix="sealane-cluster-") as folder,
        running_control_plane(binaries, Path(folder)) as plane,
    ):
        signal.pthread_sigmask(signal.SIG_BLOCK, stops)
        sys.stdout.write(
            f"# {plane.server}, ready in {plane.started_in:.1f} s; logs in {folder}; Ctrl-C ends it\n"
            f"export KUBECONFIG={shlex.quote(str(plane.kubeconfig))}\n"
            f"export PATH={shlex.quote(str(binaries.kubectl.parent))}:$PATH\n"
        )
        sys.stdout.flush()
        signal.sigwait(stops)
    return 0


if __name__ == "__main__":
    sys.exit(main())
