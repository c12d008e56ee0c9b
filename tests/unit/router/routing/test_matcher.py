"""Finding the rule that serves a model."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_api.route_table import (
    DialectName,
    Pattern,
    PatternKind,
    Provider,
    Route,
    RouteTable,
    Rule,
    Target,
)
from sealane_router.routing.claims import MatcherError
from sealane_router.routing.matcher import MAX_NAME, Match, Matcher, model_not_found

_EXACT, _PREFIX, _REGEX = PatternKind.EXACT, PatternKind.PREFIX, PatternKind.REGEX

_Rules = dict[str, list[Pattern]]


def _route(name: str, rules: _Rules, created: str = "", dialect: DialectName = DialectName.MOONSHOT) -> Route:
    provider = Provider(f"default/{name}", "up", dialect, "https://up.example/v1")
    compiled = tuple(
        Rule(f"default/{name}", rule, True, tuple(patterns), (Target(provider),)) for rule, patterns in rules.items()
    )
    return Route("default", name, "1", "0" * 64, (provider,), compiled, created)


def _matcher(*routes: Route) -> Matcher:
    return Matcher(RouteTable(routes, "hash"))


def _one(*patterns: Pattern) -> Matcher:
    return _matcher(_route("r", {"rule": list(patterns)}))


def _who(match: Match | None) -> tuple[str, str] | None:
    return None if match is None else (match.route.name, match.rule.name)


def test_exact_beats_prefix_beats_regex() -> None:
    """Whatever the order in which they are written."""
    matcher = _matcher(
        _route("a", {"regex": [Pattern(_REGEX, "kimi-.*")]}),
        _route("b", {"short": [Pattern(_PREFIX, "kimi-")], "long": [Pattern(_PREFIX, "kimi-k2")]}),
        _route("c", {"exact": [Pattern(_EXACT, "kimi-k2.6")]}),
    )

    assert _who(matcher.match("kimi-k2.6")) == ("c", "exact")
    assert _who(matcher.match("kimi-k2.5")) == ("b", "long")
    assert _who(matcher.match("kimi-k3")) == ("b", "short")
    assert _who(matcher.match("kimi")) is None


def test_a_prefix_between_others_does_not_hide_a_shorter_one() -> None:
    """The neighbour in sort order may be a longer, unrelated prefix."""
    matcher = _matcher(_route("r", {text: [Pattern(_PREFIX, text)] for text in ("a", "ab", "abcx", "abd", "b")}))

    assert [_who(matcher.match(name)) for name in ("abcz", "abe", "ac", "a", "abcxy")] == [
        ("r", "ab"),
        ("r", "ab"),
        ("r", "a"),
        ("r", "a"),
        ("r", "abcx"),
    ]


def test_the_older_route_then_the_rule_name_decides_between_regexes() -> None:
    """Age first, then the route's name, then the rule's."""
    rules: _Rules = {"z": [Pattern(_REGEX, "x.*")], "a": [Pattern(_REGEX, ".*y")]}
    young = _route("a", rules, "2026-02-01T00:00:00Z")
    old = _route("b", rules, "2026-01-01T00:00:00Z")

    assert _who(_matcher(young, old).match("xy")) == ("b", "a")
    assert _who(_matcher(_route("b", rules), _route("a", rules)).match("xy")) == ("a", "a")
    assert _who(_matcher(young, old).match("xz")) == ("b", "z")


def test_a_regex_matches_the_whole_name() -> None:
    """Alternatives too."""
    matcher = _one(Pattern(_REGEX, "kimi-k[23]|glm"))

    assert [matcher.match(name) is not None for name in ("kimi-k2", "glm", "glm-4", "xkimi-k2", "kimi-k2x")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_ascii_case_does_not_matter_and_the_canonical_spelling_is_forwarded() -> None:
    """The exact pattern's spelling, else the client's own."""
    matcher = _one(Pattern(_EXACT, "GLM-4.7-Air"), Pattern(_PREFIX, "Kimi-"), Pattern(_REGEX, "moonshot-V.*"))

    names = ("glm-4.7-AIR", "KIMI-K3", "Moonshot-v1")
    assert [match.canonical for name in names if (match := matcher.match(name))] == [
        "GLM-4.7-Air",
        "KIMI-K3",
        "Moonshot-v1",
    ]
    assert matcher.match("kimı-k3") is None


def test_an_alias_is_stripped_only_when_nothing_matches_as_written() -> None:
    """A route may claim a name with a slash for itself."""
    bare = _route("bare", {"rule": [Pattern(_PREFIX, "kimi-")]})
    slashed = _route("slashed", {"rule": [Pattern(_EXACT, "moonshot/kimi-k3")]})

    match = _matcher(bare).match("MoonShot/Kimi-K3")
    assert match is not None
    assert (match.canonical, match.alias) == ("Kimi-K3", "moonshot/")
    assert _who(_matcher(bare, slashed).match("moonshot/kimi-k3")) == ("slashed", "rule")


@pytest.mark.parametrize("name", ["zai/kimi-k3", "openai/kimi-k3", "moonshot/zai/kimi-k3", "moonshot/", "/kimi-k3"])
def test_an_alias_of_another_dialect_or_none_is_unknown(name: str) -> None:
    """``zai/`` asks for Z.ai: it never reaches Moonshot; one alias is stripped, not two."""
    assert _matcher(_route("r", {"rule": [Pattern(_PREFIX, "kimi-"), Pattern(_REGEX, "kimi-.*|")]})).match(name) is None


def test_an_alias_needs_every_target_in_its_dialect() -> None:
    """A rule that also goes elsewhere is not what the alias asks for."""
    moonshot = Provider("default/r", "m", DialectName.MOONSHOT, "https://m.example/v1")
    zai = Provider("default/r", "z", DialectName.ZAI, "https://z.example/v4")
    rule = Rule("default/r", "rule", True, (Pattern(_PREFIX, "kimi-"),), (Target(moonshot), Target(zai)))
    matcher = _matcher(Route("default", "r", "1", "0" * 64, (moonshot, zai), (rule,)))

    assert matcher.match("kimi-k3") is not None
    assert matcher.match("moonshot/kimi-k3") is None
    assert "another dialect" in matcher.considered("moonshot/kimi-k3")[0].reason


@pytest.mark.parametrize("name", ["", "x" * (MAX_NAME + 1), "kimi-\ud800"])
def test_what_is_no_name_matches_nothing(name: str) -> None:
    """Empty, endless and half a surrogate: not even a pattern that takes everything has them."""
    matcher = _one(Pattern(_REGEX, "(?s).*"), Pattern(_PREFIX, "x"), Pattern(_PREFIX, "kimi-"))

    assert matcher.match(name) is None
    assert not any(each.matched for each in matcher.considered(name))


def test_a_table_without_routes_serves_nothing() -> None:
    """And has nothing to consider."""
    assert (_matcher().match("kimi-k3"), _matcher().considered("kimi-k3")) == (None, ())


def test_a_bad_regex_is_named() -> None:
    """Route, rule and pattern: what has to be found in a file."""
    with pytest.raises(MatcherError, match=r"route default/r, rule rule: '\(bad' is no RE2 regex"):
        _one(Pattern(_REGEX, "(bad"))


def test_regexes_that_need_too_much_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the table is built, never as a request that finds no rule."""
    monkeypatch.setattr("sealane_router.routing.claims.REGEX_MEMORY", 2000)

    with pytest.raises(MatcherError, match="too much memory"):
        _one(Pattern(_REGEX, "(abc){500}[a-z]{400}"))


def test_the_memory_of_names_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long names and misses are not remembered, and a full memory starts afresh."""
    monkeypatch.setattr("sealane_router.routing.matcher._CACHED_NAMES", 2)
    matcher = _one(Pattern(_PREFIX, "kimi-"))

    for name in ("kimi-1", "kimi-2", "kimi-3", "kimi-" + "x" * 256, "glm-1"):
        first, second = matcher.match(name), matcher.match(name)
        assert first == second
    assert set(matcher._known) == {"kimi-3"}


def test_every_rule_says_why() -> None:
    """First the one that serves, then those that match and lose, then the rest."""
    matcher = _matcher(
        _route("a", {"regex": [Pattern(_REGEX, "kimi-.*")], "glm": [Pattern(_PREFIX, f"glm-{i}") for i in range(6)]}),
        _route("b", {"kimi": [Pattern(_PREFIX, "kimi-"), Pattern(_EXACT, "kimi-k3")]}),
    )

    considered = matcher.considered("Kimi-K3")

    assert [(each.rule.name, each.matched, each.serves, each.reason) for each in considered] == [
        ("kimi", True, True, "exact kimi-k3 comes first"),
        ("regex", True, False, "regex kimi-.* comes after exact kimi-k3 of default/b, rule kimi"),
        (
            "glm",
            False,
            False,
            "none of its patterns matches: prefix glm-0, prefix glm-1, prefix glm-2, prefix glm-3 and 2 more",
        ),
    ]
    assert matcher.considered("moonshot/kimi-k3")[0].reason == "exact kimi-k3 comes first, once moonshot/ is stripped"


def test_an_unknown_model_is_named_in_the_error_and_bounded() -> None:
    """404 with OpenAI's ``param``; a name of a kilobyte is cut."""
    error = model_not_found("x" * 1000)

    assert (error.status, error.code, error.param) == (404, "model_not_found", "model")
    assert len(error.message) < 200


_TEXTS = st.text("aAbB-1", min_size=1, max_size=5)
_REGEXES = st.sampled_from(["a.*", ".*b", "[ab]+", "a-1?", "(a|b)-.*", "B.?", ".*1"])
_PATTERNS = st.one_of(
    st.builds(Pattern, st.sampled_from([_EXACT, _PREFIX]), _TEXTS), st.builds(Pattern, st.just(_REGEX), _REGEXES)
)
_TABLES = st.lists(
    st.tuples(st.sampled_from(["", "2026-01-01", "2026-02-02"]), st.lists(_PATTERNS, min_size=1, max_size=6)),
    max_size=5,
)


def _naive(routes: list[Route], name: str) -> tuple[str, str] | None:
    """The rules of the architecture page, one pattern after the other."""
    ranked: list[tuple[tuple[int, int, bool, str, str, str], tuple[str, str]]] = []
    for route in routes:
        for rule in route.rules:
            for pattern in rule.patterns:
                text, low = pattern.text.lower(), name.lower()
                held = {
                    _EXACT: low == text,
                    _PREFIX: low.startswith(text),
                    _REGEX: pattern.kind is _REGEX and re.fullmatch(pattern.text, name, re.IGNORECASE) is not None,
                }[pattern.kind]
                if held:
                    length = len(text) if pattern.kind is _PREFIX else 0
                    kind = (_EXACT, _PREFIX, _REGEX).index(pattern.kind)
                    age = (not route.created, route.created, route.key, rule.name)
                    ranked.append(((kind, -length, *age), (route.name, rule.name)))
    return min(ranked)[1] if ranked else None


@settings(max_examples=200)
@given(_TABLES, st.lists(_TEXTS, min_size=1, max_size=20))
def test_it_agrees_with_a_naive_reading(table: list[tuple[str, list[Pattern]]], names: list[str]) -> None:
    """For any table and name the fast way and the slow way find the same rule, and considering agrees."""
    routes = [
        _route(f"r{index}", {f"p{place}": [pattern] for place, pattern in enumerate(patterns)}, created)
        for index, (created, patterns) in enumerate(table)
    ]
    matcher = _matcher(*routes)

    for name in names:
        expected = _naive(routes, name)
        assert _who(matcher.match(name)) == expected
        serving = [(each.route.name, each.rule.name) for each in matcher.considered(name) if each.serves]
        assert serving == ([] if expected is None else [expected])
