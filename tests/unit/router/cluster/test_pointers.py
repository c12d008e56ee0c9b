"""What a router reads of a ProviderRoute."""

import json
from typing import Any

import msgspec
import pytest

from sealane_router.cluster.pointers import Pointer, RoutePointers, pointers_of

HASH = "a" * 64


def _read(status: Any, version: str = "7") -> RoutePointers:
    metadata = {
        "name": "assistants", "namespace": "team", "uid": "u-1", "resourceVersion": version,
        "creationTimestamp": "2026-11-22T10:00:00Z",
    }  # fmt: skip
    return pointers_of(json.dumps({"metadata": metadata, "spec": {"anything": []}, "status": status}).encode())


def test_both_pointers_and_the_weight_are_read() -> None:
    """And who the route is; of the spec nothing."""
    found = _read({"stable": {"revision": 7, "hash": HASH}, "candidate": {"revision": 8, "hash": HASH, "weight": 10}})

    assert (found.key, found.uid, found.created) == ("team/assistants", "u-1", "2026-11-22T10:00:00Z")
    assert (found.stable, found.candidate, found.weight) == (Pointer(7, HASH), Pointer(8, HASH), 10)
    assert found.problem is None


def test_two_versions_that_point_at_the_same_are_equal() -> None:
    """A condition that was written is no reason for a new table."""
    one = _read({"stable": {"revision": 7, "hash": HASH}}, "7")
    other = _read({"stable": {"revision": 7, "hash": HASH}, "conditions": []}, "8")

    assert one == other
    assert one != _read({"stable": {"revision": 8, "hash": HASH}}, "7")


@pytest.mark.parametrize("status", [None, {}, {"conditions": [{"type": "Ready"}]}, {"stable": None}])
def test_a_route_that_nobody_looked_at_points_at_nothing(status: Any) -> None:
    """That is no problem."""
    found = _read(status)

    assert (found.stable, found.candidate, found.problem) == (None, None, None)


@pytest.mark.parametrize(
    "status",
    [
        {"stable": {"revision": "7", "hash": HASH}},
        {"stable": {"revision": 0, "hash": HASH}},
        {"stable": {"revision": 7, "hash": "short"}},
        {"candidate": {"revision": -1, "hash": HASH, "weight": 5}},
        [],
    ],
)
def test_a_status_that_cannot_be_is_the_routes_own_problem(status: Any) -> None:
    """Other routes are read all the same."""
    found = _read(status)

    assert found.problem is not None
    assert found.stable is None


@pytest.mark.parametrize(("written", "weight"), [(-5, 0), (0, 0), (100, 100), (101, 100)])
def test_a_weight_is_a_percentage(written: int, weight: int) -> None:
    """Whatever is written."""
    assert _read({"candidate": {"revision": 8, "hash": HASH, "weight": written}}).weight == weight


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b'{"metadata": {"name": "a"}}'])
def test_what_is_no_object_of_kubernetes_is_refused(text: bytes) -> None:
    """Nobody knows which route it was about."""
    with pytest.raises(msgspec.MsgspecError):
        pointers_of(text)
