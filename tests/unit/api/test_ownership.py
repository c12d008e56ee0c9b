"""One owner for each model name, and grants that never give more than they say."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_api.ownership import EVERYTHING, Claim, Grant, conflicts, fold, permitted
from sealane_api.route_table import Pattern, PatternKind

EXACT, PREFIX, REGEX = PatternKind

names = st.text(st.sampled_from("aAkK-."), min_size=1, max_size=4)
kinds = st.sampled_from(PatternKind)
patterns = st.builds(Pattern, kinds, names)
claims = st.builds(
    Claim,
    patterns,
    st.sampled_from(["a/x", "a/y", "b/x"]),
    st.sampled_from(["r", "s"]),
    st.sampled_from(["", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]),
)
grant_texts = st.just("*") | names | names.map(lambda name: name + "*")


def claim(kind: PatternKind, text: str, route: str = "a/x", created: str = "", rule: str = "r") -> Claim:
    """One claim."""
    return Claim(Pattern(kind, text), route, rule, created)


@pytest.mark.parametrize(
    ("name", "folded"),
    [("Kimi-K3", "kimi-k3"), ("KIMI-Ä", "kimi-Ä"), ("İK", "İk"), ("\u212aIMI", "\u212aimi"), ("\u017f", "\u017f")],
)
def test_only_ascii_letters_are_folded(name: str, folded: str) -> None:
    """So that no two different names of another script become one."""
    assert fold(name) == folded


@given(st.text())
def test_folding_twice_changes_nothing_more(name: str) -> None:
    """And never the length."""
    assert fold(fold(name)) == fold(name)
    assert len(fold(name)) == len(name)


@pytest.mark.parametrize(
    ("one", "other", "conflict"),
    [
        (claim(EXACT, "kimi-k3"), claim(EXACT, "KIMI-K3", "b/x"), True),
        (claim(PREFIX, "kimi-"), claim(PREFIX, "Kimi-", "b/x"), True),
        (claim(REGEX, "k.*"), claim(REGEX, "k.*", "b/x"), True),
        (claim(REGEX, r"\d"), claim(REGEX, r"\D", "b/x"), False),
        (claim(EXACT, "kimi-"), claim(PREFIX, "kimi-", "b/x"), False),
        (claim(PREFIX, "kimi-"), claim(PREFIX, "kimi-k", "b/x"), False),
    ],
)
def test_two_claims_conflict_when_kind_and_folded_text_are_the_same(
    one: Claim, other: Claim, *, conflict: bool
) -> None:
    """A more specific claim is no conflict, and a regex is compared as written."""
    assert bool(conflicts([one, other])) is conflict


def test_the_older_route_owns_a_pattern_and_unknown_age_is_youngest() -> None:
    """Then the names decide: namespace/name, then the rule."""
    young = claim(PREFIX, "kimi-", "a/x", "2026-01-02T00:00:00Z")
    old = claim(PREFIX, "kimi-", "z/z", "2026-01-01T00:00:00Z")
    unknown = claim(PREFIX, "kimi-", "a/a")
    second_rule = claim(PREFIX, "kimi-", "a/a", rule="s")

    for order in itertools.permutations([young, old, unknown, second_rule]):
        [conflict] = conflicts(order)
        assert (conflict.owner, *conflict.others) == (old, young, unknown, second_rule)


@given(st.lists(claims, max_size=8))
def test_conflicts_are_exactly_the_subjects_claimed_more_than_once(given_claims: list[Claim]) -> None:
    """Whatever the order of the claims."""
    found = conflicts(given_claims)

    assert found == conflicts(reversed(given_claims))
    for conflict in found:
        rivals = [conflict.owner, *conflict.others]
        assert len({one.subject for one in rivals}) == 1
        assert len(rivals) == sum(one.subject == conflict.owner.subject for one in given_claims) > 1
        assert rivals == sorted(rivals, key=lambda one: one.seniority)
    subjects = [one.subject for one in given_claims]
    assert {conflict.owner.subject for conflict in found} == {one for one in subjects if subjects.count(one) > 1}


@pytest.mark.parametrize(
    ("kind", "text", "grant", "allowed"),
    [
        (EXACT, "kimi-k3", "kimi-k3", True),
        (EXACT, "KIMI-k3", "kimi-K3", True),
        (EXACT, "kimi-k4", "kimi-k3", False),
        (EXACT, "kimi-k3", "kimi-*", True),
        (EXACT, "kimi", "kimi-*", False),
        (EXACT, "glm-5", "*", True),
        (PREFIX, "kimi-", "kimi-*", True),
        (PREFIX, "kimi-k", "Kimi-*", True),
        (PREFIX, "kimi", "kimi-*", False),
        (PREFIX, "kimi-k3", "kimi-k3", False),
        (PREFIX, "glm-", "*", True),
        (REGEX, "kimi-.*", "kimi-*", False),
        (REGEX, "kimi-k3", "kimi-k3", False),
        (REGEX, "kimi-.*", "*", True),
    ],
)
def test_a_grant_permits_what_it_covers_whole(kind: PatternKind, text: str, grant: str, *, allowed: bool) -> None:
    """A regex needs everything, a prefix a prefix."""
    assert permitted(Pattern(kind, text), [Grant.parse(grant)]) is allowed


@pytest.mark.parametrize("text", ["", "**", "k*i", "*k", "k**"])
def test_a_grant_has_its_star_at_the_end_or_nowhere(text: str) -> None:
    """Anything else is refused with what to write."""
    with pytest.raises(ValueError, match="write"):
        Grant.parse(text)


def test_the_release_namespace_is_granted_everything_and_no_grant_is_nothing() -> None:
    """As the law says."""
    for kind in PatternKind:
        assert permitted(Pattern(kind, "x"), [EVERYTHING])
        assert not permitted(Pattern(kind, "x"), [])
    assert Grant.parse("*") == EVERYTHING


@given(patterns, st.lists(grant_texts, max_size=3), names)
def test_no_name_is_served_that_no_grant_covers(pattern: Pattern, texts: list[str], name: str) -> None:
    """If a claim is permitted, each name it matches is granted on its own."""
    grants = [Grant.parse(text) for text in texts]
    matches = {
        EXACT: fold(name) == fold(pattern.text),
        PREFIX: fold(name).startswith(fold(pattern.text)),
        REGEX: True,
    }[pattern.kind]
    if permitted(pattern, grants) and matches:
        assert permitted(Pattern(EXACT, name), grants)


@given(patterns, st.lists(grant_texts, max_size=3), grant_texts)
def test_another_grant_never_takes_a_permission_away(pattern: Pattern, texts: list[str], text: str) -> None:
    """Grants add up."""
    grants = [Grant.parse(one) for one in texts]
    if permitted(pattern, grants):
        assert permitted(pattern, [*grants, Grant.parse(text)])
