"""Routes and revisions of a cluster: which served when, and what each changed."""

from typing import Any

import pytest

from sealane_investigator.incident.facts import RevisionChange
from sealane_investigator.kube.routes import MAX_REVISIONS, ClusterRoutes
from sealane_kube.errors import NotFound
from tests.support.resources import provider, route

_URL = "providers[moonshot].baseURL: https://api.moonshot.ai/v1 → https://b.example/v1"
_T = 1_795_003_200.0


class _Api:
    """Objects by path."""

    def __init__(self) -> None:
        self.live: dict[str, Any] | None = {**route("chat", "team"), "status": {}}
        self.live["metadata"]["uid"] = "u"
        self.revisions: list[dict[str, Any]] = []
        self.asked: list[str] = []

    def has(self, number: int, url: str = "", *, at: int = 0, promoted: int | None = None, **other: Any) -> None:
        annotations = {} if promoted is None else {"sealane.dev/promoted-at": f"2026-11-18T12:{promoted:02}:00Z"}
        metadata = {
            "name": f"chat-{number}",
            "uid": f"u-{number}",
            "creationTimestamp": f"2026-11-18T12:{at:02}:00Z",
            "labels": {"sealane.dev/route": "chat", "sealane.dev/revision": str(number), "sealane.dev/state": "Stable"},
            "annotations": annotations,
            "ownerReferences": [{"uid": "u"}],
        }
        metadata["labels"] |= other.pop("labels", {})
        spec = route(providers=[provider(**({"baseURL": url} if url else {}))])["spec"]
        self.revisions.append({"metadata": metadata | other, "spec": spec})

    async def call(self, method: str, path: str, body: Any = None, **how: Any) -> dict[str, Any]:
        self.asked.append(path.rpartition("/")[2])
        if path.endswith("/providerroutes/chat") and self.live is not None:
            return self.live
        if path.endswith("/providerrouterevisions"):
            return {"items": [{"metadata": each["metadata"]} for each in self.revisions] + ["nonsense"]}
        for each in self.revisions:
            if path.endswith(f"/{each['metadata']['name']}"):
                return each
        raise NotFound("no such object", 404)


@pytest.fixture
def api() -> _Api:
    return _Api()


async def _changes(api: _Api) -> list[RevisionChange]:
    return list(await ClusterRoutes(api).changes("team/chat"))


async def test_a_revision_is_compared_with_the_one_that_served_before(api: _Api) -> None:
    """And began when it was made."""
    api.has(7, promoted=1)
    api.has(8, "https://b.example/v1", at=5)

    assert await _changes(api) == [
        RevisionChange(route="team/chat", revision=7, previous=None, at=_T, changed=()),
        RevisionChange(route="team/chat", revision=8, previous=7, at=_T + 300, changed=(_URL,)),
    ]


async def test_a_rejected_revision_never_served(api: _Api) -> None:
    """The next one is compared with what did."""
    api.has(6, promoted=1)
    api.has(7, "https://rejected.example/v1", at=2, labels={"sealane.dev/state": "Rejected"}, promoted=2)
    api.has(8, "https://b.example/v1", at=5)

    assert (await _changes(api))[-1].previous == 6
    assert (await _changes(api))[-1].changed == (_URL,)


async def test_a_candidate_is_compared_with_stable(api: _Api) -> None:
    """As the status says: somebody may have gone back to an older one."""
    assert api.live is not None
    api.live["status"] = {"stable": {"revision": 6}, "candidate": {"revision": 8}}
    api.has(6, promoted=1)
    api.has(7, "https://b.example/v1", promoted=3)
    api.has(8, "https://b.example/v1", at=5)

    assert ((await _changes(api))[-1].previous, (await _changes(api))[-1].changed) == (6, (_URL,))


async def test_going_back_is_a_change_as_well(api: _Api) -> None:
    """At the time it happened, from what was given up."""
    assert api.live is not None
    api.live["status"] = {"lastRollback": {"from": 8, "to": 7, "at": "2026-11-18T12:30:00Z"}}
    api.has(7, promoted=1)
    api.has(8, "https://b.example/v1", at=5)
    back = (await _changes(api))[-1]

    assert (back.revision, back.previous, back.at) == (7, 8, _T + 1_800)
    assert back.changed == ("providers[moonshot].baseURL: https://b.example/v1 → https://api.moonshot.ai/v1",)


async def test_a_spec_that_comes_back_changes_what_served_last(api: _Api) -> None:
    """It makes no new revision: the old one is promoted again, hours after it was made."""
    api.has(7, "https://b.example/v1", promoted=50, creationTimestamp="2026-11-18T08:00:00Z")
    api.has(8, promoted=1, creationTimestamp="2026-11-18T09:00:00Z")
    back = (await _changes(api))[-1]

    assert (back.revision, back.previous, back.at) == (7, 8, _T + 50 * 60)
    assert back.changed == (_URL,)


async def test_a_revision_on_trial_again_began_with_its_rollout(api: _Api) -> None:
    """Not when it was made; and stable did not begin with it."""
    assert api.live is not None
    api.live["status"] = {
        "stable": {"revision": 8},
        "candidate": {"revision": 7},
        "rollout": {"started": "2026-11-18T12:40:00Z"},
    }
    api.has(7, "https://b.example/v1", creationTimestamp="2026-11-18T08:00:00Z", promoted=0)
    api.has(8, promoted=1, creationTimestamp="2026-11-18T11:50:00Z")
    stable, candidate = await _changes(api)

    assert (candidate.revision, candidate.previous, candidate.at) == (7, 8, _T + 40 * 60)
    assert (stable.revision, stable.at) == (8, _T - 600)


async def test_what_is_not_the_routes_own_is_passed_over(api: _Api) -> None:
    """A forged revision blames nobody."""
    api.has(7, promoted=1)
    api.has(8, ownerReferences=[{"uid": "another"}])
    api.has(9, name="chat-5")
    api.has(10, labels={"sealane.dev/revision": "ten"})

    assert [each.revision for each in await _changes(api)] == [7]


async def test_only_the_newest_are_read_and_each_once(api: _Api) -> None:
    """A revision may have a megabyte, and never changes."""
    for number in range(1, MAX_REVISIONS + 4):
        api.has(number, at=number, promoted=number)
    routes = ClusterRoutes(api)
    found = await routes.changes("team/chat")
    await routes.changes("team/chat")
    read = [each for each in api.asked if each.startswith("chat-")]

    assert len(found) == MAX_REVISIONS
    assert len(read) == len(set(read)) == MAX_REVISIONS + 1


async def test_a_revision_that_was_pruned_meanwhile_tells_nothing(api: _Api) -> None:
    """Its number is known, what it changed is not."""
    api.has(7, promoted=1)
    api.has(8, "https://b.example/v1", at=5)
    listed = [*api.revisions]
    routes = ClusterRoutes(api)
    original = api.call

    async def call(method: str, path: str, body: Any = None, **how: Any) -> dict[str, Any]:
        if path.endswith("/chat-7"):
            raise NotFound("gone", 404)
        return await original(method, path, body, **how)

    api.call = call  # type: ignore[method-assign]

    assert (await routes.changes("team/chat"))[-1].changed == ()
    assert api.revisions == listed


async def test_a_route_that_is_gone_has_no_changes(api: _Api) -> None:
    """Nor is it alive."""
    api.live = None

    assert await _changes(api) == []
    assert await ClusterRoutes(api).live("team/chat") is None
