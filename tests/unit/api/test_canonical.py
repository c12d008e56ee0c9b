"""The hash of a revision changes exactly when what it does changes."""

import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_api.canonical import canonical_json, spec_hash
from sealane_api.provider_route import ProviderRoute
from sealane_api.resource.part import Part
from tests.support.resources import ABSENT, FULL, Document, edited, route

#: Lists whose order means nothing, by the name of their field.
UNORDERED = {"providers", "rules", "models", "when", "remove"}


def hashed(document: Document) -> str:
    """The hash of a valid document."""
    return spec_hash(ProviderRoute.model_validate(document).spec)


def shuffled(value: Any, shuffle: random.Random, field: str = "") -> Any:
    """The same with the order of keys, and of lists whose order means nothing, changed."""
    if isinstance(value, dict):
        items = [(name, shuffled(member, shuffle, name)) for name, member in value.items()]
        shuffle.shuffle(items)
        return dict(items)
    if isinstance(value, list):
        items = [shuffled(item, shuffle) for item in value]
        if field in UNORDERED:
            shuffle.shuffle(items)
        return items
    return value


def test_the_canonical_form_is_pinned() -> None:
    """A change here starts a rollout in every cluster: it must be on purpose."""
    document = edited(FULL, "spec.providers.0.breaker", {"openFor": "90s", "window": "30s"})
    document = edited(document, "spec.rules.0.models", [{"regex": "k[0-9]+"}, {"prefix": "kimi-"}])
    document = edited(document, "spec.rules.0.targets", [{"provider": "zai", "weight": 100, "set": {"é": [1.5, True]}}])

    assert json.loads(canonical_json(ProviderRoute.model_validate(document).spec)) == {
        "providers": [
            {
                "allowInsecure": True,
                "baseURL": "https://api.moonshot.ai/v1",
                "breaker": {"openFor": 90_000},
                "credential": {"secretRef": {"key": "api-key", "name": "moonshot"}},
                "dialect": "Moonshot",
                "healthCheck": {"interval": 10_000, "path": "/health"},
                "maxConcurrency": 100,
                "messagesBaseURL": "https://api.moonshot.ai/anthropic",
                "name": "moonshot",
                "tls": {"caRef": {"key": "ca.crt", "name": "egress-ca"}, "serverName": "api.moonshot.ai"},
            },
            {"baseURL": "https://api.z.ai/api/paas/v4", "dialect": "Zai", "name": "zai"},
        ],
        "rules": [
            {"models": [{"prefix": "glm-"}], "name": "glm", "targets": [{"provider": "zai"}]},
            {
                "critical": False,
                "fallback": {"targets": [{"model": "glm-5", "provider": "zai"}], "when": ["Connect", "Unauthorized"]},
                "limits": {"requestsPerMinute": 100, "tokensPerMinute": 5_000_000_000},
                "models": [{"prefix": "kimi-"}, {"regex": "k[0-9]+"}],
                "name": "kimi",
                "retry": {"budgetPercent": 10, "maxAttempts": 2},
                "targets": [{"provider": "zai", "set": {"é": [1.5, True]}}],
                "timeouts": {"connect": 1_000, "firstByte": 30_000, "idle": 20_000},
            },
        ],
    }


def test_the_hash_of_the_smallest_route_is_pinned() -> None:
    """No new field and no new default may change it."""
    assert canonical_json(ProviderRoute.model_validate(route()).spec) == (
        b'{"providers":[{"baseURL":"https://api.moonshot.ai/v1","name":"moonshot"}],'
        b'"rules":[{"models":[{"prefix":"kimi-"}],"name":"kimi","targets":[{"provider":"moonshot"}]}]}'
    )
    assert hashed(route()) == "76455b42056b01961e7999e799158194fbb6571cea56fe88f04b839cec8d1a51"


@given(st.randoms(use_true_random=False))
def test_order_means_nothing_where_the_page_says_so(shuffle: random.Random) -> None:
    """Of keys, rules, providers, patterns, conditions and removed members."""
    assert hashed(shuffled(FULL, shuffle)) == hashed(FULL)


@pytest.mark.parametrize("path", ["spec.rules.0.targets", "spec.rules.0.fallback.targets"])
def test_the_order_of_targets_means_something(path: str) -> None:
    """Fallback targets are tried in order."""
    targets = [{"provider": "zai", "model": "a"}, {"provider": "zai", "model": "b"}]
    assert hashed(edited(FULL, path, targets)) != hashed(edited(FULL, path, targets[::-1]))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("metadata.name", "other"),
        ("metadata.labels", {"a": "b"}),
        ("spec.rollout", ABSENT),
        ("spec.suspend", False),
        ("spec.revisionHistoryLimit", 99),
        ("status", {"a": 1}),
    ],
)
def test_what_is_not_in_a_revision_is_not_in_the_hash(path: str, value: object) -> None:
    """Rollout policy, history limit and suspend are read live."""
    assert hashed(edited(FULL, path, value)) == hashed(FULL)


def with_defaults(part: Part) -> dict[str, Any]:
    """The document of a part with every default written out."""
    return {name: value for name, value in part.model_dump(by_alias=True, mode="json").items() if value is not None}


def test_writing_a_default_means_nothing() -> None:
    """With every default written out, at every level."""
    for document in (FULL, route()):
        spec = ProviderRoute.model_validate(document).spec
        written = {**document, "spec": with_defaults(spec)}
        assert written != document
        assert hashed(written) == hashed(document)


@pytest.mark.parametrize(
    ("path", "one", "other"),
    [
        ("spec.rules.0.timeouts.idle", "60s", "1m"),
        ("spec.rules.0.timeouts.idle", "60000ms", ABSENT),
        ("spec.providers.0.baseURL", "https://api.moonshot.ai/v1/", "https://api.moonshot.ai/v1"),
        ("spec.rules.0.limits", {}, ABSENT),
        ("spec.providers.0.tls", {}, ABSENT),
        ("spec.providers.0.breaker", {}, ABSENT),
        ("spec.rules.0.targets.0.set", {}, ABSENT),
        (
            "spec.rules.0.fallback.when",
            ["BreakerOpen", "ServerError", "Overloaded", "RateLimited", "Timeout", "Connect"],
            ABSENT,
        ),
    ],
)
def test_two_ways_to_write_the_same_are_the_same(path: str, one: object, other: object) -> None:
    """Durations, slashes and empty mappings."""
    assert hashed(edited(FULL, path, one)) == hashed(edited(FULL, path, other))


@pytest.mark.parametrize(("path", "one", "other"), [("spec.providers.0.healthCheck", {}, ABSENT)])
def test_a_mapping_that_switches_something_on_is_not_the_same_as_none(path: str, one: object, other: object) -> None:
    """An empty health check is one with defaults."""
    assert hashed(edited(FULL, path, one)) != hashed(edited(FULL, path, other))


def changes(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Another admissible value for every scalar of the revision, and every optional part taken away."""
    other: dict[type, Any] = {bool: lambda v: not v, int: lambda v: v + 1 if v < 100 else v - 1}
    if isinstance(value, dict):
        for name, member in value.items():
            yield from changes(member, f"{path}.{name}")
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from changes(item, f"{path}.{at}")
    elif type(value) in other:
        yield path, other[type(value)](value)
    elif path.endswith(("URL", "dialect", "provider", "0.name", "1.name")) or ".when." in path:
        return
    elif value[0].isdigit():
        yield path, f"{value}1ms"
    else:
        yield path, value + "x"


EFFECTIVE = [
    *changes({name: FULL["spec"][name] for name in ("providers", "rules")}, "spec"),
    ("spec.providers.0.dialect", "OpenAI"),
    ("spec.providers.1.baseURL", "https://api.z.ai/api/paas/v5"),
    ("spec.providers.1.baseURL", "https://open.bigmodel.cn/api/paas/v4"),
    ("spec.providers.0.messagesBaseURL", ABSENT),
    ("spec.providers.0.credential", ABSENT),
    ("spec.rules.0.name", "other"),
    ("spec.rules.1.targets.0.provider", "moonshot"),
    ("spec.rules.0.fallback", ABSENT),
    ("spec.rules.0.fallback.when", ["Connect"]),
    ("spec.rules.1.targets.0.model", "GLM-5"),
    ("spec.rules.0.models.0", {"exact": "kimi-"}),
    ("spec.rules.0.models.0", {"prefix": "Kimi-"}),
    ("spec.rules.0.targets.1.set", {"a": {"b": [True]}}),
    ("spec.rules.0.targets.1.set", {"a": {"b": ["1"]}}),
    ("spec.rules.2", {"name": "new", "models": [{"exact": "new"}], "targets": [{"provider": "zai"}]}),
    ("spec.providers.2", {"name": "new", "baseURL": "https://new.example"}),
]


@pytest.mark.parametrize(("path", "value"), EFFECTIVE, ids=lambda value: str(value)[:50])
def test_every_effective_change_changes_the_hash(path: str, value: object) -> None:
    """Whatever field it is in."""
    assert hashed(edited(FULL, path, value)) != hashed(FULL)


def test_the_list_of_effective_changes_covers_every_field() -> None:
    """Scalars one by one; it would be empty if the walk were broken."""
    assert len(EFFECTIVE) > 40
