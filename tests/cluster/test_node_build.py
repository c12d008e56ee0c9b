"""``cluster/node/build.sh`` builds what a node needs beyond the control plane, each program whole or not at all."""

import re
from pathlib import Path

import pytest

from tests.support.machine import RECIPES, Machine

_NODE = RECIPES / "node"
_OURS = {"helm", "dns"}
_KUBERNETES = {"kube-scheduler", "kube-proxy", "kubelet"}

#: Writes where and what it was asked; ``build`` makes one file a package.
_GO = """#!/usr/bin/env bash
echo "${PWD##*/} go $*" >>"$CALLS"
if [ "$1" = list ]; then printf '%s\\n' a b c; fi
if [ "$1" = build ]; then
  [ ! -e "$CALLS.broken" ] || { echo "main.go:1:1: it does not compile" >&2; exit 1; }
  while [ "$1" != -o ]; do shift; done
  for package in "${@:5}"; do touch "$2${package##*/}"; chmod +x "$2${package##*/}"; done
fi
"""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with Go."""
    made = Machine.bare(tmp_path)
    made.has("go", _GO)
    return made


def _names(folder: str) -> set[str]:
    return {path.name for path in Path(folder).iterdir()}


def test_it_builds_once_and_answers_with_the_folder(machine: Machine) -> None:
    """The first run leaves every program in the folder; the second finds them there."""
    code, folder, _ = machine.run(recipe=_NODE)
    calls = machine.calls
    again = machine.run(recipe=_NODE)

    assert (code, _names(folder)) == (0, _OURS | _KUBERNETES)
    assert again == (0, folder, "")
    assert machine.calls == calls


def test_helm_alone_is_built_alone_and_kept(machine: Machine) -> None:
    """Whoever tests the chart waits for helm and nothing else; what is there is not built a second time."""
    code, folder, _ = machine.run("helm", recipe=_NODE)
    alone = _names(folder)
    machine.run(recipe=_NODE)
    builds = [call for call in machine.calls if " go build " in call]

    assert (code, alone) == (0, {"helm"})
    assert _names(folder) == _OURS | _KUBERNETES
    assert [call.count("helm.sh/helm/v4/cmd/helm") for call in builds] == [1, 0, 0]


def test_programs_are_built_where_their_versions_are(machine: Machine) -> None:
    """Kubernetes' from its own go.mod, the others from theirs, and each is told its version."""
    machine.run(recipe=_NODE)
    ours, theirs = (call for call in machine.calls if " go build " in call)

    assert ours.startswith("node go build")
    assert theirs.startswith("kubernetes go build")
    assert "helm/v4/internal/version.version=v4." in ours
    assert "k8s.io/component-base/version.gitVersion=v1.37.2" in theirs


def test_a_failed_build_leaves_nothing_behind(machine: Machine) -> None:
    """The compiler's words are shown, the exit code says so, and the next run builds again."""
    (machine.folder / "calls.broken").touch()
    code, folder, told = machine.run(recipe=_NODE)
    place = machine.run("folder", recipe=_NODE)[1]
    left = Path(place).exists()
    (machine.folder / "calls.broken").unlink()

    assert (code, folder, left) == (1, "", False)
    assert "main.go:1:1: it does not compile" in told
    assert machine.run(recipe=_NODE)[0] == 0


def test_a_program_that_is_not_its_is_refused(machine: Machine) -> None:
    """A misspelt name shows how it is called, and nothing is built."""
    code, _, told = machine.run("helm", "kubelt", recipe=_NODE)

    assert (code, machine.calls) == (2, [])
    assert "cluster/node/build.sh PROGRAM..." in told


def test_without_go_it_says_so_in_one_line(machine: Machine) -> None:
    """It says which version to install, before it begins."""
    (machine.folder / "bin" / "go").unlink()
    code, _, told = machine.run(recipe=_NODE)

    assert (code, len(told.splitlines())) == (1, 1)
    assert "install 1.26" in told


def test_node_and_control_plane_are_of_one_version() -> None:
    """What both go.mod files name has one version, so that the second build finds the first one's work."""
    plane, node = (
        dict(re.findall(r"^\t(\S+) (v\S+)", (folder / "go.mod").read_text(encoding="utf-8"), re.MULTILINE))
        for folder in (RECIPES, _NODE / "kubernetes")
    )

    assert len(plane.keys() & node.keys()) > 100
    assert {name for name in plane.keys() & node.keys() if plane[name] != node[name]} == set()
