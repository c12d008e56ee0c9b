"""Whoever restarts, upgrades or rolls back Sealane cuts nobody off: 50 requests a second and 32 streams go on."""

from tests.support.e2e_scene import RELEASE, SYSTEM, Scene, Seen

_LOAD = ("--rate=50", "--streams=32", "--seconds=400")


def _unharmed(seen: Seen) -> None:
    assert seen.lost == (0, 0, {})
    assert seen.requests > 500
    assert seen.streams > 100


def test_a_rolling_restart_loses_nothing(scene: Scene) -> None:
    """Every router is replaced, one after the other."""
    before = set(scene.routers())
    load = scene.begin(*_LOAD)
    scene.kubectl("rollout", "restart", "deployment/sealane-router", f"--namespace={SYSTEM}")
    _rolled_out(scene)
    seen = load.end()

    assert before.isdisjoint(scene.routers())
    _unharmed(seen)


def test_helm_upgrade_loses_nothing(scene: Scene) -> None:
    """Another value makes new routers and a new operator."""
    before = set(scene.routers())
    load = scene.begin(*_LOAD)
    scene.upgrade("--set=router.logLevel=warning", "--set=operator.logLevel=warning")
    seen = load.end()

    assert before.isdisjoint(scene.routers())
    _unharmed(seen)


def test_helm_rollback_loses_nothing(scene: Scene) -> None:
    """The revision before is back, and the route is as it was."""
    before = set(scene.routers())
    load = scene.begin(*_LOAD)
    scene.node.helm("rollback", RELEASE, f"--namespace={SYSTEM}", "--wait", "--timeout=300s")
    seen = load.end()

    assert before.isdisjoint(scene.routers())
    assert scene.condition("Ready").startswith("True/")
    _unharmed(seen)


def _rolled_out(scene: Scene) -> None:
    """Return once the new routers are there; three of them drain one after the other."""
    for _ in range(3):
        scene.settled()
