"""``cluster/build.sh`` gets the programs once, whole or not at all, and says in one line what it lacks."""

import os
import shutil
from pathlib import Path

import pytest

from tests.support.machine import RECIPES, Machine

_KUBERNETES = {"kube-apiserver", "kube-controller-manager", "kubectl"}

#: Writes what it was asked and what it was told by the environment; ``build`` makes one file a package.
_GO = """#!/usr/bin/env bash
echo "CGO_ENABLED=$CGO_ENABLED GOFLAGS=$GOFLAGS go $*" >>"$CALLS"
if [ "$1" = list ]; then printf '%s\\n' a b c; fi
if [ "$1" = build ]; then
  sleep 0.2
  [ ! -e "$CALLS.broken" ] || { echo "main.go:1:1: it does not compile" >&2; exit 1; }
  while [ "$1" != -o ]; do shift; done
  for package in "${@:5}"; do touch "$2${package##*/}"; done
fi
"""
_ETCD = "#!/bin/sh\n"

#: Knows of no package until it is told to look.
_APT_GET = """#!/usr/bin/env bash
echo "apt-get $*" >>"$CALLS"
if [ "$1" = update ]; then touch "$CALLS.updated"; exit; fi
[ -e "$CALLS.updated" ] || exit 100
touch etcd-server.deb
"""
_DOWNLOAD = "apt-get -qq -o APT::Sandbox::User=root download etcd-server"
_DPKG_DEB = """#!/usr/bin/env bash
mkdir -p "$3/usr/bin" && touch "$3/usr/bin/etcd" && chmod +x "$3/usr/bin/etcd"
"""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with Go and without etcd."""
    made = Machine.bare(tmp_path)
    made.has("go", _GO)
    return made


def _with_etcd(machine: Machine) -> Machine:
    machine.has("etcd", _ETCD)
    return machine


def _with_debian(machine: Machine, *, user: int) -> Machine:
    machine.has("apt-get", _APT_GET)
    machine.has("dpkg-deb", _DPKG_DEB)
    machine.has("id", f"#!/bin/sh\necho {user}\n")
    return machine


def test_it_builds_once_and_answers_with_the_folder(machine: Machine) -> None:
    """The first run leaves the three programs of Kubernetes in the folder; the second finds them there."""
    _with_etcd(machine)
    code, folder, _ = machine.run()
    calls = machine.calls
    again = machine.run()

    assert (code, {path.name for path in Path(folder).iterdir()}) == (0, _KUBERNETES)
    assert (0, folder, "") == again
    assert calls == machine.calls


def test_the_folder_is_known_before_anything_is_built(machine: Machine) -> None:
    """``folder`` answers what a build would, and does nothing."""
    code, folder, _ = machine.run("folder")

    assert (0, [], set()) == (code, machine.calls, machine.cached)
    assert (0, folder) == _with_etcd(machine).run()[:2]


def test_kubernetes_is_told_its_version(machine: Machine) -> None:
    """Without the version flags the server would call itself v0.0.0; without cgo it needs nothing of the machine."""
    _with_etcd(machine).run()
    (build,) = [call for call in machine.calls if " go build " in call]

    assert build.startswith("CGO_ENABLED=0 GOFLAGS=-mod=readonly go build")
    assert "-trimpath" in build
    for told in ("gitVersion=v1.37.2", "gitMajor=1", "gitMinor=37"):
        assert f"-X k8s.io/component-base/version.{told}" in build


def test_a_failed_build_leaves_nothing_behind(machine: Machine) -> None:
    """The compiler's words are shown, the exit code says so, no folder is left, and the next run builds again."""
    _with_etcd(machine)
    (machine.folder / "calls.broken").touch()
    code, folder, told = machine.run()
    left = machine.cached
    (machine.folder / "calls.broken").unlink()

    assert (1, "", set()) == (code, folder, left)
    assert "main.go:1:1: it does not compile" in told
    assert machine.run()[0] == 0


@pytest.mark.skipif(shutil.which("flock") is None, reason="this system has no flock")
def test_two_at_once_build_once(machine: Machine) -> None:
    """The second waits for the first and takes what it built."""
    _with_etcd(machine)
    running = [machine.start() for _ in range(2)]
    answers = [process.communicate(timeout=30)[0] for process in running]

    assert [process.returncode for process in running] == [0, 0]
    assert answers[0] == answers[1]
    assert sum(" go build " in call for call in machine.calls) == 1


def test_a_missing_etcd_is_unpacked_from_debian(machine: Machine) -> None:
    """It is put beside the others and never installed; when it goes from the machine later, it is fetched then."""
    _with_etcd(machine).run()
    (machine.folder / "bin" / "etcd").unlink()
    _with_debian(machine, user=1000)
    (machine.folder / "calls.updated").touch()
    code, folder, _ = machine.run()

    assert (code, {path.name for path in Path(folder).iterdir()}) == (0, _KUBERNETES | {"etcd"})
    assert [call for call in machine.calls if call.startswith("apt-get")] == [_DOWNLOAD]


def test_root_brings_the_list_of_packages_up_to_date(machine: Machine) -> None:
    """On a new machine the list is empty: root fetches it, anybody else is told to."""
    refused = _with_debian(machine, user=1000).run()
    code, folder, _ = _with_debian(machine, user=0).run()

    assert (refused[0], machine.calls[:2]) == (1, [_DOWNLOAD, _DOWNLOAD])
    assert "run 'apt-get update' as root" in refused[2]
    assert machine.calls[2:4] == ["apt-get update -qq", _DOWNLOAD]
    assert (code, (Path(folder) / "etcd").exists()) == (0, True)


@pytest.mark.parametrize(("missing", "named"), [("etcd", "etcd-server"), ("go", "1.26")])
def test_what_it_cannot_get_is_named_in_one_line(machine: Machine, missing: str, named: str) -> None:
    """It says what to install before it begins, and leaves nothing behind."""
    _with_etcd(machine)
    (machine.folder / "bin" / missing).unlink()
    code, _, told = machine.run()

    assert (1, 1, set()) == (code, len(told.splitlines()), machine.cached)
    assert named in told
    assert "KUBEBUILDER_ASSETS" in told


def test_a_folder_of_ones_own_is_taken_as_it_is(machine: Machine) -> None:
    """With KUBEBUILDER_ASSETS nothing is built; a program that is not in it is named."""
    own = machine.folder / "own"
    own.mkdir()
    lacking = machine.run(KUBEBUILDER_ASSETS=str(own))
    for name in ("etcd", "kube-apiserver", "kubectl"):
        shutil.copy(machine.folder / "bin" / "go", own / name)

    assert (1, f"KUBEBUILDER_ASSETS is {own}, and there is no etcd in it.") == (lacking[0], lacking[2])
    assert (0, str(own), "") == machine.run(KUBEBUILDER_ASSETS=str(own))
    assert machine.calls == []


def test_another_recipe_is_another_folder_and_three_are_kept(machine: Machine, tmp_path: Path) -> None:
    """A branch with other versions builds its own; the oldest folders go."""
    _with_etcd(machine)
    recipe = tmp_path / "recipe"
    shutil.copytree(RECIPES, recipe)
    built = []
    for number in range(4):
        (recipe / "go.sum").write_text(f"{number}\n", encoding="utf-8")
        built.append(Path(machine.run(recipe=recipe)[1]).name)
        if number < 3:
            age = 1_000_000_000 + number
            os.utime(tmp_path / "cache" / "sealane" / "cluster" / built[-1], (age, age))

    assert len(set(built)) == 4
    assert set(built[1:]) == machine.cached
