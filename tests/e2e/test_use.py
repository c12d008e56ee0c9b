"""What a team does with Sealane: it declares a route, and its applications call one Service."""

from tests.support.e2e_scene import RELEASE, SYSTEM, TEAM, Scene
from tests.support.kubectl import KubectlError


def test_the_namespaces_admit_restricted_pods_only(scene: Scene) -> None:
    """What runs in them runs under the restricted standard, because nothing else is let in."""
    said = ""
    try:
        scene.kubectl("run", "loose", f"--namespace={SYSTEM}", f"--image={scene.image}")
    except KubectlError as refused:
        said = str(refused)

    assert 'violates PodSecurity "restricted:latest"' in said
    assert len(scene.routers()) == 3


def test_applications_call_the_service_by_its_name(scene: Scene) -> None:
    """A pod with its ServiceAccount's token is answered at the Service's DNS name: requests and streams."""
    seen = scene.call("--rate=10", "--streams=2", "--seconds=5")

    assert seen.lost == (0, 0, {})
    assert seen.requests >= 40
    assert seen.streams >= 4


def test_a_token_for_somebody_else_is_refused(scene: Scene) -> None:
    """A token that was made for the API server's audience opens nothing here."""
    seen = scene.call("--rate=2", "--streams=0", "--seconds=2", audience="https://kubernetes.default.svc")

    assert seen.failed == seen.requests > 0
    assert all(kind.startswith("401 ") for kind in seen.kinds)


def test_every_router_counts_what_it_served(scene: Scene) -> None:
    """The metrics of the routers together say as many exchanges as the callers saw, each with route and code."""
    before = _served(scene)
    seen = scene.call("--rate=20", "--streams=0", "--seconds=3")

    assert _served(scene) - before == seen.requests


def test_the_route_says_what_happened_to_it(scene: Scene) -> None:
    """``kubectl get`` shows it Ready, all routers programmed; ``kubectl events`` tells how that came."""
    status = scene.status()
    reasons = {event["reason"] for event in scene.objects("events.events.k8s.io", TEAM)}

    assert scene.condition("Ready").startswith("True/")
    assert status["stable"]["revision"] == 1
    assert status["programmed"] == {"ready": 3, "desired": 3}
    assert reasons


def test_helm_test_passes(scene: Scene) -> None:
    """``helm test`` declares a route to a stub of its own, sends a request and leaves nothing."""
    said = scene.node.helm("test", RELEASE, f"--namespace={SYSTEM}", "--timeout=180s")

    assert "Phase:" in said
    assert "Succeeded" in said
    assert scene.objects("providerroutes", SYSTEM) == []


def _served(scene: Scene) -> int:
    """Exchanges of the team's route that ended well, over all routers."""
    lines = [line for pod in scene.routers() for line in scene.metrics(pod).splitlines()]
    ours = [
        line for line in lines if line.startswith("sealane_exchanges_total{") and f'route="{TEAM}/assistants"' in line
    ]
    return sum(int(float(line.rpartition(" ")[2])) for line in ours if 'code="ok"' in line)
