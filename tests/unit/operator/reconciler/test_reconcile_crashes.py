"""The process may end before and after every write: the next one converges to the same end."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.fake_kube import Died, FakeKube
from tests.support.resources import Document, provider, route, rule
from tests.support.small_operator import SmallOperator

A, B = "team/a", "team/b"


def _keyed(secret: str) -> Document:
    return provider(credential={"secretRef": {"name": secret, "key": "api-key"}})


def _route(name: str, prefix: str, secret: str) -> Document:
    return route(name, "team", providers=[_keyed(secret)], rules=[rule(prefix=prefix)], revisionHistoryLimit=1)


async def _story(operator: SmallOperator, patient: Callable[[Callable[[], Any]], Any]) -> None:
    """Two routes, a rollout, pruning, a hand-over, an undo, a deletion; ``patient`` survives deaths."""
    kube = operator.kube
    kube.apply(_route("a", "kimi-", "one"))
    kube.apply(_route("b", "kimi-", "one"))
    await patient(lambda: operator.settle(A, B))
    for prefix, secret in (("glm-", "two"), ("zai-", "one"), ("moon-", "two")):
        kube.apply(_route("a", prefix, secret))
        await patient(lambda: operator.settle(A, B))
    kube.annotate(A, {"sealane.dev/request": "anna undo 3 id-1 2027-01-15T08:00:00Z"})
    await patient(lambda: operator.settle(A, B))
    kube.delete(B)
    await patient(lambda: operator.settle(A, B))


def _operator() -> SmallOperator:
    keys = frozenset({"api-key"})
    return SmallOperator(FakeKube(secrets={"team/one": keys, "team/two": keys}))


def _end(operator: SmallOperator) -> dict[str, object]:
    """What must be the same however often the process died: everything but times and resourceVersions."""
    kube = operator.kube
    status: Document = copy.deepcopy(kube.routes[A]["status"])
    for condition in status["conditions"]:
        del condition["lastTransitionTime"]
    return {
        "stable": (status["stable"]["revision"], status["stable"]["hash"]),
        "candidate": status.get("candidate"),
        "conditions": status["conditions"],
        "request": status["lastRequest"]["id"],
        "states": kube.states(A),
        "left": sorted(kube.revisions),
        "granted": kube.granted,
    }


async def _once(run: Callable[[], Any]) -> None:
    await run()


async def _story_with_death(number: int, *, after: bool) -> SmallOperator:
    operator = _operator()

    def die(write: int) -> None:
        if write == number:
            operator.kube.before = operator.kube.after = lambda _write: None
            raise Died

    if after:
        operator.kube.after = die
    else:
        operator.kube.before = die

    async def patient(run: Callable[[], Any]) -> None:
        try:
            await run()
        except Died:
            operator.restart()
            operator.marked.clear()
            # A new process looks at every route that there is; a route that was deleted is never heard of again.
            await operator.settle(*operator.kube.routes)
            await run()

    await _story(operator, patient)
    return operator


async def _undisturbed() -> SmallOperator:
    operator = _operator()
    await _story(operator, _once)
    return operator


async def test_a_story_has_many_writes() -> None:
    """At least 20 points to die at."""
    assert len((await _undisturbed()).kube.writes) >= 20


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_a_death_at_any_write_changes_nothing(after: bool) -> None:
    """The same pointers, labels, history, Roles and words; a request is carried out once."""
    undisturbed = await _undisturbed()
    for number in range(len(undisturbed.kube.writes)):
        operator = await _story_with_death(number, after=after)

        assert _end(operator) == _end(undisturbed), f"died at write {number}"
        assert operator.kube.writes.count("create team/a-4") == 1
