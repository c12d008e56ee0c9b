"""``.ci/run`` leaves nothing out unless somebody consented, and says what is in the way before it builds anything."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.architecture.house import ROOT

#: Writes down each target; ``node-check`` fails where the machine is one on which no node can run.
_MAKE = """#!/bin/sh
echo "$1" >>"$CALLS"
if [ "$1" = node-check ] && [ -n "$NO_NODE" ]; then
  echo "A node of Kubernetes cannot run here: it needs root." >&2
  echo "make: *** [Makefile:1: node-check] Error 1" >&2
  exit 2
fi
echo "7 passed, of $1"
"""


def _ran(folder: Path, **environ: str) -> tuple[int, list[str], list[str], str]:
    """The exit code, the targets in their order, the lines of stdout, and stderr."""
    make = folder / "make"
    make.write_text(_MAKE, encoding="utf-8")
    make.chmod(0o755)
    ours = {"PATH": f"{folder}:{os.environ['PATH']}", "CALLS": str(folder / "calls"), "NO_NODE": "", **environ}
    done = subprocess.run([ROOT / ".ci" / "run"], env=ours, capture_output=True, text=True, timeout=30, check=False)
    return done.returncode, (folder / "calls").read_text().split(), done.stdout.splitlines(), done.stderr


def test_it_judges_before_it_builds_and_ends_with_what_passed(tmp_path: Path) -> None:
    """Seconds come before minutes; the last lines are those of the end-to-end tests and of ``make test``."""
    code, targets, said, _ = _ran(tmp_path)

    assert code == 0
    assert targets.index("check") < targets.index("cluster") < targets.index("test") < targets.index("e2e")
    assert said[-2:] == ["7 passed, of e2e", "7 passed, of test"]


def test_without_a_node_it_fails_at_once_in_one_line(tmp_path: Path) -> None:
    """It says why, and which variable consents."""
    code, targets, said, told = _ran(tmp_path, NO_NODE="1")

    assert (code, targets, said) == (1, ["node-check"], [])
    assert told == "A node of Kubernetes cannot run here: it needs root. CI_WITHOUT_E2E=1 leaves it out.\n"


@pytest.mark.parametrize("value", ["", "1"])
def test_only_consent_leaves_the_node_out(tmp_path: Path, value: str) -> None:
    """With it nothing of a node is asked for, and the first line says so."""
    code, targets, said, _ = _ran(tmp_path, CI_WITHOUT_E2E=value)

    assert code == 0
    assert ("e2e" in targets, "node-check" in targets) == (not value, not value)
    assert said[0].startswith("# make e2e is left out") == bool(value)


def test_a_cluster_of_somebody_elses_needs_no_node(tmp_path: Path) -> None:
    """``make e2e`` runs there, whatever this machine can."""
    code, targets, _, _ = _ran(tmp_path, NO_NODE="1", E2E_CONTEXT="kind-sealane")

    assert (code, "e2e" in targets, "node-check" in targets) == (0, True, False)
