"""Small routes whose claims meet each other often, for tests that draw them."""

from hypothesis import strategies as st

from sealane_api.ownership import fold
from sealane_api.route_table import DialectName, Pattern, PatternKind, Provider, Route, Rule, Target

_WORDS = ("a", "ab", "abc", "A", "b", "ba", "moonshot/a", "moonshot/ab")
_REGEXES = ("a.*", "ab?", ".*b", "(a|b)+", "moonshot/.*")
_AGES = ("", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")


def route_of(
    name: str, created: str = "", *, patterns: tuple[Pattern, ...] = (), revision: str = "1", zai: bool = False
) -> Route:
    """A route with one rule for ``patterns`` and one provider."""
    key = f"default/{name}"
    dialect = DialectName.ZAI if zai else DialectName.MOONSHOT
    provider = Provider(key, "up", dialect, "https://up.example/v1")
    rule = Rule(key, "rule", True, patterns, (Target(provider),))
    return Route("default", name, revision, "0" * 64, (provider,), (rule,), created)


def patterns() -> st.SearchStrategy[Pattern]:
    """A claim of any kind."""
    words = st.sampled_from(_WORDS)
    return st.one_of(
        st.builds(Pattern, st.just(PatternKind.EXACT), words),
        st.builds(Pattern, st.just(PatternKind.PREFIX), words),
        st.builds(Pattern, st.just(PatternKind.REGEX), st.sampled_from(_REGEXES)),
    )


def names() -> st.SearchStrategy[str]:
    """A model's name that some claims hold."""
    return st.sampled_from((*_WORDS, "abb", "abcd", "c", "Ab", "moonshot/b", "zai/a"))


@st.composite
def routes(draw: st.DrawFn, revision: str = "1", named: str | None = None, created: str | None = None) -> Route:
    """A route of one of three names with up to four claims, no two of them on the same text."""
    name = draw(st.sampled_from(("x", "y", "z"))) if named is None else named
    age = draw(st.sampled_from(_AGES)) if created is None else created
    claimed = {(each.kind, fold(each.text)): each for each in draw(st.lists(patterns(), max_size=4))}
    return route_of(name, age, patterns=tuple(claimed.values()), revision=revision, zai=draw(st.booleans()))
