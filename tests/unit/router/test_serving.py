"""The live side of a table: what a reload carries over, and what it does not."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from sealane_api.failure import FailureClass
from sealane_api.route_table import BreakerPolicy, Limits, Provider, Retry, Route, RouteTable, SecretRef, Timeouts, Tls
from sealane_router.attempt.breaker import BreakerState
from sealane_router.errors import Failure
from sealane_router.routing.splits import Arm
from sealane_router.serving import ProviderRuntime, Serving, ServingMeans
from sealane_router.upstream.client import Deadlines
from sealane_router.upstream.mounted_credentials import MountedCredentials
from tests.support.exchanges import ENVIRON, ROUTE, means_of, provider_of, serving_of, table_of

PROVIDER = provider_of("https://api.test/v1")


@pytest.fixture
def means() -> ServingMeans:
    """Kept over reloads, as in a process."""
    return means_of()


def only(serving: Serving) -> ProviderRuntime:
    """The one provider's runtime."""
    return serving.providers[ROUTE, "moonshot"]


def reloaded(before: Serving, means: ServingMeans, **changes: Any) -> Serving:
    """The table with a changed provider."""
    return serving_of(table_of(replace(PROVIDER, **changes)), means, before)


def test_a_table_is_ready_to_serve(means: ServingMeans) -> None:
    """Each provider and each rule has its live side."""
    serving = serving_of(table_of(PROVIDER), means)
    runtime = only(serving)
    assert (runtime.provider, runtime.dialect.name) == (PROVIDER, PROVIDER.dialect)
    assert runtime.client.provider is PROVIDER
    rule = serving.rules[ROUTE, "kimi"]
    assert rule.providers == {"moonshot": runtime}
    assert rule.answer_lines == b"x-sealane-route: default/assistants\r\nx-sealane-revision: 7\r\n"
    assert serving.credential_problems() == []


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"max_concurrency": 3},
        {"breaker": BreakerPolicy(consecutive_failures=2)},
        {"health_check": None},
    ],
)
def test_what_is_the_same_provider_keeps_its_state(means: ServingMeans, changes: Mapping[str, Any]) -> None:
    """Gate, client, connections and credential; new settings take effect."""
    before = serving_of(table_of(PROVIDER), means)
    after = reloaded(before, means, **changes)
    assert only(after).gate is only(before).gate
    assert only(after).client is only(before).client
    assert only(after).credential is only(before).credential
    assert only(after).gate.max_concurrency == changes.get("max_concurrency", 8)
    assert only(after).client.pool.limits.size == changes.get("max_concurrency", 8)


@pytest.mark.parametrize(
    "changes",
    [
        {"base_url": "https://other.test/v1"},
        {"messages_base_url": "https://api.test/anthropic"},
        {"credential": SecretRef("other", "api-key")},
        {"credential": None},
    ],
)
def test_another_host_or_key_is_another_provider(means: ServingMeans, changes: Mapping[str, Any]) -> None:
    """Nothing learned about the old one holds for it."""
    before = serving_of(table_of(PROVIDER), means)
    after = reloaded(before, means, **changes)
    assert only(after).gate is not only(before).gate
    assert only(after).client is not only(before).client
    assert only(after).client.provider.base_url == changes.get("base_url", PROVIDER.base_url)


@pytest.mark.parametrize("changes", [{"tls": Tls("other.test")}, {"allow_insecure": False}])
def test_another_way_to_the_same_provider_needs_new_connections(
    means: ServingMeans, changes: Mapping[str, Any]
) -> None:
    """What is known of the provider itself stays."""
    before = serving_of(table_of(PROVIDER), means)
    after = reloaded(before, means, **changes)
    assert only(after).gate is only(before).gate
    assert only(after).credential is only(before).credential
    assert only(after).client is not only(before).client


def test_an_open_breaker_survives_a_reload(means: ServingMeans) -> None:
    """The next exchange finds it as it was."""
    before = serving_of(table_of(PROVIDER), means)
    gate = only(before).gate
    for _ in range(5):
        permit = gate.acquire("kimi-k3", 10.0)
        assert permit is not None
        gate.settle(permit, Failure(FailureClass.CONNECT), 10.0)
    assert only(reloaded(before, means, max_concurrency=3)).gate.breaker_state(10.0) is BreakerState.OPEN
    assert only(reloaded(before, means, base_url="https://b.test")).gate.breaker_state(10.0) is BreakerState.CLOSED


def test_a_breaker_s_changes_are_told_with_their_provider() -> None:
    """For metrics and log."""
    told: list[tuple[Provider, Arm, BreakerState]] = []
    means = replace(means_of(), on_transition=lambda *said: told.append(said))
    only(serving_of(table_of(PROVIDER), means)).gate.trip(10.0)
    assert told == [(PROVIDER, Arm.STABLE, BreakerState.OPEN)]


def test_budget_and_limits_of_a_rule_survive_a_reload(means: ServingMeans) -> None:
    """New numbers hold for them; what was used up stays used up."""
    before = serving_of(table_of(PROVIDER, limits=Limits(tokens_per_minute=100)), means)
    one = before.rules[ROUTE, "kimi"]
    one.limits.debit_tokens(1000, time.monotonic())
    table = table_of(PROVIDER, limits=Limits(tokens_per_minute=200), retry=Retry(budget_percent=7))
    other = serving_of(table, means, before).rules[ROUTE, "kimi"]
    assert other.limits is one.limits
    assert other.targets.budget is one.targets.budget
    assert other.targets.budget.percent == 7
    assert other.limits.tokens is not None
    assert other.limits.tokens.per_minute == 200
    assert other.limits.tokens.level(time.monotonic()) < 0


def test_another_rule_begins_anew(means: ServingMeans) -> None:
    """Its name is its identity."""
    before = serving_of(table_of(PROVIDER), means)
    (route,) = table_of(PROVIDER).routes
    renamed = replace(route, rules=tuple(replace(rule, name="other") for rule in route.rules))
    after = serving_of(RouteTable((renamed,), "1" * 64), means, before)
    assert after.rules[ROUTE, "other"].limits is not before.rules[ROUTE, "kimi"].limits
    assert (ROUTE, "kimi") not in after.rules


def test_the_same_provider_of_another_route_is_another_one(means: ServingMeans) -> None:
    """State belongs to the route's own object."""
    before = serving_of(table_of(PROVIDER), means)
    (route,) = table_of(replace(PROVIDER, route="default/others")).routes
    others = Route("default", "others", "1", "0" * 64, route.providers, route.rules)
    after = serving_of(RouteTable((others,), "1" * 64), means, before)
    assert after.providers["default/others", "moonshot"].gate is not only(before).gate


def test_retiring_closes_what_was_not_taken_over(means: ServingMeans) -> None:
    """And leaves the rest open."""
    before = serving_of(table_of(PROVIDER), means)
    same, other = reloaded(before, means), reloaded(before, means, base_url="https://other.test")
    before.retire(same)
    assert not only(before).client.pool._closed
    before.retire(other)
    assert only(before).client.pool._closed
    assert not only(other).client.pool._closed
    other.retire(None)
    assert only(other).client.pool._closed


def test_a_replaced_credential_is_tried_again() -> None:
    """Its provider's parking ends; others stay as they are."""
    environ = dict(ENVIRON)
    store = MountedCredentials(None, environ)
    serving = serving_of(table_of(PROVIDER), replace(means_of(), credentials=store))
    gate = only(serving).gate
    permit = gate.acquire("kimi-k3", 10.0)
    assert permit is not None
    gate.settle(permit, Failure(FailureClass.QUOTA_EXHAUSTED), 10.0)
    assert gate.parked
    serving.credentials_changed(store.refresh())
    assert gate.parked
    environ["MOONSHOT_API_KEY"] = "sk-new"
    serving.credentials_changed(store.refresh())
    assert not gate.parked


def test_a_missing_credential_is_a_problem_and_no_crash() -> None:
    """In words for people."""
    serving = serving_of(table_of(PROVIDER), means_of({}))
    (problem,) = serving.credential_problems()
    assert "MOONSHOT_API_KEY" in problem


@pytest.mark.parametrize(
    ("timeouts", "stream", "other"),
    [
        (Timeouts(), Deadlines(3.0, 60.0, 60.0), Deadlines(3.0, 600.0, 60.0)),
        (Timeouts(1.0, 2.0, 4.0), Deadlines(1.0, 2.0, 4.0), Deadlines(1.0, 2.0, 4.0)),
    ],
)
def test_deadlines_are_prepared(means: ServingMeans, timeouts: Timeouts, stream: Deadlines, other: Deadlines) -> None:
    """For streams and for all else."""
    rule = serving_of(table_of(PROVIDER, timeouts=timeouts), means).rules[ROUTE, "kimi"]
    assert (rule.stream_deadlines, rule.deadlines) == (stream, other)


def test_a_replaced_credential_counts_as_another(means: ServingMeans) -> None:
    """What the recorder kept for exchanges with the old one is let go, with that credential and no other."""
    environ = {"MOONSHOT_API_KEY": "sk-old"}
    store = MountedCredentials(None, environ)
    serving = serving_of(table_of(PROVIDER), replace(means, credentials=store))
    rule = serving.rules[ROUTE, "kimi"]
    rule.endings["kept",] = object()
    serving.credentials_changed(store.refresh())
    kept = dict(rule.endings)
    environ["MOONSHOT_API_KEY"] = "sk-new"
    serving.credentials_changed(store.refresh())

    assert list(kept) == [("kept",)]
    assert rule.endings == {}
