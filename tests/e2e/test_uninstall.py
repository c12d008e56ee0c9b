"""What ``helm uninstall`` leaves: the kinds, and the routes of the teams with them; nothing else."""

import json

from tests.support.e2e_scene import RELEASE, SYSTEM, TEAM, Scene, wait

#: The kinds, what the API server derives from them, and what is the tests' own.
_KEPT = {
    "apiservice.apiregistration.k8s.io/v1alpha1.sealane.dev",
    "customresourcedefinition.apiextensions.k8s.io/providerroutes.sealane.dev",
    "customresourcedefinition.apiextensions.k8s.io/providerrouterevisions.sealane.dev",
    f"namespace/{SYSTEM}",
    f"namespace/{TEAM}",
}


def test_uninstalling_leaves_the_kinds_and_the_routes(scene: Scene) -> None:
    """Nothing of the release is left but its CRDs; the team's route is still there."""
    scene.node.helm("uninstall", RELEASE, f"--namespace={SYSTEM}", "--wait", "--timeout=180s")
    wait(lambda: not scene.objects("pods", SYSTEM), "the pods are gone")

    assert _left(scene) == []
    assert [route["metadata"]["name"] for route in scene.objects("providerroutes", TEAM)] == ["assistants"]


def _left(scene: Scene) -> list[str]:
    """Whatever bears the release's label or name anywhere, and what is in its namespace besides what each one has."""
    label = f"--selector=app.kubernetes.io/instance={RELEASE}"
    everywhere, here = _kinds(scene, namespaced=False), _kinds(scene, namespaced=True)
    labelled = scene.kubectl("get", everywhere, label, "-o", "name").split()
    named = [each for each in scene.kubectl("get", everywhere, "-o", "name").split() if RELEASE in each]
    inside = scene.kubectl("get", here, f"--namespace={SYSTEM}", "-o", "name").split()
    usual = {"configmap/kube-root-ca.crt", "serviceaccount/default"}
    return sorted({*labelled, *named, *inside} - usual - _KEPT)


def _kinds(scene: Scene, *, namespaced: bool) -> str:
    """Every kind that can be listed, but for Events, which tell what was."""
    said = scene.kubectl("api-resources", "--verbs=list", f"--namespaced={str(namespaced).lower()}", "-o", "name")
    return ",".join(kind for kind in said.split() if not kind.startswith("events"))


def test_the_kinds_go_with_a_command(scene: Scene) -> None:
    """``kubectl delete crd`` removes them and every route, and nothing hangs on a finalizer."""
    scene.kubectl("delete", "crd", "providerroutes.sealane.dev", "providerrouterevisions.sealane.dev", "--timeout=60s")
    left = json.loads(scene.kubectl("get", "crd", "-o", "json"))["items"]

    assert [crd["metadata"]["name"] for crd in left if crd["metadata"]["name"].endswith(".sealane.dev")] == []
