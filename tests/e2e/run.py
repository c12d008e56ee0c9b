"""``make node-run``: a node of one's own with Sealane's images, in the foreground, until Ctrl-C."""

import shlex
import signal
import sys
import tempfile
from pathlib import Path

_ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Run it, say how to use it, and return the exit code."""
    sys.path[0] = str(_ROOT)  # Python put this file's own folder there, and from there nothing finds ``tests``
    from tests.support.node import NodeError, built_images, running_node

    stops = {signal.SIGINT, signal.SIGTERM}
    try:
        images = built_images()
        with tempfile.TemporaryDirectory(prefix="sealane-node-") as folder, running_node(Path(folder), images) as node:
            signal.pthread_sigmask(signal.SIG_BLOCK, stops)
            sys.stdout.write(
                f"# a node, ready in {node.started_in:.1f} s; logs in {folder}/log; Ctrl-C ends it\n"
                f"export PATH={shlex.quote(folder)}/bin:$PATH    # `net bash`: a shell in its network\n"
            )
            sys.stdout.flush()
            signal.sigwait(stops)
    except NodeError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
