"""A provider's outage keeps every router in the Service; a router that alone cannot reach it leaves, and returns."""

from collections.abc import Iterator

import pytest

from tests.support.e2e_pods import SHELTERED_MODEL, provider, sheltered_route
from tests.support.e2e_scene import TEAM, Scene, wait

#: Every router gets its share, and asks the provider often enough for its breaker to know.
_ALL = ("--rate=20", "--streams=0", "--fresh")
#: Longer than a router bears every provider of a critical rule to be open before it asks its peers about it.
_LONG = (*_ALL, "--seconds=60")
_SHORT = ("--rate=20", "--streams=2", "--seconds=3", "--fresh")
_REFUSED = "503 provider_unavailable retry-after"


class Cut:
    """Routers that reach everything but the provider, each by a route of its own network."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._off: list[str] = []
        said = scene.kubectl("get", "service", "provider", f"--namespace={TEAM}", "-o", "jsonpath={.spec.clusterIP}")
        self._address = f"{said}/32"

    def off(self, *routers: str) -> None:
        """From now on these do not reach the provider."""
        for router in routers:
            self._off.append(router)
            self._scene.inside(router, "ip", "route", "add", "blackhole", self._address)

    def heal(self) -> None:
        """All reach it again."""
        while self._off:
            self._scene.inside(self._off.pop(), "ip", "route", "del", "blackhole", self._address)


@pytest.fixture
def routers(scene: Scene) -> list[str]:
    """All three, when the Service sends requests to each of them and none is refused."""
    wait(lambda: len(scene.routers()) == 3, "there are three")
    _serving(scene)
    return sorted(scene.routers())


@pytest.fixture
def cut(scene: Scene) -> Iterator[Cut]:
    """Breaks the egress of routers; at the end it is whole again, and all routers serve."""
    if scene.node.folder is None:
        pytest.skip("the network of somebody else's pods is not ours to break")
    made = Cut(scene)
    yield made
    made.heal()
    _serving(scene)


@pytest.fixture
def no_provider(scene: Scene, routers: list[str]) -> Iterator[None]:
    """Nobody is behind the provider's Service, and a route whose fallback is there has become Ready before."""
    scene.kubectl.apply(*provider(scene.image, TEAM, "spare"), sheltered_route(TEAM, "provider", "spare"))
    scene.kubectl("rollout", "status", "deployment/spare", f"--namespace={TEAM}", "--timeout=80s")
    wait(lambda: scene.condition("Ready", "sheltered").startswith("True/"), "the sheltered route is Ready")
    scene.kubectl("scale", "deployment/provider", "--replicas=0", f"--namespace={TEAM}")
    wait(lambda: not scene.objects("pods", TEAM, "-l=app=provider"), "the provider is gone")
    yield
    scene.kubectl("scale", "deployment/provider", "--replicas=1", f"--namespace={TEAM}")
    scene.kubectl("rollout", "status", "deployment/provider", f"--namespace={TEAM}", "--timeout=80s")
    scene.kubectl("delete", "providerroute/sheltered", "deployment/spare", "service/spare", f"--namespace={TEAM}")
    _serving(scene)


@pytest.mark.usefixtures("no_provider")
def test_an_outage_that_all_see_empties_no_service(scene: Scene, routers: list[str]) -> None:
    """All routers stay, answer 503 with ``Retry-After``, or fall back where the rule says to whom."""
    sheltered = scene.begin(*_LONG, model=SHELTERED_MODEL)
    refused = scene.begin(*_LONG)
    served_by = refused.meanwhile(lambda: sorted(scene.in_service()))
    answers, seen = sheltered.end(at_once=False), refused.end(at_once=False)

    assert [names for names in served_by if names != routers] == []
    assert len(served_by) > 10
    assert seen.failed == seen.requests
    assert seen.kinds.get(_REFUSED, 0) > 0.8 * seen.requests
    assert answers.lost == (0, 0, {})


def test_a_router_that_alone_is_cut_off_leaves_and_returns(scene: Scene, routers: list[str], cut: Cut) -> None:
    """Its peers reach the provider, so it leaves the Service and nobody meets a failure; healed, it is back."""
    alone, *others = routers
    before = _left_for_a_local_fault(scene, alone)
    load = scene.begin(*_ALL)
    cut.off(alone)
    wait(lambda: scene.in_service() == set(others), "the router has left the Service")
    without_it = scene.call(*_SHORT)
    cut.heal()
    wait(lambda: scene.in_service() == set(routers), "the router is back in the Service")
    _serving(scene)
    load.end()

    assert _left_for_a_local_fault(scene, alone) == before + 1
    assert without_it.lost == (0, 0, {})


def test_of_two_that_are_cut_off_one_leaves(scene: Scene, routers: list[str], cut: Cut) -> None:
    """Two of three must be ready: the other one stays for as long as the fault lasts, and both are back after it."""
    *broken, whole = routers
    load = scene.begin(*_ALL)
    cut.off(*broken)
    wait(lambda: len(scene.in_service()) == 2, "one of them has left the Service")
    watch = scene.begin(*_LONG)
    served_by = [frozenset(names) for names in watch.meanwhile(scene.in_service)]
    watch.end(at_once=False)
    cut.heal()
    _serving(scene)
    load.end()

    assert len(served_by) > 10
    assert {len(names) for names in served_by} <= {2, 3}
    assert all(whole in names for names in served_by)


def _serving(scene: Scene) -> None:
    """Return once all routers are in the Service, no breaker of theirs is open or on trial, and no request fails."""

    def healthy() -> bool:
        calm = scene.call(*_SHORT).lost == (0, 0, {})
        return calm and scene.in_service() == set(scene.routers()) and all(map(closed, scene.routers()))

    def closed(router: str) -> bool:
        states = [line for line in scene.metrics(router).splitlines() if line.startswith("sealane_breaker_state{")]
        held = [line for line in states if 'arm="stable"' in line and float(line.rpartition(" ")[2]) == 1]
        return bool(held) and all('state="closed"' in line for line in held)

    wait(healthy, "every router serves")


def _left_for_a_local_fault(scene: Scene, router: str) -> float:
    """How often a router says that it left for that reason."""
    name = "sealane_local_fault_departures_total "
    (value,) = (line.removeprefix(name) for line in scene.metrics(router).splitlines() if line.startswith(name))
    return float(value)
