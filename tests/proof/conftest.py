"""The proof: real routers, a real operator and a real Kubernetes API, under load and with faults.

Without ``--full`` it is short, for every run of the tests. ``make proof`` runs it in full and writes ``docs/proof.md``.
"""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support import cluster_tests
from tests.support.cluster import ControlPlane, running_control_plane
from tests.support.cluster_binaries import Binaries
from tests.support.cluster_tests import binaries, pytest_collection_modifyitems, pytest_configure
from tests.support.loops import pytest_asyncio_loop_factories
from tests.support.proof_scene import FULL, SHORT, Chat, Figures, Scale
from tests.support.sealane_world import World, install, world

__all__ = ["binaries", "pytest_asyncio_loop_factories", "pytest_collection_modifyitems", "pytest_configure"]

_PAGE = Path(__file__).resolve().parents[2] / "docs" / "proof.md"
_FIGURES = pytest.StashKey[Figures]()

#: Seconds that one scenario may take when it runs in full.
_FULL_TIMEOUT, _SHORT_TIMEOUT = 3_600, 900


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--full``, where the command line names this folder."""
    parser.addoption("--full", action="store_true", help="run the proof in full and write docs/proof.md")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give a scenario the time that it needs."""
    if Path(__file__).parent in item.path.parents:
        item.add_marker(pytest.mark.timeout(_FULL_TIMEOUT if _full(item.config) else _SHORT_TIMEOUT))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int, config: pytest.Config) -> None:
    """Print the figures; write the page when everything ran in full and was true."""
    cluster_tests.pytest_terminal_summary(terminalreporter, config)
    figures = config.stash.get(_FIGURES, None)
    if figures is None or not figures.rows:
        return
    terminalreporter.section("proof")
    for line in figures.table():
        terminalreporter.write_line(line)
    whole = {Path(str(each)).resolve() for each in config.args} == {Path(__file__).parent}
    if figures.scale.full and whole and exitstatus == 0 and not config.getoption("keyword"):
        figures.write(_PAGE)
        terminalreporter.write_line(f"written to {_PAGE}")


def _full(config: pytest.Config) -> bool:
    return bool(config.getoption("--full", default=False))


@pytest.fixture(scope="session")
def scale(pytestconfig: pytest.Config) -> Scale:
    """How large the scenarios are."""
    return FULL if _full(pytestconfig) else SHORT


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config, scale: Scale) -> Figures:
    """Where measured values go."""
    return pytestconfig.stash.setdefault(_FIGURES, Figures(scale))


@pytest.fixture(scope="session")
def plane(
    request: pytest.FixtureRequest, binaries: Binaries, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ControlPlane]:
    """A control plane of the proof's own, with Sealane's kinds and permissions."""
    folder = tmp_path_factory.mktemp("control-plane-of-the-proof")
    with running_control_plane(binaries, folder) as started:
        install(started)
        yield started
    cluster_tests.keep_what_explains(request, folder)


@pytest.fixture
def empty_world(plane: ControlPlane, tmp_path: Path) -> Iterator[World]:
    """A namespace in which nothing runs yet."""
    with world(plane, tmp_path, f"proof-{uuid4().hex[:8]}") as made:
        yield made


@pytest.fixture
def sealane(empty_world: World) -> World:
    """Three routers and an operator; what ends is started again."""
    empty_world.start_routers(3)
    empty_world.tend(empty_world.start_operator())
    return empty_world


@pytest.fixture
def chat(sealane: World, scale: Scale) -> Chat:
    """The clients' route, whose first edition is stable."""
    made = Chat(sealane, steps=((10, scale.hold), (50, scale.hold)), bake=scale.bake)
    made.serve()
    return made
