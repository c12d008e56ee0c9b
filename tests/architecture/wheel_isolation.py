"""Proves that each deployable works from the wheel with only its own extra installed; ``make wheel`` runs it.

For every extra a fresh virtual environment gets the wheel, that extra and nothing else, at the locked
versions. All modules of the extra's packages must import there. Then pytest joins them, and the unit tests of
these packages pass against what is installed: the source folders are on no path.
"""

import argparse
import subprocess
import sys
import tempfile
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.house import PACKAGES, PROJECT, ROOT


@dataclass(frozen=True, slots=True)
class Deployable:
    """What one extra promises: the packages that import, and the unit tests that pass; no extra is ``""``."""

    extra: str
    packages: tuple[str, ...]
    tests: tuple[str, ...]


_SHARED = ("sealane_api", "sealane_telemetry")
_CLUSTER = (*_SHARED, "sealane_kube")

#: Tests of the stub that speak through real client libraries, which no deployable needs.
_WITH_CLIENTS = tuple(f"--ignore=tests/unit/cli/stub/test_{name}.py" for name in ("command", "endpoints", "server"))

#: Tests of the operator in front of real routers, whose libraries it does not have.
_WITH_ROUTERS = tuple(f"--ignore=tests/unit/operator/fleet/test_{name}.py" for name in ("fleet_with_a_router", "polls"))

_DEPLOYABLES = (
    Deployable("", (*_SHARED, "sealane_client"), ("tests/unit/api", "tests/unit/telemetry")),
    Deployable("router", (*_CLUSTER, "sealane_router"), ("tests/unit/router",)),
    Deployable(
        "cli",
        (*_CLUSTER, "sealane_router", "sealane_operator", "sealane_investigator", "sealane_cli"),
        ("tests/unit/cli", *_WITH_CLIENTS),
    ),
    Deployable("operator", (*_CLUSTER, "sealane_operator"), ("tests/unit/kube", "tests/unit/operator", *_WITH_ROUTERS)),
    Deployable("investigator", (*_CLUSTER, "sealane_investigator"), ("tests/unit/investigator",)),
)

#: What running a test needs; none of it brings a library that a deployable could lean on unnoticed.
_TEST_TOOLS = ("hypothesis", "pytest", "pytest-asyncio", "pytest-timeout", "trustme")

_IMPORT_ALL = """
import importlib, pkgutil, sys
for package in sys.argv[1:]:
    found = importlib.import_module(package)
    if "site-packages" not in found.__file__:
        sys.exit(f"{package} comes from {found.__file__}, not from the wheel")
    for module in pkgutil.walk_packages(found.__path__, package + "."):
        importlib.import_module(module.name)
"""


def main() -> int:
    """Check the one wheel in the folder that the command line names; return 1 at the first failure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="holds the wheel")
    (wheel,) = parser.parse_args().folder.resolve().glob("*.whl")
    try:
        _check_contents(wheel)
        with tempfile.TemporaryDirectory(prefix="sealane-wheel-") as temporary:
            versions = _locked_versions(Path(temporary))
            for deployable in _DEPLOYABLES:
                done = _check(deployable, wheel, versions, Path(temporary))
                _say(f"{deployable.extra or 'no extra'}: {done}")
    except subprocess.CalledProcessError as failed:
        command = " ".join(str(word) for word in failed.cmd if word is not _IMPORT_ALL)
        _say(f"{failed.stdout}{failed.stderr}failed: {command}")
        return 1
    return 0


def _check_contents(wheel: Path) -> None:
    """The wheel holds the packages, each marked as typed, the license, and nothing beside them."""
    names = zipfile.ZipFile(wheel).namelist()
    metadata = f"{PROJECT['project']['name']}-{PROJECT['project']['version']}.dist-info"
    tops = {name.split("/")[0] for name in names}
    if tops != {*PACKAGES, metadata}:
        raise SystemExit(f"{wheel.name} holds {sorted(tops)}")
    missing = {f"{package}/py.typed" for package in PACKAGES} | {f"{metadata}/licenses/LICENSE"}
    if missing := missing.difference(names):
        raise SystemExit(f"{wheel.name} lacks {sorted(missing)}")


def _locked_versions(folder: Path) -> Path:
    """The lock as constraints without hashes: pip wants them for all or none, and the wheel has none."""
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(line.rstrip(" \\") for line in lines if line[:1].isalnum()), encoding="utf-8")
    return constraints


def _check(deployable: Deployable, wheel: Path, versions: Path, folder: Path) -> str:
    """Install, import, test; return what was done."""
    place = folder / (deployable.extra or "none")
    venv.create(place, with_pip=False, symlinks=True)
    python = place / "bin" / "python"
    extra = f"[{deployable.extra}]" if deployable.extra else ""
    _install(python, versions, f"sealane{extra} @ {wheel.as_uri()}")
    _run(python, "-I", "-W", "error", "-c", _IMPORT_ALL, *deployable.packages)
    done = f"{', '.join(deployable.packages)} import"
    if deployable.tests:
        _install(python, versions, *_TEST_TOOLS)
        tested = _run(python, "-m", "pytest", "--quiet", "-p", "no:cacheprovider", *deployable.tests)
        done += f"; {tested.strip().splitlines()[-1]}"
    return done


def _install(python: Path, versions: Path, *requirements: str) -> None:
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    _run(*pip, "install", "--quiet", "--constraint", versions, *requirements)
    _run(*pip, "check")


def _run(*command: str | Path) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
