"""What the operator asks of the API, call by call; tests/cluster does the same on a real one."""

from collections.abc import Mapping
from typing import Any

import pytest

from sealane_kube.errors import Conflict, Forbidden, KubeError, LeaseLost, NotFound
from sealane_operator.kube.client import KubeClient

_ROUTES = "/apis/sealane.dev/v1alpha1/namespaces/team/providerroutes"
_REVISIONS = "/apis/sealane.dev/v1alpha1/namespaces/team/providerrouterevisions"
_ROLE = "/apis/rbac.authorization.k8s.io/v1/namespaces/team/roles/sealane-router-secrets"
_BINDING = "/apis/rbac.authorization.k8s.io/v1/namespaces/team/rolebindings/sealane-router-secrets"


class _Api:
    """Answers by path what it holds; notes each call."""

    def __init__(self, held: Mapping[str, dict[str, Any] | KubeError] | None = None) -> None:
        self.held = dict(held or {})
        self.calls: list[tuple[str, str, Mapping[str, Any] | None]] = []
        self.how: list[dict[str, Any]] = []

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, **how: Any) -> dict[str, Any]:
        self.calls.append((method, path, body))
        self.how.append(how)
        found = self.held.get(path, NotFound("nothing", 404) if method == "GET" else {})
        if isinstance(found, KubeError):
            raise found
        return found

    @property
    def written(self) -> list[tuple[str, str]]:
        return [(method, path) for method, path, _ in self.calls if method != "GET"]


def _client(api: _Api, *, leads: bool = True) -> KubeClient:
    return KubeClient(api, router_namespace="sealane", leading=lambda: leads)


async def test_what_is_not_there_is_none() -> None:
    """No error: it may have been deleted a moment ago."""
    client = _client(_Api())

    assert await client.get_route("team", "chat") is None
    assert await client.get_revision("team", "chat-1") is None
    assert await client.secret_keys("team", "moonshot") is None
    assert not await client.policy_exists()


async def test_of_a_secret_only_the_names_of_its_entries_are_told() -> None:
    """An empty entry is none."""
    api = _Api({"/api/v1/namespaces/team/secrets/moonshot": {"data": {"api-key": "eA==", "other": ""}}})

    assert await _client(api).secret_keys("team", "moonshot") == frozenset({"api-key"})


async def test_a_status_is_written_whole_on_the_copy_it_was_decided_on() -> None:
    """With its resourceVersion, so that nobody's change is lost."""
    api = _Api()
    route = {"metadata": {"namespace": "team", "name": "chat", "resourceVersion": "7"}, "spec": {}, "status": {"a": 1}}
    await _client(api).write_status(route, {"b": 2})

    assert api.calls == [("PUT", f"{_ROUTES}/chat/status", {**route, "status": {"b": 2}})]


async def test_labels_and_deletions_bear_the_version_they_were_decided_on() -> None:
    """One that is gone already is no error; one that changed is."""
    api = _Api({f"{_REVISIONS}/chat-1": NotFound("gone", 404), f"{_REVISIONS}/chat-2": Conflict("changed", 409)})
    client = _client(api)
    await client.patch_revision("team", "chat-3", {"l": "x"}, {"a": "y"}, "9")
    await client.delete_revision("team", "chat-1", "8")
    with pytest.raises(Conflict):
        await client.delete_revision("team", "chat-2", "7")

    assert [body for _, _, body in api.calls] == [
        {"metadata": {"labels": {"l": "x"}, "annotations": {"a": "y"}, "resourceVersion": "9"}},
        {"preconditions": {"resourceVersion": "8"}},
        {"preconditions": {"resourceVersion": "7"}},
    ]


async def test_routers_may_read_exactly_the_names() -> None:
    """Role and binding are made by server-side apply when they are not there."""
    api = _Api()
    await _client(api).grant_secrets("team", ["zai", "moonshot"])
    bodies = [body for method, _, body in api.calls if method == "PATCH" and body is not None]

    assert api.written == [("PATCH", _ROLE), ("PATCH", _BINDING)]
    assert bodies[0]["rules"] == [
        {
            "apiGroups": [""],
            "resources": ["secrets"],
            "resourceNames": ["moonshot", "zai"],
            "verbs": ["get", "list", "watch"],
        }
    ]
    assert bodies[1]["subjects"] == [{"kind": "ServiceAccount", "name": "sealane-router", "namespace": "sealane"}]
    assert api.how[1]["query"] == {"fieldManager": "sealane-operator", "force": "true"}


async def test_what_is_right_already_is_not_written() -> None:
    """Of both objects; and without names nothing is made."""
    first = _Api()
    await _client(first).grant_secrets("team", ["moonshot"])
    held = {path: dict(body) for method, path, body in first.calls if method == "PATCH" and body is not None}
    api, empty = _Api(held), _Api()
    await _client(api).grant_secrets("team", ["moonshot"])
    await _client(empty).grant_secrets("team", [])

    assert api.written == empty.written == []


async def test_names_that_nobody_needs_are_taken_away() -> None:
    """The Role stays and says nothing."""
    api = _Api({_ROLE: {"rules": [{"resourceNames": ["old"]}]}, _BINDING: {"subjects": []}})
    await _client(api).grant_secrets("team", [])

    assert [body["rules"] for _, path, body in api.calls if path == _ROLE and body is not None] == [[]]


async def test_a_read_that_is_forbidden_is_an_error() -> None:
    """Nobody takes it for an absence."""
    api = _Api({"/api/v1/namespaces/team/secrets/moonshot": Forbidden("no", 403)})
    with pytest.raises(Forbidden):
        await _client(api).secret_keys("team", "moonshot")


async def test_who_does_not_lead_writes_nothing() -> None:
    """Reading is free; each write is refused before it is sent."""
    api = _Api()
    client = _client(api, leads=False)
    await client.get_route("team", "chat")
    route = {"metadata": {"namespace": "team", "name": "chat"}}
    for write in (
        client.write_status(route, {}),
        client.create_revision("team", {}),
        client.patch_revision("team", "chat-1", {}, {}, "1"),
        client.delete_revision("team", "chat-1", "1"),
        client.grant_secrets("team", ["x"]),
    ):
        with pytest.raises(LeaseLost):
            await write

    assert api.written == []
