"""What happens when pods and the container runtime die under Sealane's users."""

import re
from contextlib import suppress

import pytest

from tests.support.e2e_scene import SYSTEM, Scene, wait
from tests.support.kubectl import KubectlError

_LOAD = ("--rate=20", "--streams=4", "--seconds=300")
_SHORT = ("--rate=20", "--streams=4", "--seconds=4", "--fresh")

#: A failure that is an answer, and no connection that broke or was refused.
_ANSWER = re.compile(r"(stream: )?[0-9]{3} ")

#: Processes that each hold less than the router, and together more than its container may.
_EATERS = """
import os, time
for _ in range(30):
    if os.fork() == 0:
        held = bytearray(b"x") * (24 << 20)
        time.sleep(20)
        os._exit(0)
time.sleep(20)
"""


def test_a_killed_router_starts_again(scene: Scene) -> None:
    """What it was serving is cut, and nothing else; it starts again in its pod, and no request fails then."""
    if scene.node.folder is None:
        pytest.skip("the processes of somebody else's node are not ours to kill")
    victim = scene.routers()[0]
    before = _restarts(scene, victim)
    load = scene.begin(*_LOAD, "--fresh")
    scene.kill(victim)
    wait(lambda: _restarts(scene, victim) > before, "the router was started again")
    scene.settled()
    seen = load.end()
    after = scene.call(*_SHORT)

    assert _last_end(scene, victim) == ("Error", 137)
    assert seen.failed + seen.cut < seen.requests / 4
    assert [kind for kind in seen.kinds if _ANSWER.match(kind)] == []
    assert after.lost == (0, 0, {})


def test_a_deleted_router_is_replaced(scene: Scene) -> None:
    """A pod that is deleted without grace is another pod soon, and the Service sends requests there."""
    victim = scene.routers()[0]
    scene.kubectl("delete", "pod", victim, f"--namespace={SYSTEM}", "--force", "--grace-period=0")
    wait(lambda: len(scene.in_service() - {victim}) == 3, "there are three routers in the Service")
    seen = scene.call(*_SHORT)

    assert victim not in scene.routers()
    assert seen.lost == (0, 0, {})


def test_a_router_over_its_memory_limit_starts_again(scene: Scene) -> None:
    """The kernel kills it, the kubelet starts it again, and it serves the same revision as before."""
    victim = scene.routers()[0]
    before = _restarts(scene, victim)
    with suppress(KubectlError):  # the command dies with the container
        scene.in_router(victim, _EATERS)
    wait(lambda: _restarts(scene, victim) > before, "the router was started again")
    scene.settled()
    seen = scene.call(*_SHORT)

    assert _last_end(scene, victim) == ("OOMKilled", 137)
    assert seen.lost == (0, 0, {})


def test_a_killed_operator_is_nobodys_concern(scene: Scene) -> None:
    """Both operators are gone at once; not a request fails, and a new leader takes over."""
    before = _leader(scene)
    load = scene.begin(*_LOAD)
    scene.kubectl(
        "delete",
        "pod",
        "-l=app.kubernetes.io/component=operator",
        f"--namespace={SYSTEM}",
        "--force",
        "--grace-period=0",
    )
    wait(lambda: _leader(scene) not in {"", before}, "another operator leads")
    scene.settled()
    seen = load.end()

    assert seen.lost == (0, 0, {})


def test_a_killed_container_runtime_is_nobodys_concern(scene: Scene) -> None:
    """containerd is killed and started again; the pods run on, not a request fails, and new pods start."""
    if scene.node.folder is None:
        pytest.skip("the container runtime of somebody else's node is not ours to kill")
    before = {name: _restarts(scene, name) for name in scene.routers()}
    load = scene.begin("--rate=20", "--streams=4", "--seconds=15")
    scene.node.enter("pkill", "-KILL", "-x", "containerd")
    seen = load.end(at_once=False)
    scene.settled()
    after = scene.call(*_SHORT)

    assert seen.lost == after.lost == (0, 0, {})
    assert before == {name: _restarts(scene, name) for name in scene.routers()}


def _leader(scene: Scene) -> str:
    """The pod whose operator holds the Lease; empty while nobody does."""
    (lease,) = scene.objects("leases", SYSTEM)
    return str(lease["spec"].get("holderIdentity") or "")


def _container(scene: Scene, pod: str) -> dict[str, object]:
    pods = scene.objects("pods", SYSTEM, f"--field-selector=metadata.name={pod}")
    (status,) = pods[0]["status"]["containerStatuses"]
    return dict(status)


def _restarts(scene: Scene, pod: str) -> int:
    return int(str(_container(scene, pod)["restartCount"]))


def _last_end(scene: Scene, pod: str) -> tuple[str, int]:
    """Why the container ended last, and with which code."""
    last = _container(scene, pod)["lastState"]
    assert isinstance(last, dict)
    return last["terminated"]["reason"], last["terminated"]["exitCode"]
