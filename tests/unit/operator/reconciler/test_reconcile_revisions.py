"""Revisions through the reconciler: numbered, reused, pruned, rebuilt from, and never believed blindly."""

import copy

import pytest

from tests.support.resources import Document, edited, provider, route, rule
from tests.support.small_operator import SmallOperator

A, B = "team/a", "team/b"
KEYED = provider(credential={"secretRef": {"name": "moonshot", "key": "api-key"}})


def _route(name: str, prefix: str = "kimi-", **spec: object) -> Document:
    return route(name, "team", **({"providers": [KEYED], "rules": [rule(prefix=prefix)]} | spec))


async def test_a_route_made_again_under_its_name_starts_anew() -> None:
    """Numbers of the old one are not used while its revisions are there."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    operator.kube.delete(A, collect=False)
    operator.kube.apply(_route("a"))
    await operator.settle(A)

    assert operator.stable(A) == 2


async def test_a_number_is_not_used_again_when_its_revision_was_deleted_while_nobody_looked() -> None:
    """The status remembers the highest one."""
    operator = SmallOperator()
    for prefix in ("kimi-", "glm-", "kimi-"):
        operator.kube.apply(_route("a", prefix))
        await operator.settle(A)
    del operator.kube.revisions["team/a-2"]
    operator.kube.apply(_route("a", "zai-"))
    operator.restart()
    await operator.settle(A)

    assert operator.kube.states(A) == {1: "Superseded", 3: "Stable"}
    assert operator.kube.routes[A]["status"]["rollout"]["highest"] == 3


async def test_a_lost_status_is_rebuilt() -> None:
    """A backup restored without status: what served goes on serving, and no number is used twice."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    operator.kube.apply(_route("a", "glm-"))
    await operator.settle(A)
    operator.kube.apply(_route("a", "zai-"))
    operator.kube.wipe_status(A)
    operator.restart()
    await operator.look(A)

    assert operator.kube.routes[A]["status"]["stable"]["revision"] == 2
    assert operator.kube.routes[A]["status"]["candidate"]["revision"] == 3


async def test_a_lost_status_repeats_no_request() -> None:
    """A backup has the annotation of an undo that was carried out long ago, and newer revisions since."""
    operator = SmallOperator()
    for prefix in ("a-", "b-"):
        operator.kube.apply(_route("a", prefix))
        await operator.settle(A)
    operator.kube.annotate(A, {"sealane.dev/request": "anna undo 1 id-1 2027-01-15T08:00:00Z"})
    await operator.settle(A)
    operator.kube.apply(_route("a", "c-"))
    await operator.settle(A)
    operator.kube.wipe_status(A)
    operator.restart()
    await operator.settle(A)

    assert operator.stable(A) == 3
    assert operator.kube.routes[A]["status"]["lastRequest"]["outcome"].startswith("refused: the status of the route")


async def test_a_lost_status_starts_nothing_that_was_undone() -> None:
    """The label of what an undo holds back says Rejected."""
    operator = SmallOperator()
    for prefix in ("a-", "b-"):
        operator.kube.apply(_route("a", prefix))
        await operator.settle(A)
    operator.kube.annotate(A, {"sealane.dev/request": "anna undo 1 id-1 2027-01-15T08:00:00Z"})
    await operator.settle(A)
    operator.kube.wipe_status(A)
    operator.restart()
    await operator.settle(A)

    assert operator.stable(A) == 1
    assert operator.kube.states(A) == {1: "Stable", 2: "Rejected"}


@pytest.mark.parametrize(
    "status",
    [
        {"stable": {"revision": 99, "hash": "f" * 64}},
        {"stable": {"revision": "x"}, "conditions": "none", "rollout": 7},
        {"stable": {"revision": 2, "hash": "f" * 64}},
    ],
)
async def test_a_status_that_points_at_nothing_is_rebuilt(status: Document) -> None:
    """Somebody wrote it by hand."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    operator.kube.routes[A]["status"] = status
    operator.restart()
    await operator.settle(A)

    assert operator.stable(A) == 1
    assert operator.conditions(A)["Ready"] == "True/Serving"


async def test_history_is_pruned_and_numbers_go_on() -> None:
    """The limit counts what was superseded."""
    operator = SmallOperator()
    for number in range(6):
        operator.kube.apply(_route("a", f"k{number}-", revisionHistoryLimit=2))
        await operator.settle(A)

    assert operator.kube.states(A) == {4: "Superseded", 5: "Superseded", 6: "Stable"}


async def test_a_spec_that_returns_has_its_old_revision() -> None:
    """No second one with the same hash; one that is gone comes back under a new number."""
    operator = SmallOperator()
    for prefix in ("a-", "b-", "a-"):
        operator.kube.apply(_route("a", prefix))
        await operator.settle(A)

    assert operator.kube.states(A) == {1: "Stable", 2: "Superseded"}


async def test_a_forged_revision_is_not_used() -> None:
    """Its annotation says the hash of the spec, its content does not have it."""
    operator = SmallOperator()
    for prefix in ("a-", "b-"):
        operator.kube.apply(_route("a", prefix))
        await operator.settle(A)
    operator.kube.revisions["team/a-1"]["spec"]["providers"][0]["baseURL"] = "https://evil.example"
    operator.kube.apply(_route("a", "a-"))
    operator.restart()
    await operator.settle(A)

    assert operator.stable(A) == 3


async def test_a_forged_number_leaves_room_for_the_next_revisions() -> None:
    """Without it the operator would make objects that it does not know as its own, without end."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    forged = copy.deepcopy(operator.kube.revisions["team/a-1"])
    forged["metadata"]["name"] = "a-2147483647"
    del forged["metadata"]["ownerReferences"]
    operator.kube.revisions["team/a-2147483647"] = forged
    operator.kube.routes[A]["status"]["rollout"]["highest"] = 2_147_483_647
    operator.kube.apply(_route("a", "glm-"))
    await operator.settle(A)

    assert operator.stable(A) == 2
    assert sorted(operator.kube.revisions) == ["team/a-1", "team/a-2", "team/a-2147483647"]


async def test_an_operator_that_is_older_than_its_objects_takes_nothing_from_what_serves() -> None:
    """It cannot read the spec, nor the revision that serves; its model and its Secret are still its own."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    later = {"provider": "later"}
    for objects, key in ((operator.kube.routes, A), (operator.kube.revisions, "team/a-1")):
        objects[key] = edited(objects[key], "spec.rules.0.mirror", later)
    operator.kube.apply(_route("b"))
    operator.restart()
    await operator.settle(A, B)
    operator.clock += 600
    await operator.settle(A, B)

    assert operator.conditions(A)["Accepted"] == "False/UnsupportedValue"
    assert (operator.conditions(A)["Ready"], operator.stable(A)) == ("True/Serving", 1)
    assert operator.conditions(B)["Accepted"] == "False/Conflicted"
    assert operator.kube.granted["team"] == ("moonshot",)


async def test_a_deleted_stable_revision_comes_back() -> None:
    """Under its number, for its content is the same."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    del operator.kube.revisions["team/a-1"]
    await operator.settle(A)

    assert operator.kube.states(A) == {1: "Stable"}
    assert operator.stable(A) == 1


async def test_a_number_that_was_seen_is_not_used_again() -> None:
    """Another process made the revision, and somebody deleted it."""
    operator = SmallOperator()
    for prefix in ("a-", "b-", "a-"):
        operator.kube.apply(_route("a", prefix))
        await operator.settle(A)
    operator.restart()
    await operator.look(A)
    await operator.look(A)
    del operator.kube.revisions["team/a-2"]
    operator.kube.apply(_route("a", "c-"))
    await operator.settle(A)

    assert operator.stable(A) == 3


async def test_a_stable_revision_that_was_deleted_meanwhile_comes_back_at_once() -> None:
    """Nobody was there to see it go; a route that looks at rest is looked at all the same."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    del operator.kube.revisions["team/a-1"]
    operator.restart()
    await operator.look(A)

    assert "team/a-1" in operator.kube.revisions


async def test_a_watch_that_lags_makes_no_second_revision() -> None:
    """What this process wrote counts until the watch shows it."""
    operator = SmallOperator(live=False)
    operator.kube.apply(_route("a"))
    operator.watch.catch_up()
    await operator.look(A, A, A)

    assert operator.kube.states(A) == {1: "Stable"}
    assert operator.kube.writes.count("status team/a") == 1


async def test_a_change_that_the_watch_did_not_show_is_not_overwritten() -> None:
    """The write is refused, the route is read again, and the next look acts on what is there."""
    operator = SmallOperator(live=False)
    operator.kube.apply(_route("a"))
    operator.watch.catch_up()
    operator.kube.apply(_route("a", "glm-"))
    first = await operator.look(A)
    await operator.look(A)

    assert first == [0.2]
    assert operator.kube.routes[A]["status"]["observedGeneration"] == 2
