"""The programs of a control plane: where they are, or what is missing and how to get it."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_RECIPE = Path(__file__).resolve().parents[2] / "cluster" / "build.sh"


class ProgramMissing(Exception):
    """A program is not there; the text is one line that says which, and how to get it."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """The programs; ``controllers`` is None in a folder of ``KUBEBUILDER_ASSETS``, which seldom holds it."""

    etcd: Path
    apiserver: Path
    kubectl: Path
    controllers: Path | None


def find_binaries() -> Binaries:
    """What ``KUBEBUILDER_ASSETS`` or the cache of ``make cluster`` holds. Raises ProgramMissing."""
    folder = _folder()
    controllers = folder / "kube-controller-manager"
    return Binaries(
        etcd=_program(folder, "etcd", anywhere=True),
        apiserver=_program(folder, "kube-apiserver"),
        kubectl=_program(folder, "kubectl"),
        controllers=controllers if controllers.is_file() else None,
    )


def find_kubectl() -> Path:
    """The one program that somebody else's cluster needs. Raises ProgramMissing."""
    return _program(_folder(), "kubectl", anywhere=True)


def _folder() -> Path:
    """Where the programs are, or would be; only the recipe knows how its cache is named."""
    said = subprocess.run([_RECIPE, "folder"], capture_output=True, text=True, timeout=30, check=True)
    return Path(said.stdout.strip())


def _program(folder: Path, name: str, *, anywhere: bool = False) -> Path:
    """A program of the folder, or of the machine when its version does not matter."""
    if (folder / name).is_file():
        return folder / name
    if anywhere and (found := shutil.which(name)):
        return Path(found)
    if os.environ.get("KUBEBUILDER_ASSETS"):
        raise ProgramMissing(f"{name} is not in {folder}, which KUBEBUILDER_ASSETS names.")
    raise ProgramMissing(f"{name} is missing: 'make cluster' gets it, once, in about a quarter of an hour.")
