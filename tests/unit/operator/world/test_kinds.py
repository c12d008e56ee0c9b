"""What is kept of an object."""

from sealane_operator.world.kinds import WatchedKind, kept


def test_a_route_is_kept_whole_but_for_what_others_wrote_about_it() -> None:
    """Spec, status and requests stay; the bookkeeping of field managers and kubectl does not."""
    metadata = {"name": "chat", "managedFields": [{}], "annotations": {"sealane.dev/request": "x"}}
    applied = {**metadata["annotations"], "kubectl.kubernetes.io/last-applied-configuration": "{}"}  # type: ignore[dict-item]
    route = {"metadata": {**metadata, "annotations": applied}, "spec": {"rules": []}, "status": {"stable": {}}}

    assert kept(WatchedKind.ROUTES, route) == {
        "metadata": {"name": "chat", "annotations": {"sealane.dev/request": "x"}},
        "spec": {"rules": []},
        "status": {"stable": {}},
    }
    assert kept(WatchedKind.ROUTES, {"metadata": metadata}) == {
        "metadata": {"name": "chat", "annotations": {"sealane.dev/request": "x"}}
    }


def test_a_revision_is_kept_as_far_as_it_says_what_it_is() -> None:
    """Its name, whose it is, and our own labels and annotations; nothing of what it holds."""
    owners = [{"kind": "ProviderRoute", "uid": "1"}]
    metadata = {
        "name": "chat-1",
        "namespace": "team",
        "uid": "2",
        "resourceVersion": "9",
        "creationTimestamp": "2026-01-01T00:00:00Z",
        "deletionTimestamp": "2026-01-02T00:00:00Z",
        "generation": 1,
        "managedFields": [{}],
        "labels": {"sealane.dev/state": "Stable", "team": "x"},
        "annotations": {"sealane.dev/hash": "f", "note": "x"},
        "ownerReferences": owners,
    }
    expected = {
        **{name: value for name, value in metadata.items() if name not in {"generation", "managedFields"}},
        "labels": {"sealane.dev/state": "Stable"},
        "annotations": {"sealane.dev/hash": "f"},
    }

    assert kept(WatchedKind.REVISIONS, {"metadata": metadata, "spec": {}}) == {"metadata": expected}
    assert kept(WatchedKind.REVISIONS, {"metadata": {"name": "a-1", "labels": None}}) == {
        "metadata": {"name": "a-1", "labels": {}, "annotations": {}, "ownerReferences": []}
    }
