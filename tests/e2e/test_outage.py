"""A provider's outage keeps every router in the Service; a router that alone cannot reach it leaves, and returns."""

from collections.abc import Iterator

import pytest

from tests.support.e2e_scene import TEAM, Scene, wait

#: Longer than a router bears every provider of a critical rule to be open before it asks its peers about it.
_LONG = ("--rate=10", "--streams=0", "--seconds=50")
_SHORT = ("--rate=20", "--streams=2", "--seconds=3")
_REFUSED = "503 provider_unavailable retry-after"


@pytest.fixture
def no_provider(scene: Scene) -> Iterator[None]:
    """Nobody is behind the provider's Service."""
    scene.kubectl("scale", "deployment/provider", "--replicas=0", f"--namespace={TEAM}")
    yield
    scene.kubectl("scale", "deployment/provider", "--replicas=1", f"--namespace={TEAM}")
    scene.kubectl("rollout", "status", "deployment/provider", f"--namespace={TEAM}", "--timeout=80s")
    wait(lambda: scene.call(*_SHORT).lost == (0, 0, {}), "requests are answered again")


@pytest.fixture
def cut_off(scene: Scene) -> Iterator[str]:
    """A router that reaches everything but the provider."""
    if scene.node.folder is None:
        pytest.skip("the network of somebody else's pods is not ours to break")
    router = scene.routers()[0]
    address = scene.kubectl("get", "service", "provider", f"--namespace={TEAM}", "-o", "jsonpath={.spec.clusterIP}")
    scene.inside(router, "ip", "route", "add", "blackhole", f"{address}/32")
    yield router
    scene.inside(router, "ip", "route", "del", "blackhole", f"{address}/32")
    wait(lambda: router in scene.in_service(), "the router is back in the Service")


def test_an_outage_that_all_see_empties_no_service(scene: Scene, no_provider: None) -> None:
    """All routers stay and answer 503 with ``Retry-After``, but for the few requests that try the provider."""
    seen = scene.call(*_LONG)

    assert scene.in_service() == set(scene.routers())
    assert seen.failed == seen.requests
    assert seen.kinds.get(_REFUSED, 0) > 0.8 * seen.requests


def test_a_router_that_alone_is_cut_off_leaves(scene: Scene, cut_off: str) -> None:
    """Its peers reach the provider, so it leaves the Service, and who calls then meets no failure."""
    load = scene.begin("--rate=20", "--streams=0")
    wait(lambda: cut_off not in scene.in_service(), "the router has left the Service")
    wait(lambda: scene.call(*_SHORT).lost == (0, 0, {}), "no request fails")
    load.end()

    assert scene.in_service() == set(scene.routers()) - {cut_off}
