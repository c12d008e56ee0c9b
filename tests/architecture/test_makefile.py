"""The Makefile describes itself, and CI calls what the README tells people to call."""

import os
import re
import subprocess

from tests.architecture.house import ROOT

_MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
_TARGETS = set(re.findall(r"^([a-z][a-z0-9-]*):", _MAKEFILE, re.MULTILINE))


def test_help_lists_every_target() -> None:
    """``make`` alone shows each target with what it does."""
    done = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, timeout=110)
    listed = re.findall(r"^  make ([a-z0-9-]+) +\S", done.stdout, re.MULTILINE)

    assert (0, sorted(_TARGETS)) == (done.returncode, sorted(listed))


def test_no_target_is_a_file() -> None:
    """Each named target is phony, so that a file called ``test`` cannot switch it off."""
    phony = set(re.findall(r"^\.PHONY: ([a-z0-9-]+)$", _MAKEFILE, re.MULTILINE))

    assert phony == _TARGETS


def test_every_folder_of_tests_has_its_target() -> None:
    """``tests/<folder>`` is run alone by ``make test-<folder>``, or has a target of its own name."""
    folders = {path.relative_to(ROOT / "tests").parts[0] for path in (ROOT / "tests").rglob("test_*.py")}
    without = {name for name in folders if not {name, f"test-{name}"} & _TARGETS}

    assert set() == without


def test_ci_calls_the_test_command_of_the_readme() -> None:
    """The README tells people ``make test``, and ``.ci/run`` runs exactly that."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"^```sh\n(.*?)^```", readme, re.MULTILINE | re.DOTALL))
    commands = re.findall(r"^(make test)\b(?:\s+#.*)?$", blocks, re.MULTILINE)
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

    assert commands
    assert re.search(r"^make test\b(?!-)", script, re.MULTILINE)


def test_ci_is_an_executable_file() -> None:
    """``.ci/run`` runs as it is."""
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
