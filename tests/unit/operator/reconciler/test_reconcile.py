"""One route at a time, from what is there to what should be."""

from dataclasses import replace

import pytest

from sealane_api.ownership import Grant
from sealane_kube.errors import Unavailable
from sealane_operator.judgement.claims import Grants
from sealane_operator.reconciler.reconcile import Reconciler
from sealane_operator.rollout.model import Decision, Observation, RolloutState, Routers
from sealane_operator.rollout.obstacles import LAG_SECONDS
from tests.support.resources import Document, edited, provider, route, rule
from tests.support.small_operator import BEGIN, SmallOperator, two_steps

A, B = "team/a", "team/b"
KEYED = provider(credential={"secretRef": {"name": "moonshot", "key": "api-key"}})


def _route(name: str, prefix: str = "kimi-", **spec: object) -> Document:
    return route(name, "team", **({"providers": [KEYED], "rules": [rule(prefix=prefix)]} | spec))


async def test_a_first_route_serves() -> None:
    """Revision, Role, status, label: in this order, each once."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    await operator.settle(A)

    assert operator.kube.writes == ["create team/a-1", "grant team moonshot", "status team/a", "label team/a-1 Stable"]
    assert operator.conditions(A) == {
        "Ready": "True/Serving",
        "Accepted": "True/Accepted",
        "ResolvedRefs": "True/ResolvedRefs",
        "Programmed": "True/Programmed",
        "Progressing": "False/RolloutComplete",
    }
    assert operator.kube.routes[A]["status"]["observedGeneration"] == 1


async def test_a_change_goes_through_a_candidate() -> None:
    """The pointer moves, the labels follow."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    operator.kube.apply(_route("a", "glm-"))
    await operator.look(A)
    trial = operator.kube.states(A)
    await operator.settle(A)

    assert trial == {1: "Stable", 2: "Candidate"}
    assert operator.kube.states(A) == {1: "Superseded", 2: "Stable"}
    assert operator.stable(A) == 2


async def test_what_was_decided_is_told_though_a_label_cannot_be_written() -> None:
    """The next look finds the decision carried out, and would tell nobody."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    operator.kube.apply(_route("a", "glm-"))
    await operator.look(A)
    operator.told.notes.clear()
    operator.told.decisions.clear()
    status = len(operator.kube.writes)

    def refuse(number: int) -> None:
        if number == status + 1:
            raise Unavailable("the API is away", 503)

    operator.kube.before = refuse
    with pytest.raises(Unavailable):
        await operator.look(A)

    assert operator.stable(A) == 2
    assert operator.kube.states(A) == {1: "Stable", 2: "Candidate"}
    assert ("a", "RolloutCompleted") in operator.told.notes
    assert len(operator.told.decisions) == 1


async def test_a_revision_is_told_though_the_status_cannot_be_written() -> None:
    """The next look finds it made."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))

    def refuse(number: int) -> None:
        if number == 1:
            raise Unavailable("the API is away", 503)

    operator.kube.before = refuse
    with pytest.raises(Unavailable):
        await operator.look(A)
    operator.kube.before = lambda _number: None
    await operator.settle(A)

    assert operator.told.notes.count(("a", "RevisionCreated")) == 1


async def test_a_rollout_is_told_since_when_somebody_looks() -> None:
    """From the first look of this process; one that is set back is the first again."""
    operator = SmallOperator()
    begun: list[float] = []

    def decide(state: RolloutState, seen: Observation, now: float) -> Decision:
        begun.append(seen.begun)
        return two_steps(state, seen, now)

    operator.reconciler = Reconciler(replace(operator.reconciler._around, decide=decide))
    operator.kube.apply(_route("a"))
    await operator.look(A, A)
    operator.clock -= 1_000
    await operator.look(A)

    assert begun == [BEGIN, BEGIN, BEGIN + 1.0 - 1_000]


async def test_a_look_without_news_writes_nothing() -> None:
    """Level-based: any number of times."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    count = len(operator.kube.writes)
    operator.restart()
    await operator.look(A, A, A)

    assert operator.kube.writes[count:] == []


async def test_a_restart_at_rest_asks_the_api_nothing() -> None:
    """2,000 routes that are up to date cost no call; the thorough look comes later."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    operator.restart()
    operator.kube.reads.clear()
    waits = await operator.look(A)

    assert operator.kube.reads == []
    assert waits[0] is not None
    assert waits[0] >= 60.0


async def test_an_invalid_spec_leaves_stable_alone() -> None:
    """Accepted says why, once as an Event; Ready stays true."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    operator.kube.apply(edited(_route("a"), "spec.rules.0.models", [{"regex": "("}]))
    await operator.settle(A)
    await operator.look(A)

    assert operator.conditions(A)["Accepted"] == "False/InvalidSpec"
    assert operator.conditions(A)["Ready"] == "True/Serving"
    assert operator.stable(A) == 1
    assert [reason for _, reason in operator.told.notes].count("InvalidSpec") == 1


async def test_who_lags_is_looked_at_again_when_that_is_too_long() -> None:
    """A condition tells of it after two minutes, and no event comes by then."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    operator.fleet.routers = Routers(ready=1, desired=1, lagging={"r1": 1.0})

    assert await operator.look(A) == [LAG_SECONDS]


async def test_a_pattern_has_one_owner() -> None:
    """The second route is refused, with the owner's name, and gets it when the owner goes."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    operator.kube.apply(_route("b"))
    await operator.settle(A, B)
    refused, words = operator.conditions(B), operator.message(B, "Accepted")
    operator.kube.delete(A)
    await operator.settle(A)

    assert refused["Accepted"] == "False/Conflicted"
    assert "belongs to rule 'kimi' of ProviderRoute team/a" in words
    assert operator.conditions(B)["Ready"] == "True/Serving"
    assert A in operator.fleet.forgotten


async def test_an_owner_that_lets_go_hands_over_after_its_rollout() -> None:
    """While its candidate is on trial the stable revision still claims the pattern."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    operator.kube.apply(_route("b"))
    await operator.settle(A, B)
    operator.kube.apply(_route("a", "glm-"))
    await operator.look(A)
    await operator.look(B)
    during = operator.conditions(B)["Accepted"]
    await operator.settle(A)

    assert during == "False/Conflicted"
    assert operator.conditions(B)["Ready"] == "True/Serving"


async def test_after_a_restart_whoever_serves_still_owns() -> None:
    """An older route that asks is refused, whichever of the two is looked at first."""
    operator = SmallOperator()
    operator.kube.apply(_route("b"), created="2026-02-01T00:00:00Z")
    await operator.settle(B)
    operator.kube.apply(_route("b", "glm-"), created="2026-02-01T00:00:00Z")
    operator.kube.apply(_route("a"), created="2026-01-01T00:00:00Z")
    operator.restart()
    await operator.look(A)

    assert operator.conditions(A)["Accepted"] == "False/Conflicted"


async def test_a_namespace_claims_what_it_is_granted() -> None:
    """The grants are the chart's."""
    operator = SmallOperator(grants=Grants({"team": (Grant.parse("glm-*"),)}, "sealane"))
    operator.kube.apply(_route("a"))
    operator.kube.apply(_route("b", "glm-"))
    await operator.settle(A, B)

    assert operator.conditions(A)["Accepted"] == "False/NotPermitted"
    assert operator.conditions(B)["Accepted"] == "True/Accepted"


async def test_a_spec_that_returns_ends_its_rollout_whatever_was_granted() -> None:
    """Stable serves what the namespace may not claim any more; what is on trial goes as soon as nobody asks for it."""
    operator = SmallOperator(grants=Grants({"team": (Grant.parse("kimi-*"), Grant.parse("glm-*"))}, "sealane"))
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    operator.kube.apply(_route("a", "glm-"))
    await operator.look(A)
    operator.reconciler.regrant(Grants({"team": (Grant.parse("zai-*"),)}, "sealane"))
    operator.kube.apply(_route("a"))
    await operator.look(A)

    assert operator.conditions(A)["Accepted"] == "False/NotPermitted"
    assert "candidate" not in operator.kube.routes[A]["status"]
    assert operator.stable(A) == 1


async def test_a_route_that_is_being_deleted_is_left_alone() -> None:
    """What it owns goes with it."""
    operator = SmallOperator()
    operator.kube.apply(edited(_route("a"), "metadata.deletionTimestamp", "2026-01-01T00:00:00Z"))

    assert await operator.look(A) == [None]
    assert operator.kube.writes == []


async def test_summaries_wait() -> None:
    """A breaker that opens in a router is no reason to write at once."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    count = len(operator.kube.writes)
    operator.fleet.open = 1
    waits = await operator.look(A)
    early = len(operator.kube.writes)
    operator.clock += 60
    await operator.look(A)

    assert early == count
    assert waits[0] is not None
    assert waits[0] <= 60
    assert operator.kube.routes[A]["status"]["providers"][0]["breaker"] == {"closed": 2, "halfOpen": 0, "open": 1}


async def test_a_new_leader_waits_for_the_routers_before_it_speaks_of_them() -> None:
    """Until they were asked, the status says what the one before had seen."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    operator.restart()
    operator.fleet.informed = False
    operator.fleet.routers = type(operator.fleet.routers)()
    await operator.look(A, A)

    assert operator.conditions(A)["Programmed"] == "True/Programmed"
    assert operator.kube.routes[A]["status"]["programmed"] == {"ready": 3, "desired": 3}
