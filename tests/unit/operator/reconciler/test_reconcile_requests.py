"""Requests by hand through the reconciler: carried out once, or refused in words."""

from dataclasses import replace

from sealane_operator.reconciler.reconcile import Reconciler
from sealane_operator.rollout.model import Decision, Observation, RequestRecord, RolloutState
from tests.support.resources import Document, provider, route, rule
from tests.support.small_operator import SmallOperator, two_steps

A, B = "team/a", "team/b"
KEYED = provider(credential={"secretRef": {"name": "moonshot", "key": "api-key"}})


def _route(name: str, prefix: str = "kimi-", **spec: object) -> Document:
    return route(name, "team", **({"providers": [KEYED], "rules": [rule(prefix=prefix)]} | spec))


async def _let_go() -> SmallOperator:
    """A route that asks for something else by now, and another one that took its pattern."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    operator.kube.apply(_route("a", "glm-"))
    operator.kube.apply(_route("b"))
    await operator.settle(A, B)
    return operator


async def test_an_undo_to_a_pattern_of_another_route_is_refused() -> None:
    """It is recorded as refused, and not tried again."""
    operator = await _let_go()
    operator.kube.annotate(A, {"sealane.dev/request": _undo("1")})
    await operator.settle(A)

    done = operator.kube.routes[A]["status"]["lastRequest"]
    assert operator.stable(A) == 2
    assert done["outcome"].startswith("refused: revision 1 cannot serve: rule 'kimi' claims prefix 'kimi-'")
    assert operator.conditions(B)["Ready"] == "True/Serving"


async def test_an_undo_to_what_a_refused_spec_asks_for_is_refused_as_well() -> None:
    """The pattern went to another route; a spec that wants it back is in conflict, and so is its old revision."""
    operator = await _let_go()
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    operator.kube.annotate(A, {"sealane.dev/request": _undo("1")})
    await operator.settle(A, B)

    done = operator.kube.routes[A]["status"]["lastRequest"]
    assert (operator.stable(A), operator.stable(B)) == (2, 1)
    assert operator.conditions(A)["Accepted"] == "False/Conflicted"
    assert done["outcome"].startswith("refused: revision 1 cannot serve: rule 'kimi' claims prefix 'kimi-'")


async def test_an_undo_to_a_revision_whose_secret_is_gone_is_refused() -> None:
    """No router could serve it; what serves goes on."""
    operator = SmallOperator()
    operator.kube.secrets["team/other"] = frozenset({"api-key"})
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    other = provider(credential={"secretRef": {"name": "other", "key": "api-key"}})
    operator.kube.apply(_route("a", providers=[other]))
    await operator.settle(A)
    del operator.kube.secrets["team/moonshot"]
    operator.clock += 60
    operator.kube.annotate(A, {"sealane.dev/request": _undo("1")})
    await operator.settle(A)

    done = operator.kube.routes[A]["status"]["lastRequest"]
    assert operator.stable(A) == 2
    assert done["outcome"].startswith("refused: revision 1 cannot serve: Secret team/moonshot does not exist")


async def test_a_refusal_marks_a_user_whom_nobody_checked() -> None:
    """Without the admission policy anybody may write any name."""
    operator = SmallOperator()
    operator.kube.policy = False
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    operator.kube.apply(_route("a", "glm-"))
    operator.kube.apply(_route("b"))
    await operator.settle(A, B)
    operator.kube.annotate(A, {"sealane.dev/request": _undo("1")})
    await operator.settle(A)

    assert operator.kube.routes[A]["status"]["lastRequest"]["by"] == "anna (unverified)"


async def test_an_undo_moves_the_pointer_and_says_who() -> None:
    """The spec is not touched; the revision tells who asked."""
    operator = SmallOperator()
    for prefix in ("a-", "b-"):
        operator.kube.apply(_route("a", prefix))
        await operator.settle(A)
    operator.kube.annotate(A, {"sealane.dev/request": _undo("1")})
    await operator.settle(A)

    assert operator.stable(A) == 1
    assert operator.kube.revisions["team/a-1"]["metadata"]["annotations"]["sealane.dev/requested-by"] == "anna"


async def test_whoever_was_refused_asked_for_no_revision() -> None:
    """A candidate may be promoted in the very look that refuses somebody's request."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    await operator.settle(A)
    operator.kube.apply(_route("a", "glm-"))
    await operator.look(A)

    def decide(state: RolloutState, seen: Observation, now: float) -> Decision:
        record = RequestRecord("id-1", "retry", "anna", now, "refused: nothing to retry")
        moved = two_steps(state, replace(seen, request=None), now)
        return replace(moved, state=replace(moved.state, last_request=record))

    operator.reconciler = Reconciler(replace(operator.reconciler._around, decide=decide))
    operator.kube.annotate(A, {"sealane.dev/request": "anna retry id-1 2027-01-15T08:00:00Z"})
    await operator.look(A)

    assert operator.stable(A) == 2
    assert "sealane.dev/requested-by" not in operator.kube.revisions["team/a-2"]["metadata"]["annotations"]


async def test_a_request_that_nobody_can_read_is_told() -> None:
    """An Event says what to use instead."""
    operator = SmallOperator()
    operator.kube.apply(_route("a"))
    operator.kube.annotate(A, {"sealane.dev/request": "please"})
    await operator.settle(A)

    assert operator.told.notes.count(("a", "RequestRefused")) == 1


def _undo(number: str) -> str:
    return f"anna undo {number} id-1 2027-01-15T08:00:00Z"
