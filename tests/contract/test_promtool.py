"""``cluster/promtool.sh`` takes the machine's promtool and Prometheus, else Debian's, else says what to install."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

_RECIPE = Path(__file__).resolve().parents[2] / "cluster" / "promtool.sh"
_TOOLS = "bash dirname env mkdir mktemp mv rm sed touch chmod"

#: Knows of no package until it is told to look.
_APT_GET = """#!/usr/bin/env bash
if [ "$1" = update ]; then touch "$STATE/updated"; exit; fi
[ -e "$STATE/updated" ] || exit 100
touch prometheus.deb
"""
_DPKG_DEB = """#!/usr/bin/env bash
mkdir -p "$3/usr/bin"
for name in promtool prometheus; do touch "$3/usr/bin/$name" && chmod +x "$3/usr/bin/$name"; done
"""


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine that has the usual tools and what a test gives it."""

    folder: Path

    @property
    def cache(self) -> Path:
        """Where the program is kept."""
        return self.folder / "cache" / "sealane" / "promtool"

    def has(self, name: str, text: str = "#!/bin/sh\n") -> Path:
        """Put a program on its path."""
        program = self.folder / "bin" / name
        program.write_text(text, encoding="utf-8")
        program.chmod(0o755)
        return program

    def with_debian(self, *, user: int) -> None:
        """Packages can be had; only root may bring their list up to date."""
        self.has("apt-get", _APT_GET)
        self.has("dpkg-deb", _DPKG_DEB)
        self.has("id", f"#!/bin/sh\necho {user}\n")

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run the script: its exit code, what it answered and what it told."""
        done = subprocess.run(
            [_RECIPE, *arguments],
            env={
                "PATH": str(self.folder / "bin"),
                "XDG_CACHE_HOME": str(self.folder / "cache"),
                "STATE": str(self.folder),
            },
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        return done.returncode, done.stdout.strip(), done.stderr.strip()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine without promtool."""
    (tmp_path / "bin").mkdir()
    for tool in _TOOLS.split():
        if found := shutil.which(tool):
            (tmp_path / "bin" / tool).symlink_to(found)
    return Machine(tmp_path)


def test_the_machines_own_is_taken(machine: Machine) -> None:
    """Nothing is fetched where there is one."""
    own, server = machine.has("promtool"), machine.has("prometheus")

    assert machine.run() == machine.run("program") == (0, str(own), "")
    assert machine.run("program", "prometheus") == (0, str(server), "")
    assert not machine.cache.exists()


def test_debians_is_unpacked_once(machine: Machine) -> None:
    """They are never installed, the place is known before, and nothing but the programs is left."""
    machine.with_debian(user=0)
    place = str(machine.cache / "promtool")

    assert machine.run("program") == (0, place, "")
    assert machine.run() == (0, place, "Fetching Debian's prometheus with its promtool.")
    assert machine.run() == (0, place, "")
    assert sorted(path.name for path in machine.cache.iterdir()) == ["prometheus", "promtool"]


def test_who_cannot_get_it_is_told_in_one_line(machine: Machine) -> None:
    """Without Debian, and without root where the list of packages is empty; nothing is left behind."""
    nowhere = machine.run()
    machine.with_debian(user=1000)
    refused = machine.run()

    assert (nowhere[0], nowhere[1], len(nowhere[2].splitlines())) == (1, "", 1)
    assert "install Prometheus" in nowhere[2]
    assert (refused[0], refused[1]) == (1, "")
    assert "run 'apt-get update' as root" in refused[2]
    assert list(machine.cache.iterdir()) == []
