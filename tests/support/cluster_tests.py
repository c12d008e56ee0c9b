"""The Kubernetes API of a test run: started once, stopped whatever happens, and left out where nobody has it.

A ``conftest.py`` imports what it wants of this. ``make test`` runs these tests where ``make cluster`` was run before,
and always in CI. Whoever names such a folder asks for them: then a missing program is an error, and KUBECONFIG counts
for those who can use somebody else's cluster.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.cluster import Cluster, ControlPlane, existing_cluster, running_control_plane
from tests.support.cluster_binaries import Binaries, ProgramMissing, find_binaries, find_kubectl

#: The folders whose tests run on a control plane.
_TESTS = Path(__file__).resolve().parents[1]
_FOLDERS = (_TESTS / "cluster", _TESTS / "proof")


@dataclass(slots=True)
class _Account:
    """What the end of the run says about its cluster."""

    lines: list[str] = field(default_factory=list)


_ACCOUNT = pytest.StashKey[_Account]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin the account, once for all folders."""
    config.stash.setdefault(_ACCOUNT, _Account())


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a cluster that nobody has; where it was asked for, say what is missing and stop."""
    theirs = _their_cluster(config)
    shared = [item for item in items if _needs(item, "control_plane")]
    own = [item for item in items if _needs(item, "binaries") or (not theirs and _needs(item, "control_plane"))]
    if theirs and shared and (missing := _lacks(find_kubectl)):
        raise pytest.UsageError(missing)
    if own and (missing := _lacks(find_binaries)):
        if not theirs and (os.environ.get("CI") or _asked(config)):
            raise pytest.UsageError(missing)
        items[:] = [item for item in items if item not in own]
        config.hook.pytest_deselected(items=own)
        config.stash[_ACCOUNT].lines.append(f"{len(own)} tests of the cluster are left out: {missing}")


def _lacks(find: Callable[[], object]) -> str:
    """What it does not find, in one line; empty when it finds everything."""
    try:
        find()
    except ProgramMissing as missing:
        return str(missing)
    return ""


def _needs(item: pytest.Item, fixture: str) -> bool:
    return fixture in getattr(item, "fixturenames", ())


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the account, once for all folders."""
    lines = config.stash[_ACCOUNT].lines
    while lines:
        terminalreporter.write_line(lines.pop(0))


@pytest.fixture(scope="session")
def binaries() -> Binaries:
    """The programs of a control plane; a test that asks for them, directly or not, runs one that is its own."""
    return find_binaries()


@pytest.fixture(scope="session")
def control_plane(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """The cluster that all tests of the run share; each test keeps to namespaces and names of its own."""
    folder = tmp_path_factory.mktemp("control-plane")
    lines = request.config.stash[_ACCOUNT].lines
    if _their_cluster(request.config):
        kubeconfig = os.environ["KUBECONFIG"]
        yield existing_cluster(kubeconfig, find_kubectl(), folder)
        lines.append(f"the tests of the cluster used the one that KUBECONFIG names: {kubeconfig}")
        return
    with running_control_plane(request.getfixturevalue("binaries"), folder) as started:
        lines.append(f"control plane: ready in {started.started_in:.1f} s")
        yield started
    keep_what_explains(request, folder)


@pytest.fixture
def private_control_plane(request: pytest.FixtureRequest, binaries: Binaries, tmp_path: Path) -> Iterator[ControlPlane]:
    """A control plane for one test that stops, kills or freezes parts of it; it never is somebody else's cluster."""
    with running_control_plane(binaries, tmp_path) as started:
        yield started
    keep_what_explains(request, tmp_path)


def _their_cluster(config: pytest.Config) -> bool:
    """Whether to use the cluster of KUBECONFIG: nobody's own is written to by a plain ``make test``."""
    return bool(os.environ.get("KUBECONFIG")) and _asked(config)


def _asked(config: pytest.Config) -> bool:
    """Whether the command line names one of the folders or something in it."""
    named = [config.invocation_params.dir / str(each).split("::")[0] for each in config.invocation_params.args]
    paths = [path.resolve() for path in named if path.exists()]
    return any(path.is_relative_to(folder) for path in paths for folder in _FOLDERS)


def keep_what_explains(request: pytest.FixtureRequest, folder: Path) -> None:
    """Remove the data, and the logs as well when no test failed."""
    shutil.rmtree(folder / "etcd", ignore_errors=True)
    if request.session.testsfailed:
        request.config.stash[_ACCOUNT].lines.append(f"control plane: its logs are in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
