"""A bad change of a route undoes itself while the applications call on."""

from tests.support.e2e_pods import provider, route
from tests.support.e2e_scene import TEAM, Scene, wait

#: Short enough for a test, long enough for the figures to say something.
_ROLLOUT = {
    "steps": [{"weight": 20, "hold": "30s"}, {"weight": 50, "hold": "30s"}],
    "analysis": {"minRequests": 30},
    "bakeTime": "10s",
}


def test_a_bad_change_is_rolled_back(scene: Scene) -> None:
    """A provider that fails is tried on a fifth of the requests, and the stable revision is back by itself."""
    scene.kubectl.apply(*provider(scene.image, TEAM, "broken", fault="status:500"))
    scene.kubectl("rollout", "status", "deployment/broken", f"--namespace={TEAM}", "--timeout=80s")
    stable = scene.stable()
    load = scene.begin("--rate=50", "--streams=0")
    scene.kubectl.apply(route(TEAM, "broken", rollout=_ROLLOUT))
    wait(lambda: scene.status().get("lastRollback"), "the route is rolled back")
    seen = load.end()
    rollback = scene.status()["lastRollback"]
    told = [event["reason"] for event in scene.objects("events.events.k8s.io", TEAM)]

    assert (stable, stable + 1, stable) == (scene.stable(), rollback["from"], rollback["to"])
    assert scene.condition("Stalled") == "True/RolledBack"
    assert "RolledBack" in told
    assert 0 < seen.failed < seen.requests / 4


def test_the_old_spec_ends_it(scene: Scene) -> None:
    """Whoever writes the stable spec again has a route that is Ready and not stalled, and no request fails."""
    scene.kubectl.apply(route(TEAM, rollout=_ROLLOUT))
    wait(lambda: not scene.condition("Stalled").startswith("True/"), "the route is not stalled")
    seen = scene.call("--rate=20", "--streams=2", "--seconds=4")

    assert scene.condition("Ready").startswith("True/")
    assert seen.lost == (0, 0, {})
