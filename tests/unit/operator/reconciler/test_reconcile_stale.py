"""Two operators, each with a watch that is late as it pleases: no stale write wins, and all ends well."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.fake_kube import FakeKube
from tests.support.resources import Document, route, rule
from tests.support.small_operator import SmallOperator

A, B = "team/a", "team/b"

#: What happens next: an operator looks, its watch catches up, it restarts, or somebody changes or deletes a route.
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("look"), st.sampled_from([0, 1]), st.sampled_from([A, B])),
        st.tuples(st.just("see"), st.sampled_from([0, 1]), st.none()),
        st.tuples(st.just("restart"), st.sampled_from([0, 1]), st.none()),
        st.tuples(st.just("apply"), st.sampled_from([0, 1, 2]), st.sampled_from([A, B])),
        st.tuples(st.just("delete"), st.none(), st.sampled_from([A, B])),
    ),
    max_size=40,
)


def _route(key: str, prefix: int) -> Document:
    return route(key.partition("/")[2], "team", rules=[rule(prefix=f"p{prefix}-")])


def _apply(kube: FakeKube, key: str, prefix: int) -> None:
    kube.apply(_route(key, prefix))


async def _play(steps: list[tuple[str, int | None, str | None]]) -> SmallOperator:
    kube = FakeKube()
    operators = [SmallOperator(kube, live=False), SmallOperator(kube, live=False)]
    _apply(kube, A, 0)
    _apply(kube, B, 1)
    for kind, number, key in steps:
        if kind == "look" and number is not None and key is not None:
            await operators[number].look(key)
        elif kind == "see" and number is not None:
            operators[number].watch.catch_up()
        elif kind == "restart" and number is not None:
            operators[number].restart()
        elif kind == "apply" and number is not None and key is not None:
            _apply(kube, key, number)
        elif kind == "delete" and key in kube.routes:
            kube.delete(key)
    end = SmallOperator(kube)
    for key, prefix in ((A, 3), (B, 4)):  # what nobody claimed before: two that swap patterns would wait for each other
        _apply(kube, key, prefix)
    await end.settle(A, B)
    return end


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_all_ends_well(steps: list[tuple[str, int | None, str | None]]) -> None:
    """Each route serves its own spec, from one revision, and no content has two."""
    end = asyncio.run(_play(steps))
    for key in (A, B):
        status = end.kube.routes[key]["status"]
        name = f"{key}-{status['stable']['revision']}"
        uid = end.kube.routes[key]["metadata"]["uid"]
        metadata = [item["metadata"] for item in end.kube.revisions.values()]
        mine = [each for each in metadata if each["ownerReferences"][0]["uid"] == uid]  # the rest is garbage, collected
        hashes = [each["annotations"]["sealane.dev/hash"] for each in mine]
        states = [each["labels"].get("sealane.dev/state") for each in mine]

        assert end.kube.revisions[name]["spec"]["rules"] == end.kube.routes[key]["spec"]["rules"]
        assert "candidate" not in status
        assert states.count("Stable") == 1
        assert len(hashes) == len(set(hashes))
        assert end.conditions(key)["Ready"] == "True/Serving"
