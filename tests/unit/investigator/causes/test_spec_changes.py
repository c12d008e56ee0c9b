"""What differs between two specs of a route."""

from typing import Any

import pytest

from sealane_investigator.causes.changes import Kind, read
from sealane_investigator.causes.spec_changes import MAX_ENTRIES, MAX_VALUE, changes_between
from tests.support.resources import edited, provider, route, rule


def _spec(**other: Any) -> Any:
    return route(**other)["spec"]


@pytest.mark.parametrize(
    ("path", "value", "wanted"),
    [
        (
            "spec.providers.0.baseURL",
            "https://b.example/v1",
            "providers[moonshot].baseURL: https://api.moonshot.ai/v1 → https://b.example/v1",
        ),
        ("spec.providers.0.maxConcurrency", 5, "providers[moonshot].maxConcurrency: added, 5"),
        (
            "spec.providers.0.credential",
            {"secretRef": {"name": "a", "key": "b"}},
            "providers[moonshot].credential: added",
        ),
        ("spec.rules.0.models", [{"exact": "k3"}], "rules[kimi].models: prefix kimi- → exact k3"),
        ("spec.rules.0.targets.0.model", "kimi-k4", "rules[kimi].targets[moonshot].model: added, kimi-k4"),
        ("spec.rules.0.targets.0.set", {"x": "SECRET PROMPT"}, "rules[kimi].targets[moonshot].set: changed"),
        ("spec.rules.0.targets.1", {"provider": "zai"}, "rules[kimi].targets[zai]: added"),
        ("spec.rules.0.targets.1", {"provider": "moonshot"}, "rules[kimi].targets[moonshot#2]: added"),
        ("spec.rules.0.name", "other", "rules[other]: added"),
        ("spec.providers.1", {"name": "zai", "baseURL": "https://z"}, "providers[zai]: added"),
    ],
)
def test_each_change_is_one_entry_that_names_its_place(path: str, value: Any, wanted: str) -> None:
    """And the entry is understood by who looks for causes."""
    before = route()
    found = changes_between(before["spec"], edited(before, path, value)["spec"])

    assert found[0] == wanted
    assert "SECRET" not in "".join(found)
    assert read(found[0]).text == found[0]


def test_a_nested_change_is_named_to_its_end() -> None:
    """Durations, weights, fallbacks."""
    before = _spec(rules=[rule(timeouts={"idle": "60s"}, fallback={"targets": [{"provider": "zai"}]})])
    after = _spec(rules=[rule(timeouts={"idle": "5s"}, fallback={"targets": [{"provider": "zai", "model": "x"}]})])

    assert changes_between(before, after) == (
        "rules[kimi].timeouts.idle: 60s → 5s",
        "rules[kimi].fallback.targets[zai].model: added, x",
    )


def test_what_was_taken_away_is_named_as_well() -> None:
    """Of members and of whole providers."""
    before = _spec(providers=[provider(maxConcurrency=5), provider("zai")])

    assert changes_between(before, _spec()) == (
        "providers[moonshot].maxConcurrency: removed, 5",
        "providers[zai]: removed",
    )


def test_the_order_of_a_list_means_nothing() -> None:
    """Nobody is blamed for sorting."""
    before = _spec(providers=[provider(), provider("zai")])
    after = _spec(providers=[provider("zai"), provider()])

    assert changes_between(before, after) == ()


def test_a_large_change_is_bounded() -> None:
    """In entries and in each value."""
    many = [rule(f"r{n}", f"m{n}-") for n in range(MAX_ENTRIES + 10)]
    found = changes_between(_spec(), _spec(rules=[rule(), *many]))
    long = changes_between(_spec(), _spec(providers=[provider(dialect="x" * 900)]))

    assert len(found) == MAX_ENTRIES
    assert found[-1] == "11 further changes"
    assert len(long[0]) < MAX_VALUE + 60


def test_a_credential_is_told_by_its_place() -> None:
    """Names of Secrets are no secrets, and a cause of their own."""
    one = {"secretRef": {"name": "one", "key": "k"}}
    two = {"secretRef": {"name": "two", "key": "k"}}
    found = changes_between(_spec(providers=[provider(credential=one)]), _spec(providers=[provider(credential=two)]))

    assert found == ("providers[moonshot].credential.secretRef.name: one → two",)
    assert read(found[0]).kind is Kind.CREDENTIAL


def test_whatever_is_no_spec_is_read_as_empty() -> None:
    """An object of a newer version may look otherwise."""
    assert changes_between({}, {"providers": "none", "rules": [None]}) == ()
