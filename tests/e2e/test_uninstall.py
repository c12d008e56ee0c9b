"""What ``helm uninstall`` leaves: the kinds, and the routes of the teams with them; nothing else."""

import json

from tests.support.e2e_scene import RELEASE, SYSTEM, TEAM, Scene, wait

_CLUSTER_WIDE = (
    "clusterroles",
    "clusterrolebindings",
    "validatingadmissionpolicies",
    "validatingadmissionpolicybindings",
)
_OF_A_NAMESPACE = (
    "deployments,services,pods,configmaps,secrets,serviceaccounts,roles,rolebindings,networkpolicies,"
    "poddisruptionbudgets"
)


def test_uninstalling_leaves_the_kinds_and_the_routes(scene: Scene) -> None:
    """Nothing of the release is left but its CRDs; the team's route is still there."""
    scene.node.helm("uninstall", RELEASE, f"--namespace={SYSTEM}", "--wait", "--timeout=180s")
    wait(lambda: not scene.objects("pods", SYSTEM), "the pods are gone")

    assert _left(scene) == []
    assert [route["metadata"]["name"] for route in scene.objects("providerroutes", TEAM)] == ["assistants"]


def _left(scene: Scene) -> list[str]:
    """What bears the release's label, and what is in its namespace besides that which each namespace has."""
    label = f"--selector=app.kubernetes.io/instance={RELEASE}"
    said = [
        scene.kubectl("get", ",".join(_CLUSTER_WIDE), label, "-o", "name"),
        scene.kubectl("get", _OF_A_NAMESPACE, f"--namespace={SYSTEM}", "-o", "name"),
    ]
    usual = {"configmap/kube-root-ca.crt", "serviceaccount/default"}
    return sorted(set(" ".join(said).split()) - usual)


def test_the_kinds_go_with_a_command(scene: Scene) -> None:
    """``kubectl delete crd`` removes them and every route, and nothing hangs on a finalizer."""
    scene.kubectl("delete", "crd", "providerroutes.sealane.dev", "providerrouterevisions.sealane.dev", "--timeout=60s")
    left = json.loads(scene.kubectl("get", "crd", "-o", "json"))["items"]

    assert [crd["metadata"]["name"] for crd in left if crd["metadata"]["name"].endswith(".sealane.dev")] == []
