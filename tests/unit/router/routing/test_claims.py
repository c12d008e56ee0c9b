"""The index of claims: what is taken over from the one before says the same as one made anew."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_api.ownership import fold
from sealane_api.route_table import Pattern, PatternKind, Route, Rule
from sealane_router.routing.claims import ClaimIndex, MatcherError
from tests.support.claims import names, patterns, route_of, routes

_PREFIX = PatternKind.PREFIX
OLD, YOUNG = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"


def _told(index: ClaimIndex, name: str) -> list[tuple[str, str, Pattern]]:
    return [(claim.route.key, claim.rule.name, claim.pattern) for claim in index.every(fold(name))]


@given(st.lists(routes(), max_size=4), st.lists(routes(), max_size=4), names())
@settings(max_examples=200)
def test_an_index_that_follows_another_is_one_made_anew(before: list[Route], after: list[Route], name: str) -> None:
    """Routes that come, go, change or stay the same object; the claims and their order are those of the routes."""
    first = {route.key: route for route in before}
    second = {**dict(list(first.items())[::2]), **{route.key: route for route in after}}
    followed = ClaimIndex(second.values(), ClaimIndex(first.values()))
    anew = ClaimIndex(second.values())
    assert _told(followed, name) == _told(anew, name)
    assert followed.find(fold(name)) == anew.find(fold(name)) == next(anew.every(fold(name)), None)


@given(st.permutations([route_of("a", OLD), route_of("b", YOUNG), route_of("c", "")]))
def test_of_rivals_the_older_route_decides(order: list[Route]) -> None:
    """In whatever order they come, at once or one after the other; routes of unknown age come last."""
    claimed = [replace(route, rules=(_rule(route, Pattern(_PREFIX, "kimi-")),)) for route in order]
    index = ClaimIndex(())
    for count in range(len(claimed)):
        index = ClaimIndex(claimed[: count + 1], index)
    assert [key for key, _, _ in _told(index, "kimi-k3")] == ["default/a", "default/b", "default/c"]
    without = ClaimIndex([route for route in claimed if route.name != "a"], index)
    found = without.find("kimi-k3")
    assert found is not None
    assert found.route.name == "b"


def test_what_did_not_change_is_taken_over() -> None:
    """The same objects: one changed route among many costs little."""
    one, other = (replace(r, rules=(_rule(r, Pattern(_PREFIX, f"{r.name}-")),)) for r in (route_of("a"), route_of("b")))
    regex = replace(route_of("c"), rules=(_rule(route_of("c"), Pattern(PatternKind.REGEX, "c.*")),))
    before = ClaimIndex([one, other, regex])
    after = ClaimIndex([one, replace(other), regex], before)
    assert after.find("a-1") is before.find("a-1")
    assert after.find("b-1") is not before.find("b-1")
    assert after._set is before._set
    assert ClaimIndex([one, other], before)._set is None


@given(st.lists(patterns(), min_size=1, max_size=6), names())
def test_precedence_is_exact_then_longer_prefix_then_regex(claimed: list[Pattern], name: str) -> None:
    """Of one route's rules."""
    route = route_of("a")
    unique = {(each.kind, fold(each.text)): each for each in claimed}.values()
    index = ClaimIndex([replace(route, rules=tuple(_rule(route, each, str(n)) for n, each in enumerate(unique)))])
    found = [pattern for _, _, pattern in _told(index, name)]
    kinds = list(PatternKind)
    ranks = [(kinds.index(each.kind), -len(each.text) if each.kind is _PREFIX else 0) for each in found]
    assert ranks == sorted(ranks)


def test_a_bad_regex_names_its_rule() -> None:
    """For whoever wrote it."""
    route = route_of("a")
    with pytest.raises(MatcherError, match="route default/a, rule r: '\\(' is no RE2 regex"):
        ClaimIndex([replace(route, rules=(_rule(route, Pattern(PatternKind.REGEX, "(")),))])


def _rule(route: Route, pattern: Pattern, name: str = "r") -> Rule:
    return replace(route.rules[0], name=name, patterns=(pattern,))
