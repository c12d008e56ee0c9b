"""A valid resource becomes an immutable route, and routes become a table without conflicts."""

from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_api.compilation import FrozenObject, compile_route, compile_table
from sealane_api.failure import DEFAULT_FALLBACK, FailureClass
from sealane_api.problems import InvalidRoutes, Location
from sealane_api.provider_route import ProviderRoute
from sealane_api.route_table import (
    BreakerPolicy,
    DialectName,
    Fallback,
    HealthCheck,
    Limits,
    Pattern,
    PatternKind,
    Provider,
    Retry,
    Route,
    Rule,
    SecretRef,
    Target,
    Timeouts,
    Tls,
)
from tests.support.resources import FULL, Document, edited, provider, route, rule


def compiled(document: Document) -> Route:
    """The compiled route of a valid document."""
    return compile_route(ProviderRoute.model_validate(document))


def test_every_field_arrives_in_the_compiled_route() -> None:
    """In seconds, with its own provider object in each target."""
    moonshot = Provider(
        route="team/assistants",
        name="moonshot",
        dialect=DialectName.MOONSHOT,
        base_url="https://api.moonshot.ai/v1",
        messages_base_url="https://api.moonshot.ai/anthropic",
        credential=SecretRef("moonshot", "api-key"),
        tls=Tls("api.moonshot.ai", SecretRef("egress-ca", "ca.crt")),
        max_concurrency=100,
        breaker=BreakerPolicy(20.0, 10, 40, 3, 10.0, 120.0, 2, 3),
        health_check=HealthCheck("/health", 10.0),
        allow_insecure=True,
    )
    zai = Provider("team/assistants", "zai", DialectName.ZAI, "https://api.z.ai/api/paas/v4")
    kimi = Rule(
        route="team/assistants",
        name="kimi",
        critical=False,
        patterns=(
            Pattern(PatternKind.PREFIX, "kimi-"),
            Pattern(PatternKind.EXACT, "moonshot-v1-8k"),
            Pattern(PatternKind.REGEX, "k[0-9]+"),
        ),
        targets=(
            Target(moonshot, 90),
            Target(zai, 10, "glm-4.7", MappingProxyType({"a": {"b": (1,)}}), ("thinking",)),
        ),
        fallback=Fallback(frozenset({FailureClass.CONNECT, FailureClass.UNAUTHORIZED}), (Target(zai, 100, "glm-5"),)),
        retry=Retry(2, 10),
        timeouts=Timeouts(1.0, 30.0, 20.0),
        limits=Limits(100, 5_000_000_000),
    )
    glm = Rule("team/assistants", "glm", True, (Pattern(PatternKind.PREFIX, "glm-"),), (Target(zai),))

    found = compiled(FULL)

    assert (found.namespace, found.name, found.created) == ("team", "assistants", "")
    assert found.providers == (moonshot, zai)
    assert found.rules == (kimi, glm)
    assert found.rules[0].targets[0].provider is found.providers[0]


def test_defaults_are_the_same_in_both_types() -> None:
    """What a route leaves out is what the compiled types assume."""
    found = compiled(route(rules=[rule(fallback={"targets": [{"provider": "moonshot"}]})]))
    [only], [one] = found.providers, found.rules

    assert only == Provider("default/assistants", "moonshot", DialectName.OPENAI, "https://api.moonshot.ai/v1")
    assert one == Rule(
        route="default/assistants",
        name="kimi",
        critical=True,
        patterns=(Pattern(PatternKind.PREFIX, "kimi-"),),
        targets=(Target(only),),
        fallback=Fallback(DEFAULT_FALLBACK, (Target(only),)),
    )


def test_a_revision_is_named_by_its_number_or_by_its_hash() -> None:
    """The first 12 digits where there are no numbers."""
    resource = ProviderRoute.model_validate(route())
    by_hash, by_number = compile_route(resource), compile_route(resource, revision="7")

    assert (by_hash.revision, by_number.revision) == (by_hash.hash[:12], "7")
    assert by_hash.hash == by_number.hash
    assert len(by_hash.hash) == 64


def test_namespace_and_creation_come_from_metadata() -> None:
    """Or the namespace from the caller."""
    document = edited(route(), "metadata.creationTimestamp", "2026-11-22T23:00:00Z")
    assert compiled(document).created == "2026-11-22T23:00:00Z"
    assert compile_route(ProviderRoute.model_validate(document), namespace_default="team").key == "team/assistants"
    assert compiled(route(namespace="other")).key == "other/assistants"


def test_what_a_target_sets_does_not_change_and_encodes_as_json() -> None:
    """At every depth."""
    document = edited(FULL, "spec.rules.0.targets.1.set", {"a": {"b": [{"c": 1}, 2]}, "d": "x"})
    members = compiled(document).rules[0].targets[1].set

    # The router's encoder; this package is tested without it too.
    msgspec = pytest.importorskip("msgspec")
    assert msgspec.json.encode(dict(members)) == b'{"a":{"b":[{"c":1},2]},"d":"x"}'
    inner = members["a"]
    assert isinstance(inner, FrozenObject)
    for change in ("__setitem__", "__delitem__", "__ior__", "clear", "pop", "popitem", "setdefault", "update"):
        with pytest.raises(TypeError, match="does not change"):
            getattr(inner, change)("b", 1)
    assert isinstance(inner["b"], tuple)
    assert isinstance(inner["b"][0], FrozenObject)
    with pytest.raises(TypeError):
        members["x"] = 1  # type: ignore[index]


def problems(*documents: Document) -> list[str]:
    """What a table of these routes is refused for."""
    with pytest.raises(InvalidRoutes) as caught:
        compile_table([compiled(document) for document in documents])
    return [str(problem) for problem in caught.value.problems]


def test_two_routes_that_claim_one_pattern_are_refused_at_both_places() -> None:
    """Each names the other; case makes no difference."""
    one, other = route("a"), route("b", namespace="team", rules=[rule("chat", "KIMI-")])
    ours = "which rule 'chat' of team/b claims too (team/b); a model has one owner: remove one of the two"
    theirs = "which rule 'kimi' of default/a claims too (default/a); a model has one owner: remove one of the two"

    assert problems(one, other) == [
        f"default/a: spec.rules[0].models[0].prefix: found 'kimi-', {ours}",
        f"team/b: spec.rules[0].models[0].prefix: found 'KIMI-', {theirs}",
    ]


def test_two_rules_of_one_route_that_claim_one_pattern_are_refused() -> None:
    """As two routes are."""
    place = (
        "default/assistants: spec.rules[{}].models[0].prefix: found 'kimi-', which rule {} of the same route claims too"
    )
    found = problems(route(rules=[rule("a"), rule("b")]))
    assert [problem.split(" (default/")[0] for problem in found] == [place.format(0, "'b'"), place.format(1, "'a'")]


@pytest.mark.parametrize("second", ["kimi-", "Kimi-"])
def test_a_rule_that_claims_a_pattern_twice_is_refused(second: str) -> None:
    """At both places, whatever the case."""
    found = problems(route(rules=[rule(models=[{"prefix": "kimi-"}, {"prefix": second}])]))

    assert len(found) == 2
    assert {problem.split(": ")[1] for problem in found} == {f"spec.rules[0].models[{at}].prefix" for at in (0, 1)}
    assert all("which rule 'kimi' claims a second time" in problem for problem in found)


def test_claims_of_different_kinds_or_lengths_are_no_conflict() -> None:
    """Exact beats prefix beats regex, and longer beats shorter."""
    models = [{"exact": "kimi-"}, {"prefix": "kimi-"}, {"prefix": "kimi-k"}, {"regex": "kimi-"}, {"regex": "KIMI-"}]
    assert compile_table([compiled(route(rules=[rule(models=models)]))]).routes


def test_two_routes_of_one_name_are_refused() -> None:
    """In one namespace; in two they are two."""
    documents = [route("a"), edited(route("a"), "spec.rules.0.models.0.prefix", "glm-")]

    assert problems(*documents) == [
        "default/a: metadata.name: found a second route default/a (first at default/a); write another name"
    ]
    elsewhere = edited(documents[1], "metadata.namespace", "b")
    assert len(compile_table([compiled(documents[0]), compiled(elsewhere)]).routes) == 2


def test_a_conflict_is_reported_where_the_caller_says_the_claims_are_written() -> None:
    """With line and document."""
    routes = [compiled(route("a")), compiled(route("b"))]
    with pytest.raises(InvalidRoutes) as caught:
        compile_table(routes, locate=lambda at, path: Location(f"{at}.yaml", 1, len(path)))

    assert str(caught.value).splitlines()[0] == (
        "0.yaml:6: document 1: spec.rules[0].models[0].prefix: found 'kimi-', "
        "which rule 'kimi' of default/b claims too (1.yaml:6); a model has one owner: remove one of the two"
    )


@given(st.permutations(["a", "b", "c"]))
def test_a_table_does_not_depend_on_the_order_of_its_routes(names: list[str]) -> None:
    """Neither its hash nor its own order."""
    routes = {name: compiled(route(name, rules=[rule(prefix=name)])) for name in names}
    table = compile_table([routes[name] for name in names])

    assert [one.name for one in table.routes] == ["a", "b", "c"]
    assert table == compile_table(list(routes.values())[::-1])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("metadata.name", "b"),
        ("metadata.namespace", "b"),
        ("metadata.creationTimestamp", "2026-11-22T23:00:00Z"),
        ("spec.rules.0.critical", False),
    ],
)
def test_the_hash_of_a_table_names_content_identity_and_age(path: str, value: object) -> None:
    """Age decides who owns a pattern."""
    before = compile_table([compiled(route())])
    after = compile_table([compiled(edited(route(), path, value))])
    assert before.hash != after.hash
    assert len(before.hash) == 64


def test_a_table_may_be_empty() -> None:
    """In a cluster there may be no route yet."""
    assert compile_table([]).routes == ()


def test_a_provider_without_tls_fields_has_none() -> None:
    """An empty mapping says nothing."""
    assert compiled(route(providers=[provider(tls={})])).providers[0].tls is None
    assert compiled(route(providers=[provider(tls={"serverName": "a"})])).providers[0].tls == Tls("a")
