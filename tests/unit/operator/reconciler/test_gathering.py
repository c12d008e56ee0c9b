"""Every route is known before any is judged."""

from sealane_kube.raw import Raw
from sealane_operator.judgement.claims import Grants, Standing
from sealane_operator.judgement.refusal import Refusal
from sealane_operator.reconciler.access import Access
from sealane_operator.reconciler.contents import Contents
from sealane_operator.reconciler.gathering import Gathering
from sealane_operator.reconciler.snapshots import Snapshots
from tests.support.fake_kube import FakeKube
from tests.support.resources import edited, route
from tests.support.small_operator import SmallOperator


def _newest(_key: str, seen: Raw) -> Raw:
    return seen


def _gathering(operator: SmallOperator) -> tuple[Gathering, Access]:
    contents, access = Contents(operator.kube), Access(operator.kube)
    snapshots = Snapshots(operator.kube, operator.watch, contents, lambda: 0.0)
    return Gathering(operator.watch, snapshots, contents, access, Grants(), operator.marked.append), access


async def test_the_oldest_that_asks_comes_first() -> None:
    """Nobody serves it yet: not the order of the looks decides, but age."""
    operator = SmallOperator()
    operator.kube.apply(route("young", "team"), created="2026-02-01T00:00:00Z")
    operator.kube.apply(route("old", "team"), created="2026-01-01T00:00:00Z")
    gathering, _ = _gathering(operator)
    await gathering.call_the_roll(_newest)
    young = gathering.judge_claims(await gathering.view(operator.kube.routes["team/young"]))
    old = gathering.judge_claims(await gathering.view(operator.kube.routes["team/old"]))

    assert isinstance(young, Refusal)
    assert "ProviderRoute team/old: it is older" in young.message
    assert old is None


async def test_a_spec_that_is_invalid_claims_nothing() -> None:
    """It stands in nobody's way."""
    operator = SmallOperator()
    broken = edited(route("old", "team"), "spec.rules.0.targets.0.provider", "nobody")
    operator.kube.apply(broken, created="2026-01-01T00:00:00Z")
    operator.kube.apply(route("young", "team"), created="2026-02-01T00:00:00Z")
    gathering, _ = _gathering(operator)
    await gathering.call_the_roll(_newest)

    assert gathering.judge_claims(await gathering.view(operator.kube.routes["team/young"])) is None


async def test_the_roll_is_called_once() -> None:
    """Later routes enter themselves."""
    operator = SmallOperator(FakeKube())
    gathering, _ = _gathering(operator)
    await gathering.call_the_roll(_newest)
    operator.kube.apply(route("a", "team"))
    await gathering.call_the_roll(_newest)

    assert gathering.judge_claims(await gathering.view(operator.kube.routes["team/a"])) is None


async def test_what_a_route_held_is_free_when_it_is_gone() -> None:
    """Those that waited are marked."""
    operator = SmallOperator()
    gathering, _ = _gathering(operator)
    for name in ("a", "b"):
        operator.kube.apply(route(name, "team"))
    views = {name: await gathering.view(operator.kube.routes[f"team/{name}"]) for name in ("a", "b")}
    gathering.enter_pointers(views["a"], views["a"].state, Standing.HOLDS)
    assert gathering.judge_claims(views["b"]) is not None
    await gathering.forget("team/a")

    assert operator.marked == ["team/b"]
    assert gathering.judge_claims(views["b"]) is None
