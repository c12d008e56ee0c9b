"""``.ci/run`` leaves out what cannot run there alone, says so first, and lets a test fail once."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.architecture.house import ROOT

#: Writes down each target; ``node-check`` fails where the machine is one on which no node can run.
_MAKE = """#!/bin/sh
echo "$@" >>"$CALLS"
if [ "$1" = node-check ] && [ -n "$NO_NODE" ]; then
  echo "A node of Kubernetes cannot run here: it needs root." >&2
  echo "make: *** [Makefile:1: node-check] Error 1" >&2
  exit 2
fi
if [ "$1" = "$UNSTEADY" ] && [ "$(grep -c "^$1" "$CALLS")" -le "$FAILURES" ]; then
  echo "FAILED tests/$1/test_it.py::test_that - AssertionError"
  echo "1 failed, of $1"
  exit 2
fi
echo "7 passed, of $1"
"""


def _ran(folder: Path, **environ: str) -> tuple[int, list[str], list[str], str]:
    """The exit code, the targets in their order, the lines of stdout, and stderr."""
    make = folder / "make"
    make.write_text(_MAKE, encoding="utf-8")
    make.chmod(0o755)
    ours = {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "CALLS": str(folder / "calls"),
        "NO_NODE": "",
        "UNSTEADY": "",
        **environ,
    }
    done = subprocess.run([ROOT / ".ci" / "run"], env=ours, capture_output=True, text=True, timeout=110, check=False)
    return done.returncode, (folder / "calls").read_text().split(), done.stdout.splitlines(), done.stderr


def test_it_judges_before_it_builds_and_ends_with_what_passed(tmp_path: Path) -> None:
    """Seconds come before minutes; the last lines are those of the end-to-end tests and of ``make test``."""
    code, targets, said, _ = _ran(tmp_path)

    assert code == 0
    assert targets.index("check") < targets.index("cluster") < targets.index("test") < targets.index("e2e")
    assert said[-2:] == ["7 passed, of e2e", "7 passed, of test"]


def test_without_a_node_it_says_why_and_goes_on(tmp_path: Path) -> None:
    """Everything else is judged; the first line names what is in the way."""
    code, targets, said, _ = _ran(tmp_path, NO_NODE="1")

    assert (code, "test" in targets, "e2e" in targets) == (0, True, False)
    assert said[0] == "# make e2e is left out. A node of Kubernetes cannot run here: it needs root."


def test_who_needs_the_node_is_told_at_once(tmp_path: Path) -> None:
    """Nothing is built before."""
    code, targets, said, told = _ran(tmp_path, NO_NODE="1", CI_NEEDS_E2E="1")

    assert (code, targets, said) == (1, ["node-check"], [])
    assert told == "A node of Kubernetes cannot run here: it needs root.\n"


@pytest.mark.parametrize("target", ["test", "e2e"])
@pytest.mark.parametrize(("failures", "expected"), [(0, 0), (1, 0), (2, 2)])
def test_what_fails_runs_once_more_and_decides(tmp_path: Path, target: str, failures: int, expected: int) -> None:
    """The second run is of what failed alone, and the test is named; a second failure fails."""
    code, targets, said, _ = _ran(tmp_path, UNSTEADY=target, FAILURES=str(failures))
    unsteady = [f"# passed when run once more: FAILED tests/{target}/test_it.py::test_that - AssertionError"]

    assert code == expected
    assert targets.count(target) == (2 if failures else 1)
    assert ("ARGS=--last-failed" in targets) == (failures > 0)
    assert (f"# make {target}: what failed runs once more" in said) == (failures > 0)
    assert [line for line in said if "passed when" in line] == (unsteady if failures == 1 else [])


def test_a_cluster_of_somebody_elses_needs_no_node(tmp_path: Path) -> None:
    """``make e2e`` runs there, whatever this machine can."""
    code, targets, _, _ = _ran(tmp_path, NO_NODE="1", E2E_CONTEXT="kind-sealane")

    assert (code, "e2e" in targets, "node-check" in targets) == (0, True, False)
