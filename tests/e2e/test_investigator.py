"""The investigator of the chart, beside the routers: it is told of what they see, and says what that is."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.e2e_scene import SYSTEM, Scene, wait
from tests.support.node import Node

_TOKEN = "token-of-the-end-to-end-tests"
_SECRET = "sealane-investigator"
#: Below what the node alone sees there, and what goes with it.
_FOLDER = "/var/lib/kubelet/sealane-e2e-incidents"
_VOLUME = "sealane-e2e-incidents"
_VALUES = (
    "--set=investigator.enabled=true",
    f"--set=investigator.tokens.existingSecret={_SECRET}",
    f"--set=investigator.persistence.existingClaim={_VOLUME}",
    "--set=investigator.resources.requests.cpu=50m",
)
#: A Service leads to a new pod a moment after that is ready; an answer that is no success ends it at once.
_READ = """
import sys, time, urllib.error, urllib.request
request = urllib.request.Request("http://sealane-investigator:8081/v1/incidents?limit=100")
request.add_header("Authorization", "Bearer " + sys.argv[1])
for left in reversed(range(60)):
    try:
        print(urllib.request.urlopen(request, timeout=10).read().decode())
        break
    except urllib.error.URLError as error:
        if isinstance(error, urllib.error.HTTPError) or not left:
            raise
        time.sleep(0.5)
"""


def _volume(scene: Scene) -> None:
    """What a storage class would do: a folder of the node that the investigator's user may write."""
    scene.node.enter("install", "-d", "-m", "0770", "-o", "65532", "-g", "65532", _FOLDER)
    size, modes = {"storage": "1Gi"}, ["ReadWriteOnce"]
    scene.kubectl.apply(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": _VOLUME},
            "spec": {
                "capacity": size,
                "accessModes": modes,
                "persistentVolumeReclaimPolicy": "Retain",
                "storageClassName": "",
                "hostPath": {"path": _FOLDER},
            },
        },
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": _VOLUME, "namespace": SYSTEM},
            "spec": {
                "accessModes": modes,
                "storageClassName": "",
                "volumeName": _VOLUME,
                "resources": {"requests": size},
            },
        },
    )


def _secret(scene: Scene) -> None:
    digest = hashlib.sha256(_TOKEN.encode()).hexdigest()
    tokens = f"tokens: [{{name: tests, sha256: '{digest}', rights: [report, read, act]}}]\n"
    scene.kubectl.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": _SECRET, "namespace": SYSTEM},
            "stringData": {"tokens.yaml": tokens, "router": _TOKEN, "event-key": "of the end-to-end tests"},
        }
    )


def _incidents(scene: Scene) -> list[dict[str, Any]]:
    """What it shows to whoever has a token, asked from a router's pod."""
    said = scene.kubectl("exec", scene.routers()[0], f"--namespace={SYSTEM}", "--", "python", "-c", _READ, _TOKEN)
    found: list[dict[str, Any]] = json.loads(said)["incidents"]
    return found


def _count(scene: Scene, error_class: str) -> int:
    return sum(each["count"] for each in _incidents(scene) if each["diagnosis"]["class"] == error_class)


@pytest.fixture(scope="module")
def investigated(scene: Scene, node: Node) -> Iterator[Scene]:
    """The release with an investigator; without it again afterwards."""
    if node.folder is None:
        pytest.skip("another cluster's volumes are its own business")
    _volume(scene)
    _secret(scene)
    scene.upgrade(*_VALUES)
    yield scene
    scene.upgrade()
    scene.kubectl("delete", "secret", _SECRET, f"--namespace={SYSTEM}")
    scene.kubectl("delete", "pvc", _VOLUME, f"--namespace={SYSTEM}", "--wait=false")
    scene.kubectl("delete", "pv", _VOLUME, "--wait=false")


def test_it_counts_and_names_what_the_routers_saw(investigated: Scene) -> None:
    """Every failed attempt is told, grouped, counted and given a class and an action."""
    seen = investigated.call("--rate=10", "--streams=0", "--seconds=3", model="gpt-4o-mini+status=500")
    assert seen.failed == seen.requests > 0
    wait(lambda: _count(investigated, "upstream_5xx") > 0 and _explained(investigated), "the errors are explained")
    (incident,) = (each for each in _incidents(investigated) if each["diagnosis"]["class"] == "upstream_5xx")

    assert incident["diagnosis"]["action"] == "fail_over"
    assert incident["recommendation"]["text"]


def _explained(scene: Scene) -> bool:
    return all(each["recommendation"] is not None for each in _incidents(scene))


def test_what_it_counted_outlives_its_pod(investigated: Scene) -> None:
    """The pod is deleted; the next one goes on from the volume."""
    before = sum(each["count"] for each in _incidents(investigated))
    investigated.kubectl("rollout", "restart", "deployment/sealane-investigator", f"--namespace={SYSTEM}")
    investigated.kubectl(
        "rollout", "status", "deployment/sealane-investigator", f"--namespace={SYSTEM}", "--timeout=120s"
    )

    assert before > 0
    assert sum(each["count"] for each in _incidents(investigated)) >= before
