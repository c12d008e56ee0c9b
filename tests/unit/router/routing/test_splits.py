"""Which arm serves an exchange: compared with matchers of the worlds in which each candidate were stable."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_api.ownership import Claim
from sealane_api.route_table import Pattern, PatternKind, Route, RouteTable
from sealane_router.routing.matcher import Match, Matcher
from sealane_router.routing.splits import Chosen, Splits
from tests.support.claims import names, route_of, routes

_EXACT, _PREFIX, _REGEX = PatternKind.EXACT, PatternKind.PREFIX, PatternKind.REGEX


def splits_of(
    stables: list[Route],
    candidates: list[Route],
    weights: Mapping[str, int],
    random: Callable[[], float] = lambda: 0.0,
) -> Splits:
    """The splits of a table; a route without a weight has 0."""
    matcher = Matcher(RouteTable(tuple(stables), "hash", tuple(candidates)))
    assert matcher.trials is not None
    return Splits(matcher, matcher.trials, weight=lambda route, _: weights.get(route, 0), random=random)


def prefix(name: str, *texts: str, revision: str = "1") -> Route:
    """A route that claims prefixes."""
    return route_of(name, patterns=tuple(Pattern(_PREFIX, text) for text in texts), revision=revision)


def exact(name: str, *texts: str, revision: str = "1") -> Route:
    """A route that claims names."""
    return route_of(name, patterns=tuple(Pattern(_EXACT, text) for text in texts), revision=revision)


def who(chosen: Chosen | None) -> tuple[str, str, bool] | None:
    """Route, arm, and whether it is counted."""
    if chosen is None:
        return None
    return chosen.match.route.name, "candidate" if chosen.is_candidate else "stable", chosen.counted


STABLE, CANDIDATE = [prefix("x", "kimi-", "old-")], [prefix("x", "kimi-", "new-", revision="2")]


@pytest.mark.parametrize(
    ("name", "weight", "chance", "expected"),
    [
        ("kimi-k3", 10, 0.0999, ("x", "candidate", True)),
        ("kimi-k3", 10, 0.1, ("x", "stable", True)),
        ("kimi-k3", 100, 0.9999, ("x", "candidate", True)),
        ("old-1", 10, 0.0, ("x", "stable", False)),
        ("new-1", 10, 0.9999, ("x", "candidate", False)),
        ("kimi-k3", 0, 0.0, ("x", "stable", True)),
        ("old-1", 0, 0.0, ("x", "stable", True)),
        ("new-1", 0, 0.0, None),
        ("other", 50, 0.0, None),
    ],
)
def test_common_models_are_split_and_the_others_have_one_arm(
    name: str, weight: int, chance: float, expected: object
) -> None:
    """A candidate of weight 0 is not there; what one arm claims is not counted while the other is on trial."""
    assert who(splits_of(STABLE, CANDIDATE, {"default/x": weight}, lambda: chance).choose(name)) == expected


def test_chance_is_asked_for_each_exchange() -> None:
    """The name is remembered, the choice is not."""
    chances = iter([0.0, 0.9, 0.2, 0.3])
    splits = splits_of(STABLE, CANDIDATE, {"default/x": 25}, lambda: next(chances))
    arms = [who(splits.choose("kimi-k3")) for _ in range(4)]
    assert [arm and arm[1] for arm in arms] == ["candidate", "stable", "candidate", "stable"]


def test_the_weight_is_asked_for_each_exchange() -> None:
    """A lease that ran out holds at once, for a name seen before too."""
    weights = {"default/x": 100}
    splits = splits_of(STABLE, CANDIDATE, weights)
    assert who(splits.choose("new-1")) == ("x", "candidate", False)
    weights["default/x"] = 0
    assert splits.choose("new-1") is None
    assert who(splits.choose("kimi-k3")) == ("x", "stable", True)


@pytest.mark.parametrize("weight", [1, 10, 50])
def test_shares_are_the_weight(weight: int) -> None:
    """Within six standard deviations of a fair coin of that weight."""
    splits = splits_of(STABLE, CANDIDATE, {"default/x": weight}, Random(7).random)
    count = 20_000
    arms = Counter(who(splits.choose("kimi-k3")) for _ in range(count))
    share = weight / 100
    bound = 6 * (count * share * (1 - share)) ** 0.5
    assert abs(arms["x", "candidate", True] - count * share) < bound
    assert sum(arms.values()) == count


def test_a_candidate_never_takes_an_equal_claim_of_another_stable() -> None:
    """Older or not, exact or not; a longer prefix or an exact name is another claim, and it may have that."""
    claimed = (Pattern(_PREFIX, "kimi-"), Pattern(_EXACT, "k3"), Pattern(_REGEX, "k.*"))
    stables = [route_of("x", "2026-01-01T00:00:00Z"), route_of("y", "2026-02-01T00:00:00Z", patterns=claimed)]
    same = replace(stables[0].rules[0], patterns=claimed)
    splits = splits_of(stables, [replace(stables[0], rules=(same,), revision="2")], {"default/x": 100})
    assert [who(splits.choose(name)) for name in ("kimi-k3", "k3", "k4")] == [("y", "stable", True)] * 3
    better = replace(same, patterns=(Pattern(_PREFIX, "kimi-k"), Pattern(_EXACT, "k4")))
    splits = splits_of(stables, [replace(stables[0], rules=(better,), revision="2")], {"default/x": 1})
    assert [who(splits.choose(name)) for name in ("kimi-k3", "k4")] == [("x", "candidate", False)] * 2


def test_what_is_claimed_in_vain_wins_over_nothing_of_its_owner() -> None:
    """The owner of the text holds the name by another text first; the candidate's next claim counts."""
    owner = route_of("z", patterns=(Pattern(_REGEX, "a.*"), Pattern(_REGEX, "ab?")))
    stables = [route_of("x", patterns=()), owner]
    vain = replace(stables[0].rules[0], patterns=(Pattern(_REGEX, "ab?"),))
    splits = splits_of(stables, [replace(stables[0], rules=(vain,), revision="2")], {"default/x": 1})
    assert who(splits.choose("a")) == ("z", "stable", True)
    both = replace(vain, patterns=(*vain.patterns, Pattern(_REGEX, "a")))
    splits = splits_of(stables, [replace(stables[0], rules=(both,), revision="2")], {"default/x": 1})
    assert who(splits.choose("a")) == ("x", "candidate", False)


def test_an_owner_s_candidate_keeps_what_a_rival_claims_in_vain() -> None:
    """A second stable route on the same text changes nothing for the owner's rollout."""
    owner = route_of("x", "2026-01-01T00:00:00Z", patterns=(Pattern(_PREFIX, "kimi-"),))
    rival = route_of("y", "2026-02-01T00:00:00Z", patterns=(Pattern(_PREFIX, "kimi-"),))
    splits = splits_of([rival, owner], [replace(owner, revision="2")], {"default/x": 50})
    assert who(splits.choose("kimi-k3")) == ("x", "candidate", True)


def test_a_stable_arm_does_not_take_a_model_by_its_candidate() -> None:
    """Where another route owns the model until the candidate claims it better, the candidate alone serves it."""
    stables = [exact("x", "kimi-k3"), prefix("y", "kimi-"), route_of("z", patterns=(Pattern(_REGEX, ".*"),))]
    splits = splits_of(stables, [exact("z", "kimi-k4", revision="2")], {"default/z": 1}, lambda: 0.99)
    assert who(splits.choose("kimi-k4")) == ("z", "candidate", False)
    assert who(splits.choose("kimi-k5")) == ("y", "stable", True)
    assert who(splits.choose("else")) == ("z", "stable", False)


def test_the_live_ones_are_told() -> None:
    """For lists of models."""
    candidates = [prefix("x", "a", revision="2"), prefix("y", "b", revision="2")]
    splits = splits_of([prefix("x", "a"), prefix("y", "b")], candidates, {"default/y": 5})
    assert [route.name for route in splits.live()] == ["y"]
    assert [splits.weight(f"default/{name}") for name in ("x", "y", "nobody")] == [0, 5, 0]


def test_kept_names_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients invent them."""
    monkeypatch.setattr("sealane_router.routing.splits._CACHED_NAMES", 2)
    splits = splits_of(STABLE, CANDIDATE, {"default/x": 50})
    for number in range(5):
        splits.choose(f"kimi-{number}")
    splits.choose("kimi-" + "k" * 300)
    assert set(splits._known) == {"kimi-4"}


@st.composite
def scenes(draw: st.DrawFn) -> tuple[list[Route], list[Route], dict[str, int]]:
    """Stable routes without rival claims, candidates of some of them, and weights of which some are 0."""
    taken: set[object] = set()
    stables = []
    for name in ("x", "y", "z"):
        route = draw(routes(named=name))
        own = [each for each in _claims(route) if each.subject not in taken]
        taken |= {each.subject for each in own}
        stables.append(_claiming(route, [each.pattern for each in own]))
    candidates = [
        draw(routes(named=stable.name, created=stable.created, revision="2"))
        for stable in stables
        if draw(st.booleans())
    ]
    weights = {each.key: draw(st.sampled_from((0, 1, 50, 100))) for each in candidates}
    return stables, candidates, weights


@given(scenes(), names())
@settings(max_examples=500)
def test_the_arms_are_those_that_would_own_the_model(
    scene: tuple[list[Route], list[Route], dict[str, int]], name: str
) -> None:
    """A candidate takes part where it would own the model as stable; common models are split, nothing else is."""
    stables, candidates, weights = scene
    if not candidates:
        return
    live = [each for each in candidates if weights[each.key]]
    base = Matcher(RouteTable(tuple(stables), "hash")).match(name)
    owning = {each.key: found for each in live if (found := _in_its_world(stables, each, name)) is not None}
    outlook = splits_of(stables, candidates, weights).outlook(name)
    if not owning:
        assert (outlook.stable, outlook.candidate) == (base, None)
        assert outlook.counted == (base is None or not weights.get(base.route.key))
        return
    assert outlook.candidate is not None
    assert outlook.candidate == owning[outlook.candidate.route.key]
    common = base is not None and base.route.key == outlook.candidate.route.key
    assert (outlook.stable, outlook.counted) == ((base, True) if common else (None, False))
    assert outlook.weight == (weights[outlook.candidate.route.key] if common else 100)
    first = Matcher(RouteTable(tuple(each for each in live if each.key in owning), "hash")).match(name)
    assert first is not None
    assert first.route is outlook.candidate.route


def _in_its_world(stables: list[Route], candidate: Route, name: str) -> Match | None:
    """What a candidate makes of ``name`` were it stable, less the claims of other stables; None: nothing."""
    others = [each for each in stables if each.key != candidate.key]
    theirs = {each.subject for other in others for each in _claims(other)}
    own = _claiming(candidate, [each.pattern for each in _claims(candidate) if each.subject not in theirs])
    found = Matcher(RouteTable((*others, own), "hash")).match(name)
    if found is None or found.route.key != candidate.key:
        return None
    return replace(found, route=candidate, rule=candidate.rules[0])


def _claims(route: Route) -> list[Claim]:
    return [Claim(each, route.key, rule.name, route.created) for rule in route.rules for each in rule.patterns]


def _claiming(route: Route, claimed: list[Pattern]) -> Route:
    return replace(route, rules=(replace(route.rules[0], patterns=tuple(claimed)),))
