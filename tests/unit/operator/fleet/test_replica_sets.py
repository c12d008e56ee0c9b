"""Which ReplicaSet a router belongs to, and which Deployment that belongs to."""

from collections.abc import Mapping
from typing import Any

import pytest

from sealane_kube.errors import NotFound, Unavailable
from sealane_operator.fleet.replica_sets import KEEP_SECONDS, MAX_KEPT, ReplicaSet, ReplicaSets, read_replica_set


def _raw(name: str, revision: str = "4", kind: str = "Deployment", *, controller: bool = True) -> dict[str, Any]:
    return {
        "metadata": {
            "name": name,
            "creationTimestamp": "2026-11-29T10:00:00Z",
            "annotations": {"deployment.kubernetes.io/revision": revision},
            "ownerReferences": [
                {"kind": "Other", "name": "x", "controller": False},
                {"kind": kind, "name": "sealane-router", "uid": "uid-1", "controller": controller},
            ],
        }
    }


class _Api:
    def __init__(self, *names: str) -> None:
        self.sets: dict[str, dict[str, Any]] = {name: _raw(name) for name in names}
        self.asked: list[str] = []
        self.away = False

    async def call(self, method: str, path: str, *, query: Mapping[str, str] | None = None) -> dict[str, Any]:
        self.asked.append(f"{method} {path}")
        if self.away:
            raise Unavailable("away")
        name = path.rpartition("/")[2]
        if name not in self.sets:
            raise NotFound(name)
        return self.sets[name]


def test_a_replica_set_is_read_with_its_deployment() -> None:
    """And the Deployment's count of it."""
    assert read_replica_set(_raw("router-a")) == ReplicaSet(
        "router-a", 4, "2026-11-29T10:00:00Z", "sealane-router", "uid-1"
    )


@pytest.mark.parametrize("revision", ["", "x", "-1", "٣"])
def test_a_revision_that_is_no_number_is_none(revision: str) -> None:
    """The time of its making orders it then."""
    found = read_replica_set(_raw("router-a", revision))
    assert found is not None
    assert found.revision == 0


@pytest.mark.parametrize("raw", [_raw("a", kind="Rollout"), _raw("a", controller=False), {}, {"metadata": None}])
def test_what_no_deployment_controls_is_none_of_ours(raw: dict[str, Any]) -> None:
    """Somebody else manages those routers."""
    assert read_replica_set(raw) is None


async def test_a_replica_set_is_read_once_a_minute() -> None:
    """By its name; one that is gone is remembered as such."""
    api, now = _Api("router-a"), [100.0]
    sets = ReplicaSets(api, "sealane-system", clock=lambda: now[0])
    for _ in range(3):
        assert (await sets.find("router-a")) is not None
        assert await sets.find("router-b") is None
    path = "GET /apis/apps/v1/namespaces/sealane-system/replicasets/"
    assert api.asked == [f"{path}router-a", f"{path}router-b"]

    now[0] += KEEP_SECONDS
    api.sets["router-a"] = _raw("router-a", "5")
    found = await sets.find("router-a")
    assert found is not None
    assert found.revision == 5


async def test_what_the_api_does_not_say_is_asked_again() -> None:
    """The failure is the caller's business."""
    api = _Api("router-a")
    sets = ReplicaSets(api, "sealane-system", clock=lambda: 100.0)
    api.away = True
    with pytest.raises(Unavailable):
        await sets.find("router-a")
    api.away = False

    assert await sets.find("router-a") is not None


async def test_so_many_are_kept_and_no_more() -> None:
    """Those read first go first."""
    api = _Api()
    sets = ReplicaSets(api, "sealane-system", clock=lambda: 100.0)
    for number in range(MAX_KEPT + 1):
        await sets.find(f"router-{number}")
    count = len(api.asked)
    await sets.find("router-1")
    assert len(api.asked) == count
    await sets.find("router-0")
    assert len(api.asked) == count + 1
