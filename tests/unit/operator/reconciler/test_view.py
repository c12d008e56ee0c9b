"""A route at one moment: what it claims by which pointer, and whether it is at rest."""

from sealane_api.route_table import PatternKind
from sealane_operator.judgement.claims import Standing
from sealane_operator.judgement.status import read_status, state_of
from sealane_operator.judgement.validation import ValidSpec, validated
from sealane_operator.reconciler.contents import Content, content_of
from sealane_operator.reconciler.view import View, secrets_of, standings_of
from sealane_operator.rollout.model import Candidate, Pointer, RolloutState
from tests.support.resources import provider, route, rule
from tests.support.small_operator import SmallOperator


def _content(prefix: str, secret: str) -> Content:
    keyed = provider(credential={"secretRef": {"name": secret, "key": "k"}})
    return content_of(route(providers=[keyed], rules=[rule(prefix=prefix)])["spec"], route="team/a", created="")


CONTENTS = {1: _content("a-", "one"), 2: _content("b-", "two"), 3: _content("a-", "three")}
STATE = RolloutState(stable=Pointer(1, "a" * 64, 0.0), candidate=Candidate(2, "b" * 64, 10, 1, 0.0))


def test_the_stronger_pointer_counts() -> None:
    """What stable serves is not merely held."""
    state = RolloutState(stable=STATE.stable, candidate=STATE.candidate, previous=Pointer(3, "c" * 64, 0.0))

    assert standings_of(state, CONTENTS, validated(route()), Standing.ASKS) == {
        (PatternKind.PREFIX, "kimi-"): (Standing.ASKS, "kimi"),
        (PatternKind.PREFIX, "a-"): (Standing.SERVES, "kimi"),
        (PatternKind.PREFIX, "b-"): (Standing.HOLDS, "kimi"),
    }


def test_secrets_of_all_pointers_are_needed() -> None:
    """A revision that cannot be read needs none."""
    assert secrets_of(STATE, CONTENTS) == {"one", "two"}
    assert secrets_of(STATE, {}) == frozenset()


async def test_a_route_at_rest_is_one_whose_status_says_so() -> None:
    """A new generation, a suspended route, or lost routers are work."""
    operator = SmallOperator()
    operator.kube.apply(route("a", "team"))
    await operator.settle("team/a")
    raw = operator.kube.routes["team/a"]

    def view(raw: dict[str, object]) -> View:
        status, spec = read_status(raw), validated(raw)
        assert isinstance(spec, ValidSpec)
        return View(raw, spec, state_of(status), status, {})

    assert view(raw).is_at_rest
    assert view(raw).was_accepted
    assert not view(operator.kube.apply(route("a", "team", suspend=True))).is_at_rest
