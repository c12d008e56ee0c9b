"""What an image holds: the locked packages of its extra, and what the Dockerfile promises beside them."""

import importlib.metadata
import re
import subprocess
import sys

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.house import PROJECT, ROOT

_TARGETS = ("router", "investigator", "operator")
_DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def _part(*names: str) -> subprocess.CompletedProcess[str]:
    with (ROOT / "requirements.lock").open(encoding="utf-8") as lock:
        command = [sys.executable, "-I", "image/locked.py", *names]
        return subprocess.run(command, cwd=ROOT, stdin=lock, capture_output=True, text=True, timeout=110, check=False)


def _named(part: str) -> set[str]:
    return {canonicalize_name(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", part, re.MULTILINE)}


def _needed(extra: str) -> set[str]:
    """What the installed packages themselves say that an extra needs on this machine."""
    found: set[str] = set()
    waiting = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"][extra]]
    while waiting:
        requirement = Requirement(waiting.pop())
        extras = {"extra": ",".join(requirement.extras)}
        name = canonicalize_name(requirement.name)
        if name in found or (requirement.marker and not requirement.marker.evaluate(extras)):
            continue
        found.add(name)
        for text in importlib.metadata.requires(name) or ():
            needed = Requirement(text)
            if needed.marker is None or needed.marker.evaluate(extras):
                waiting.append(text)
    return found


@pytest.mark.parametrize("target", _TARGETS)
def test_an_image_holds_what_its_extra_needs(target: str) -> None:
    """Every package that the extra needs is in its part of the lock, each with its hashes."""
    part = _part(target)

    assert (part.returncode, part.stderr) == (0, "")
    assert _needed(target) - _named(part.stdout) == set()
    assert re.findall(r"^[\w.-]+==.*\n(?!    --hash)", part.stdout, re.MULTILINE) == []


@pytest.mark.parametrize("target", _TARGETS)
def test_an_image_holds_no_tool_of_ours(target: str) -> None:
    """Nothing that only developers need is in it."""
    tools = {canonicalize_name(Requirement(text).name) for text in PROJECT["project"]["optional-dependencies"]["dev"]}

    assert _named(_part(target).stdout) & tools == set()


def test_a_package_that_is_not_locked_is_named() -> None:
    """It says which, and what to do."""
    refused = _part("hatchling", "left-pad")

    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == "left-pad: not in requirements.lock; run 'make lock'\n"


def test_every_image_runs_as_nobody_and_without_a_shell() -> None:
    """A numeric user that is not root, programs as lists of words, nothing from the working directory."""
    stages = re.findall(r"^FROM (\S+) AS (\S+)$", _DOCKERFILE, re.MULTILINE)
    runtime = _DOCKERFILE.partition(" AS runtime\n")[2]

    assert [name for base, name in stages if base == "runtime"] == sorted(_TARGETS)
    assert "USER 65532:65532" in runtime
    assert "PYTHONSAFEPATH=1" in runtime
    assert not re.search(r"^(RUN|CMD|ADD) ", runtime, re.MULTILINE)
    assert re.findall(r"^ENTRYPOINT (.*)$", runtime, re.MULTILINE) == [
        f'["/opt/sealane/bin/sealane-{target}"]' for target in sorted(_TARGETS)
    ]


def test_every_stage_begins_with_one_base_that_cannot_change() -> None:
    """The base is a build argument whose default has a digest; no stage is made of anything else."""
    stages = re.findall(r"^FROM (\S+) AS (\S+)$", _DOCKERFILE, re.MULTILINE)
    bases = re.findall(r"^ARG BASE=(.*)$", _DOCKERFILE, re.MULTILINE)

    assert len(stages) == len(re.findall(r"^FROM ", _DOCKERFILE, re.MULTILINE))
    assert {base for base, _ in stages} - {name for _, name in stages} == {"${BASE}"}
    assert len(bases) == 1
    assert re.fullmatch(r"\S+:[\w.-]+@sha256:[0-9a-f]{64}", bases[0])


def test_nothing_but_locked_hashes_is_installed() -> None:
    """Each ``pip install`` asks for hashes, or installs the wheel that was built here and nothing else."""
    installs = re.findall(r"pip (?:--python \S+ )?install (.*)", _DOCKERFILE)

    assert installs
    assert [line for line in installs if "--require-hashes" not in line and "--no-deps --no-index" not in line] == []
