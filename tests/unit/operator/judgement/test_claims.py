"""A pattern has one owner, and whoever is refused is told who that is and what to do."""

from hypothesis import given
from hypothesis import strategies as st

from sealane_api.ownership import Grant
from sealane_api.route_table import PatternKind
from sealane_operator.judgement.claims import (
    Claimant,
    Grants,
    Standing,
    Subject,
    claims_of,
    owner,
    refusal_of_claims,
)
from tests.support.resources import route, rule

CLAIMANTS = st.lists(
    st.builds(
        Claimant,
        route=st.sampled_from(["a/a", "a/b", "b/a", "c/d"]),
        created=st.sampled_from(["", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"]),
        standing=st.sampled_from(Standing),
    ),
    unique_by=lambda claimant: claimant.route,
)


def _nobody(_subject: Subject) -> None:
    return None


@given(CLAIMANTS, st.randoms())
def test_the_owner_does_not_depend_on_the_order(claimants: list[Claimant], random: object) -> None:
    """One of them owns the pattern, whoever is asked first."""
    shuffled = list(claimants)
    random.shuffle(shuffled)  # type: ignore[attr-defined]

    assert owner(claimants) == owner(shuffled)
    assert (owner(claimants) is None) == (not claimants)


@given(CLAIMANTS)
def test_whoever_serves_owns(claimants: list[Claimant]) -> None:
    """Age counts only among equals."""
    best = owner(claimants)
    serving = [each for each in claimants if each.standing is Standing.SERVES]

    assert best is None or not serving or best in serving


def test_age_then_name_decide_between_equals() -> None:
    """An unknown age is the youngest."""
    old, young = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
    unknown, younger = Claimant("a/a", "", Standing.ASKS), Claimant("b/a", young, Standing.ASKS)
    older, twin = Claimant("c/b", old, Standing.ASKS), Claimant("c/a", old, Standing.ASKS)

    assert [owner([unknown, younger]), owner([younger, older]), owner([older, twin])] == [younger, older, twin]


def test_a_pattern_outside_the_grant_is_not_permitted() -> None:
    """The grants are told, and where they are written."""
    grants = Grants({"chat": (Grant.parse("glm-*"),)}, "sealane")
    refusal = refusal_of_claims(claims_of(route()["spec"], route="chat/a"), "chat", grants, _nobody)

    assert refusal is not None
    assert refusal.reason == "NotPermitted"
    assert refusal.message == (
        "rule 'kimi' claims prefix 'kimi-', which namespace chat is not granted (it is granted glm-*); remove it, or "
        "have 'kimi-*' added to routes.namespaces of the chart's values"
    )


def test_without_grants_everything_is_permitted() -> None:
    """So it is in the release namespace; a namespace that is not named has nothing."""
    claims = claims_of(route()["spec"], route="chat/a")
    some = Grants({"other": (Grant.parse("*"),)}, "chat")

    assert refusal_of_claims(claims, "chat", Grants(), _nobody) is None
    assert refusal_of_claims(claims, "chat", some, _nobody) is None
    assert refusal_of_claims(claims, "third", some, _nobody) is not None


def test_a_pattern_of_another_route_is_a_conflict() -> None:
    """The owner is named, and the remedy."""
    claims = claims_of(route()["spec"], route="chat/a")
    refusal = refusal_of_claims(
        claims, "chat", Grants(), lambda _subject: Claimant("team/b", "", Standing.SERVES, "moon")
    )

    assert refusal is not None
    assert refusal.reason == "Conflicted"
    assert refusal.message == (
        "rule 'kimi' claims prefix 'kimi-', which belongs to rule 'moon' of ProviderRoute team/b: it serves it; remove "
        "the pattern here, or there: this route is looked at again as soon as it is free"
    )


def test_ones_own_pattern_is_no_conflict() -> None:
    """A route may claim again what it serves."""
    claims = claims_of(route()["spec"], route="chat/a")

    assert refusal_of_claims(claims, "chat", Grants(), lambda _: Claimant("chat/a", "", Standing.SERVES)) is None


def test_claims_are_read_from_any_shape() -> None:
    """What is no rule or pattern claims nothing; null is absent."""
    spec = {"rules": [None, {"models": "x"}, rule(), {"name": "n", "models": [{"exact": None, "regex": "a.*"}, 3]}]}

    assert [(claim.rule, claim.subject) for claim in claims_of(spec, route="chat/a")] == [
        ("kimi", (PatternKind.PREFIX, "kimi-")),
        ("n", (PatternKind.REGEX, "a.*")),
    ]
    assert claims_of({}, route="chat/a") == ()
