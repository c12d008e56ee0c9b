"""Routers may read exactly the Secrets that routes refer to."""

import pytest

from sealane_operator.reconciler.access import Access
from tests.support.fake_kube import FakeKube


def _set(*names: str) -> frozenset[str]:
    return frozenset(names)


async def test_a_role_grows_before_and_shrinks_after() -> None:
    """Between the two, the old and the new names are allowed."""
    kube = FakeKube()
    access = Access(kube)
    await access.cover("team", "team/a", _set("one"))
    await access.cover("team", "team/a", _set("one", "two"))
    between = kube.granted["team"]
    await access.settle("team", "team/a", _set("two"))

    assert (between, kube.granted["team"]) == (("one", "two"), ("two",))


async def test_what_is_allowed_already_is_not_written() -> None:
    """2,000 routes with one Secret are one write."""
    kube = FakeKube()
    access = Access(kube)
    for number in range(5):
        await access.cover("team", f"team/{number}", _set("one"))
        await access.settle("team", f"team/{number}", _set("one"))

    assert kube.writes == ["grant team one"]


async def test_other_routes_keep_theirs() -> None:
    """A route that goes takes with it what only it referred to; the last one leaves an empty Role."""
    kube = FakeKube()
    access = Access(kube)
    await access.settle("team", "team/a", _set("one", "both"))
    await access.settle("team", "team/b", _set("two", "both"))
    assert access.others("team", "team/a") == _set("two", "both")

    await access.forget("team", "team/a")
    left = kube.granted["team"]
    await access.forget("team", "team/b")
    await access.forget("team", "team/b")

    assert (left, kube.granted["team"]) == (("both", "two"), ())


async def test_a_role_of_an_earlier_operator_is_made_right() -> None:
    """What nobody knows is written once, also when it is nothing."""
    kube = FakeKube(granted={"team": ("stale",)})
    access = Access(kube)
    await access.settle("team", "team/a", _set())

    assert kube.granted["team"] == ()


async def test_a_write_that_failed_is_tried_again() -> None:
    """Nobody knows what the API holds then; a route that is gone is not forgotten by that."""
    kube = FakeKube()
    access = Access(kube)
    await access.settle("team", "team/a", _set("one"))

    def refuse(_number: int) -> None:
        raise TimeoutError

    kube.before = refuse
    with pytest.raises(TimeoutError):
        await access.forget("team", "team/a")
    kube.before = lambda _number: None
    await access.forget("team", "team/a")

    assert kube.granted["team"] == ()
