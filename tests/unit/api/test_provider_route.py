"""The resource has exactly the fields, bounds and defaults that its page says."""

import enum
import typing
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from sealane_api.canonical import spec_hash
from sealane_api.provider_route import ProviderRoute
from sealane_api.resource.part import Part, ValidationContext, field_names
from tests.support.resources import (
    ABSENT,
    FULL,
    Bounds,
    accepted,
    admitted,
    edited,
    provider,
    refused,
    route,
    rule,
)

#: The example of the architecture page, to the letter, without its status.
EXAMPLE = """
apiVersion: sealane.dev/v1alpha1
kind: ProviderRoute
metadata: {name: assistants}
spec:
  providers:                                # 1..16
  - name: moonshot
    dialect: Moonshot                       # Moonshot | Zai | OpenAI: error classes, quirks, file purposes
    baseURL: https://api.moonshot.ai/v1
    credential: {secretRef: {name: moonshot, key: api-key}}     # never inline; none: no Authorization header
    maxConcurrency: 200
    tls: {serverName: api.moonshot.ai, caRef: {name: egress-ca, key: ca.crt}}     # optional
    breaker: {window: 30s, minRequests: 20, failurePercent: 50, consecutiveFailures: 5,
              openFor: 15s, maxOpenFor: 5m, halfOpenMax: 1, closeAfter: 2}
    healthCheck: {path: /models, interval: 30s}                 # optional, active
  - name: zai
    dialect: Zai
    baseURL: https://api.z.ai/api/paas/v4
    credential: {secretRef: {name: zai, key: api-key}}
  rules:                                    # 1..64
  - name: kimi
    critical: true                          # default; see Readiness
    models: [{prefix: kimi-}, {prefix: moonshot-v1-}]           # exact | prefix | regex (RE2, whole name)
    targets: [{provider: moonshot, weight: 100}]
    fallback:
      when: [Connect, Timeout, RateLimited, Overloaded, ServerError, BreakerOpen]
      targets: [{provider: zai, model: glm-4.7, set: {}, remove: [thinking]}]
    retry: {maxAttempts: 3, budgetPercent: 20}
    timeouts: {connect: 3s, firstByte: 60s, idle: 60s}          # no total for streams
    limits: {requestsPerMinute: 6000, tokensPerMinute: 2000000}
  - name: glm
    models: [{prefix: glm-}]
    targets: [{provider: zai}]
  rollout:
    strategy: Canary                        # Canary | Immediate
    steps: [{weight: 10, hold: 1m}, {weight: 50, hold: 2m}]
    analysis: {minRequests: 50, maxErrorIncreasePercent: 5, maxLatencyIncreasePercent: 50}
    bakeTime: 10m                           # promoted revisions are still watched
    progressDeadline: 30m
    windows: [{schedule: "0 2 * * *", duration: 3h, timeZone: Etc/UTC}]   # optional: new rollouts start only then
  suspend: false
  revisionHistoryLimit: 10
"""

#: The words YAML 1.1 reads as booleans.
YAML_BOOLEANS = {"y", "n", "yes", "no", "on", "off", "true", "false"}


def parts(of: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """The part itself and all parts inside."""
    yield of
    for field in of.model_fields.values():
        for inner in (field.annotation, *typing.get_args(field.annotation)):
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                yield from parts(inner)


def _example() -> ProviderRoute:
    """Read as a file is; where no YAML library is installed, the test is left to those who have one."""
    yaml = pytest.importorskip("yaml")
    return ProviderRoute.model_validate(yaml.safe_load(EXAMPLE))


def test_the_example_of_the_architecture_page_is_accepted() -> None:
    """To the letter."""
    resource = _example()
    assert [one.name for one in resource.spec.rules] == ["kimi", "glm"]


def test_the_values_of_the_example_are_the_defaults() -> None:
    """Except dialect, firstByte, tls, fallback, limits, health check and windows, which are absent."""
    example = _example().spec
    smallest = ProviderRoute.model_validate(
        route(rules=[rule(fallback={"targets": [{"provider": "moonshot"}]})], providers=[provider(healthCheck={})])
    ).spec
    ours, theirs = smallest.providers[0], example.providers[0]
    fallback, their_fallback = smallest.rules[0].fallback, example.rules[0].fallback

    assert ours.breaker == theirs.breaker
    assert ours.max_concurrency == theirs.max_concurrency
    assert ours.health_check == theirs.health_check
    assert smallest.rules[0].critical == example.rules[0].critical
    assert smallest.rules[0].targets[0].weight == example.rules[0].targets[0].weight
    assert smallest.rules[0].retry == example.rules[0].retry
    assert smallest.rules[0].timeouts.connect == example.rules[0].timeouts.connect
    assert smallest.rules[0].timeouts.idle == example.rules[0].timeouts.idle
    assert fallback is not None
    assert their_fallback is not None
    assert set(fallback.when) == set(their_fallback.when)
    assert smallest.rollout.model_copy(update={"windows": example.rollout.windows}) == example.rollout
    assert smallest.suspend == example.suspend
    assert smallest.revision_history_limit == example.revision_history_limit


def test_what_the_example_shows_as_optional_is_absent_by_default() -> None:
    """And the dialect is OpenAI."""
    spec = ProviderRoute.model_validate(route()).spec
    [only], [one] = spec.providers, spec.rules

    assert only.dialect == "OpenAI"
    assert (only.credential, only.health_check, only.messages_base_url) == (None, None, None)
    assert (only.tls.server_name, only.tls.ca_ref) == (None, None)
    assert not only.allow_insecure
    assert (one.fallback, one.timeouts.first_byte) == (None, None)
    assert (one.limits.requests_per_minute, one.limits.tokens_per_minute) == (None, None)
    assert spec.rollout.windows == ()


def test_no_field_and_no_enum_value_is_a_yaml_boolean() -> None:
    """kubectl would turn it into true or false."""
    words = {name for part in parts(ProviderRoute) for name in field_names(part)}
    for part in parts(ProviderRoute):
        for annotation in typing.get_type_hints(part, include_extras=False).values():
            for inner in (annotation, *typing.get_args(annotation)):
                if isinstance(inner, type) and issubclass(inner, enum.Enum):
                    words |= {str(member.value) for member in inner}
                words |= {one for one in typing.get_args(inner) if isinstance(one, str)}
    assert "baseURL" in words
    assert "Moonshot" in words
    assert "Canary" in words
    assert not {word for word in words if word.lower() in YAML_BOOLEANS}


def test_every_part_is_strict_closed_and_immutable() -> None:
    """The law of the package holds for each of them."""
    for part in parts(ProviderRoute):
        assert issubclass(part, Part)
        config = part.model_config
        assert (config["strict"], config["extra"], config["frozen"]) == (True, "forbid", True)


def test_every_bounded_list_and_text_says_so() -> None:
    """In the schema of the spec every list, text and number has its bounds."""
    schema = ProviderRoute.model_json_schema(by_alias=True)
    for name, part in schema["$defs"].items():
        if name in {"ObjectMeta", "JsonValue"} or "enum" in part:
            continue
        for field, found in part["properties"].items():
            for option in found.get("anyOf", [found]):
                where = f"{name}.{field}"
                match option.get("type"):
                    case "array":
                        assert "maxItems" in option, where
                    case "string":
                        assert "maxLength" in option or "enum" in option, where
                    case "integer":
                        assert "maximum" in option, where
                    case "object":
                        assert "maxProperties" in option, where


def test_a_route_as_kubectl_prints_it_is_accepted() -> None:
    """With all that the API server and the operator add."""
    metadata = {
        "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}\n"},
        "creationTimestamp": "2026-11-22T23:00:00Z",
        "finalizers": ["a/b"],
        "generation": 3,
        "labels": {"app": "chat"},
        "managedFields": [{"apiVersion": "v1", "fieldsV1": {"f:spec": {}}, "manager": "kubectl", "operation": "Apply"}],
        "name": "assistants",
        "namespace": "team",
        "ownerReferences": [{"uid": "1"}],
        "resourceVersion": "4711",
        "uid": "1a-2b",
        "deletionTimestamp": "2026-11-23T23:00:00Z",
        "deletionGracePeriodSeconds": 30,
        "generateName": "a-",
        "selfLink": "/x",
    }
    status = {"observedGeneration": 7, "conditions": [{"type": "Ready"}], "anything": None}
    resource = ProviderRoute.model_validate({**route(), "metadata": metadata, "status": status})
    assert resource.metadata.creation_timestamp == "2026-11-22T23:00:00Z"


def test_a_field_that_is_null_counts_as_absent() -> None:
    """As it does at an API server, also where there is a default; metadata of a dry run says so too."""
    document = edited(route(), "metadata.creationTimestamp", None)
    for path in ("spec.rollout", "spec.suspend", "spec.rules.0.fallback", "spec.rules.0.models.0.regex", "status"):
        document = edited(document, path, None)
    document = edited(document, "spec.rules.0.targets.0.weight", None)

    assert ProviderRoute.model_validate(document) == ProviderRoute.model_validate(route())


def test_a_route_that_is_written_back_reads_as_the_same() -> None:
    """By the names people write."""
    resource = ProviderRoute.model_validate(FULL)
    assert ProviderRoute.model_validate(resource.model_dump(by_alias=True, mode="json")) == resource


OPTIONAL = [
    *("spec.rollout", "spec.rollout.windows", "spec.rollout.analysis.minRequests", "spec.suspend"),
    *("spec.revisionHistoryLimit", "metadata.namespace", "metadata.labels"),
    *(f"spec.providers.0.{name}" for name in FULL["spec"]["providers"][0] if name not in {"name", "baseURL"}),
    *(f"spec.providers.0.breaker.{name}" for name in ("window", "minRequests", "failurePercent", "halfOpenMax")),
    *(f"spec.rules.0.{name}" for name in FULL["spec"]["rules"][0] if name not in {"name", "models", "targets"}),
    *(f"spec.rules.0.targets.1.{name}" for name in ("weight", "model", "set", "remove")),
]


@given(st.sets(st.sampled_from(OPTIONAL)))
def test_any_selection_of_fields_reads_back_as_the_same_with_the_same_hash(absent: set[str]) -> None:
    """Written out with its defaults or without."""
    document = FULL
    for path in sorted(absent, key=len, reverse=True):
        document = edited(document, path, ABSENT)
    resource = ProviderRoute.model_validate(document)

    for written in (
        resource.model_dump(by_alias=True, mode="json"),
        resource.model_dump(by_alias=True, mode="json", exclude_defaults=True),
    ):
        again = ProviderRoute.model_validate({**written, "apiVersion": document["apiVersion"]})
        assert again == resource
        assert spec_hash(again.spec) == spec_hash(resource.spec)


def test_the_full_route_writes_every_field() -> None:
    """So that the tests which walk it miss none."""
    missing = []

    def walk(part: BaseModel, path: str) -> None:
        for name, field in type(part).model_fields.items():
            value = getattr(part, name)
            if name not in part.model_fields_set and path.startswith("spec"):
                missing.append(f"{path}.{field.alias}")
            for inner in value if isinstance(value, tuple) else (value,):
                if isinstance(inner, Part) and type(inner) not in seen:
                    seen.add(type(inner))
                    walk(inner, f"{path}.{field.alias}".lstrip("."))

    seen: set[type] = set()
    walk(ProviderRoute.model_validate(FULL), "")
    exact_or_regex = {"spec.rules.models.exact", "spec.rules.models.regex"}
    target = {f"spec.rules.targets.{name}" for name in ("model", "set", "remove")}
    assert set(missing) == exact_or_regex | target


#: The values that are admitted and refused at each path of FULL.
BOUNDS: Bounds = [
    ("apiVersion", ["sealane.dev/v1alpha1"], ["sealane.dev/v1", "v1", "", 1, ABSENT]),
    ("kind", ["ProviderRoute"], ["providerroute", "Route", ABSENT]),
    ("metadata", [{"name": "a"}], [ABSENT, {}, "a", []]),
    ("spec", [], [ABSENT, {}, [], "x"]),
    ("spec.providers", [[provider("moonshot"), provider("zai")]], [[], ABSENT, {}, [None], ["zai"]]),
    ("spec.rules", [], [[], ABSENT, {}, [None]]),
    ("spec.rollout", [{}, ABSENT], ["Canary", []]),
    ("spec.suspend", [True, False, ABSENT], ["true", 1]),
    ("spec.revisionHistoryLimit", [1, 100, ABSENT], [0, 101]),
    ("spec.unknown", [], [1, {}]),
    ("status", [{}, {"anything": [1]}, "x", ABSENT], []),
    ("extra", [], [1]),
]


@pytest.mark.parametrize(("path", "value"), admitted(BOUNDS))
def test_a_value_within_its_bounds_is_admitted(path: str, value: object) -> None:
    """At the limits themselves."""
    assert accepted(edited(FULL, path, value))


@pytest.mark.parametrize(("path", "value"), refused(BOUNDS))
def test_a_value_beyond_its_bounds_is_refused(path: str, value: object) -> None:
    """Just past the limits, and of other types."""
    assert not accepted(edited(FULL, path, value))


def test_a_route_has_up_to_sixteen_providers_and_sixty_four_rules() -> None:
    """One more is refused."""
    providers = [provider("moonshot"), *(provider(f"p{number}") for number in range(16))]
    rules = [rule(f"r{number}") for number in range(65)]

    assert accepted(route(providers=providers[:16], rules=rules[:64]))
    assert not accepted(route(providers=providers, rules=rules[:64]))
    assert not accepted(route(providers=providers[:16], rules=rules))


def test_a_provider_that_no_rule_uses_is_allowed() -> None:
    """And a dialect does not restrict the host."""
    assert accepted(route(providers=[provider(), provider("spare", dialect="Zai", baseURL="https://example.com/v1")]))


def test_loopback_needs_both_a_laptop_and_the_providers_word() -> None:
    """Neither alone is enough."""
    local = route(providers=[provider(baseURL="http://127.0.0.1:8081/v1", allowInsecure=True)])
    assert accepted(local, laptop=True)
    assert not accepted(local)
    assert not accepted(edited(local, "spec.providers.0.allowInsecure", ABSENT), laptop=True)


def test_the_syntax_of_a_regex_is_judged_by_the_function_that_is_handed_in() -> None:
    """And not at all without one."""
    asked = []

    def check(text: str) -> str | None:
        asked.append(text)
        return None

    ProviderRoute.model_validate(FULL, context=ValidationContext(check_regex=check))
    assert asked == ["k[0-9]+"]
    with pytest.raises(ValidationError):
        ProviderRoute.model_validate(FULL, context=ValidationContext(check_regex=lambda _: "missing )"))


def test_an_error_never_prints_its_input() -> None:
    """Neither as text nor as repr."""
    with pytest.raises(ValidationError) as caught:
        ProviderRoute.model_validate(edited(FULL, "spec.providers.0.credential", "hunter2"))
    assert "hunter2" not in str(caught.value) + repr(caught.value)
