"""Tests of the chart on a real node; ``make e2e`` runs them, and ``make test`` leaves them out.

The node is ours, in namespaces of its own, or the cluster that E2E_CONTEXT names, to which the images were brought.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.e2e_load import __file__ as load_file
from tests.support.e2e_pods import provider, route, script, secret
from tests.support.e2e_previous import previous_chart
from tests.support.e2e_scene import RELEASE, SYSTEM, TEAM, Scene, wait
from tests.support.node import Node, asked_context, built_images, existing_node, running_node

_HERE = Path(__file__).resolve().parent
#: What the end of the run says about its node and its loads.
_ACCOUNT = pytest.StashKey[list[str]]()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the folder out unless the command line names it or something in it."""
    named = [config.invocation_params.dir / str(each).split("::")[0] for each in config.invocation_params.args]
    asked = any(path.resolve().is_relative_to(_HERE) for path in named if path.exists())
    return None if asked else True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests share one release, first as it was a version ago; the last two uninstall it, and begin with nothing."""
    last = ["test_investigator.py", "test_uninstall.py", "test_quick_start.py"]
    items.sort(key=lambda item: last.index(item.path.name) + 1 if item.path.name in last else 0)
    for item in items:
        # What the first test waits for has limits of its own: images from nothing take longer on a busy machine.
        item.add_marker(pytest.mark.timeout(600, func_only=True))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the account."""
    for line in config.stash.get(_ACCOUNT, []):
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def account(pytestconfig: pytest.Config) -> list[str]:
    """Lines for the end of the run."""
    return pytestconfig.stash.setdefault(_ACCOUNT, [])


@pytest.fixture(scope="session")
def images() -> Path:
    """The folder of the archives that a node of ours loads."""
    return built_images()


@pytest.fixture(scope="session")
def node(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, account: list[str]
) -> Iterator[Node]:
    """The node of the whole run."""
    folder = tmp_path_factory.mktemp("node")
    if context := asked_context():
        yield existing_node(context, folder)
        return
    with running_node(folder, request.getfixturevalue("images")) as started:
        account.append(f"node: Ready, with its images, in {started.started_in:.1f} s")
        yield started


@pytest.fixture(scope="session")
def scene(node: Node, tmp_path_factory: pytest.TempPathFactory, account: list[str]) -> Iterator[Scene]:
    """Sealane as it was a version ago, a provider, and a route to it that is Ready; removed at the end."""
    made = Scene(node, account)
    try:
        made.install(previous_chart(tmp_path_factory.mktemp("chart")))
        made.namespace(TEAM)
        made.kubectl.apply(
            *provider(made.image, TEAM),
            secret(TEAM),
            script(TEAM, Path(load_file).read_text(encoding="utf-8")),
            route(TEAM),
        )
        made.kubectl("rollout", "status", "deployment/provider", f"--namespace={TEAM}", "--timeout=80s")
        wait(lambda: made.condition("Ready").startswith("True/"), "the route is Ready")
        wait(lambda: made.call("--rate=5", "--streams=1", "--seconds=1").lost == (0, 0, {}), "an answer")
        yield made
    finally:
        if node.folder is None:  # a node of ours goes with everything in it, and after Ctrl-C it has gone already
            node.helm("uninstall", RELEASE, f"--namespace={SYSTEM}", "--ignore-not-found")
            made.kubectl("delete", "namespace", TEAM, SYSTEM, "--ignore-not-found", "--wait=false")
