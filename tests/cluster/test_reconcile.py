"""The reconciler on a real API server: what it writes is stored as it was meant, and read again after a restart."""

import json

import pytest

from sealane_api.ownership import Grant
from sealane_operator.judgement.claims import Grants
from tests.support.api_kube import ApiKube
from tests.support.kubectl import Kubectl, KubectlError
from tests.support.operated import Scene


async def test_a_route_is_accepted_and_serves(scene: Scene) -> None:
    """The status is stored whole: what the schema does not have would be gone, and written again at each look."""
    scene.apply("a")
    await scene.settle("a")
    count = len(scene.kube.writes)
    scene.restart()
    await scene.settle("a")
    role = json.loads(scene("get", "role", "sealane-router-secrets", "-o", "json"))

    assert scene("wait", "--for=condition=Ready", "providerroute/a", "--timeout=10s").strip().endswith("condition met")
    assert scene.revisions() == {"a-1": "Stable"}
    assert scene.kube.writes[count:] == []
    assert role["rules"][0]["resourceNames"] == ["moonshot"]


async def test_a_conflict_and_its_end(scene: Scene) -> None:
    """The second route is told whose the pattern is, and has it when the first is gone."""
    scene.apply("a")
    scene.apply("b")
    await scene.settle("a", "b")
    refused = scene.condition("b", "Accepted")
    scene("delete", "providerroute", "a")
    await scene.settle("a")

    assert refused == "False/Conflicted"
    assert scene.condition("b", "Ready") == "True/Serving"


async def test_a_claim_outside_the_grant(administrator: Kubectl, namespace: str) -> None:
    """Accepted is false; nothing is made."""
    grants = Grants({namespace: (Grant.parse("glm-*"),)}, "sealane")
    async with ApiKube(administrator.kubeconfig, namespace) as kube:
        scene = Scene(administrator, kube, namespace, grants)
        scene.apply("a")
        await scene.settle("a")

        assert scene.condition("a", "Accepted") == "False/NotPermitted"
        assert scene.condition("a", "Ready") == "False/NotAccepted"
        assert scene.revisions() == {}


async def test_a_missing_secret_and_a_wrong_key(scene: Scene) -> None:
    """The condition says which, and the route serves once both are right."""
    scene("delete", "secret", "moonshot")
    scene.apply("a")
    await scene.settle("a")
    said = [scene.condition("a", "ResolvedRefs")]
    scene("create", "secret", "generic", "moonshot", "--from-literal=wrong=x")
    scene.clock += 60
    await scene.settle("a")
    said.append(scene.condition("a", "ResolvedRefs"))
    scene("patch", "secret", "moonshot", "--patch", '{"stringData": {"api-key": "x"}}')
    scene.clock += 60
    await scene.settle("a")

    assert said == ["False/SecretNotFound", "False/KeyNotFound"]
    assert scene.condition("a", "Ready") == "True/Serving"


async def test_delete_and_recreate_under_the_same_name(scene: Scene) -> None:
    """Whether or not the old revisions are collected yet, the new route has its own."""
    scene.apply("a")
    await scene.settle("a")
    old = scene.get("a")["metadata"]["uid"]
    scene("delete", "providerroute", "a")
    scene.apply("a")
    await scene.settle("a")
    number = scene.stable("a")
    owner = json.loads(scene("get", "providerrouterevision", f"a-{number}", "-o", "json"))["metadata"][
        "ownerReferences"
    ]

    assert owner[0]["uid"] == scene.get("a")["metadata"]["uid"] != old


async def test_a_wiped_status_is_rebuilt(scene: Scene) -> None:
    """A backup restored without status: pointers come from labels."""
    for prefix in ("a-", "b-"):
        scene.apply("a", prefix)
        await scene.settle("a")
    wipe = '[{"op": "remove", "path": "/status"}]'
    scene("patch", "providerroute", "a", "--subresource=status", "--type=json", "-p", wipe)
    scene.apply("a", "c-")
    scene.restart()
    await scene.kube.catch_up()
    await scene.reconciler.reconcile(f"{scene.namespace}/a")
    status = scene.get("a")["status"]

    assert (status["stable"]["revision"], status["candidate"]["revision"]) == (2, 3)


async def test_edit_to_null_and_back(scene: Scene) -> None:
    """Null is absent: no new content, no new revision."""
    scene.apply("a", suspend=False, revisionHistoryLimit=5)
    await scene.settle("a")
    changes = [
        '{"spec": {"revisionHistoryLimit": null, "suspend": null, "rollout": null}}',
        '{"spec": {"providers": null}}',
    ]
    scene("patch", "providerroute", "a", "--type=merge", "-p", changes[0])
    await scene.settle("a")
    with pytest.raises(KubectlError, match=r"spec\.providers: Required value"):
        scene("patch", "providerroute", "a", "--type=merge", "-p", changes[1])
    scene.apply("a", suspend=False, revisionHistoryLimit=5)
    await scene.settle("a")

    assert scene.revisions() == {"a-1": "Stable"}
    assert scene.condition("a", "Ready") == "True/Serving"


async def test_history_is_pruned_and_numbers_are_not_reused(scene: Scene) -> None:
    """The limit is the route's; the highest number stays."""
    for number in range(5):
        scene.apply("a", f"k{number}-", revisionHistoryLimit=1)
        await scene.settle("a")
    pruned = scene.revisions()
    scene.apply("a", "k0-", revisionHistoryLimit=1)
    await scene.settle("a")

    assert pruned == {"a-4": "Superseded", "a-5": "Stable"}
    assert scene.revisions() == {"a-5": "Superseded", "a-6": "Stable"}
