"""Whoever restarts, upgrades or rolls back Sealane cuts nobody off: 50 requests a second and 32 streams go on."""

from tests.support.e2e_previous import FIELD
from tests.support.e2e_scene import RELEASE, SYSTEM, Scene, Seen, wait

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
    _replaced(scene, before)
    seen = load.end()

    _unharmed(seen)


def test_helm_upgrade_loses_nothing(scene: Scene) -> None:
    """From the previous version: the CRDs get their new field, and every router and operator is another."""
    before, known = set(scene.routers()), _knows_the_field(scene)
    load = scene.begin(*_LOAD)
    scene.upgrade("--set=router.logLevel=warning", "--set=operator.logLevel=warning")
    _replaced(scene, before)
    seen = load.end()

    assert (known, _knows_the_field(scene)) == (False, True)
    _unharmed(seen)


def test_helm_rollback_loses_nothing(scene: Scene) -> None:
    """The previous version is back, and the route is as it was; going forward again loses nothing either."""
    before = set(scene.routers())
    load = scene.begin(*_LOAD)
    scene.node.helm("rollback", RELEASE, f"--namespace={SYSTEM}", "--wait", "--timeout=300s")
    _replaced(scene, before)
    known = _knows_the_field(scene)
    scene.upgrade()
    scene.settled()
    seen = load.end()

    assert (known, _knows_the_field(scene)) == (False, True)
    assert scene.condition("Ready").startswith("True/")
    _unharmed(seen)


def _knows_the_field(scene: Scene) -> bool:
    """Whether the CRDs on the cluster have the field that the previous version lacks."""
    return f'"{FIELD}"' in scene.kubectl("get", "crd", "providerroutes.sealane.dev", "-o", "json")


def _replaced(scene: Scene, before: set[str]) -> None:
    """Return once the new routers serve and the last old one has drained and is gone."""
    scene.settled()
    pods = ("pods", SYSTEM, "-l=app.kubernetes.io/component=router")
    wait(lambda: before.isdisjoint(pod["metadata"]["name"] for pod in scene.objects(*pods)), "the old routers are gone")
