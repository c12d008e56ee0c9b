"""Limits of rules and tenants together, and the headers that tell of them."""

import pytest

from sealane_api.route_table import Limits
from sealane_router.policy.limits import (
    LimitKind,
    RequestLimits,
    admit,
    debit_tokens,
    estimate_tokens,
    rate_limit_headers,
)

NOW = 100.0


def limits_of(requests: int | None = None, tokens: int | None = None) -> RequestLimits:
    return RequestLimits(Limits(requests, tokens), NOW)


def test_no_limits_admit_everything_and_tell_nothing() -> None:
    """An absent limit has no bucket."""
    limits = limits_of()

    limits.debit_tokens(10**12, NOW)

    assert limits.unlimited
    assert admit((limits,), NOW) is None
    assert admit((), NOW) is None
    assert rate_limit_headers((limits,), NOW) == ()


def test_requests_are_counted_at_admission() -> None:
    """The third of two is refused, with the time until it would not be."""
    limits = limits_of(requests=2)

    assert admit((limits,), NOW) is None
    assert admit((limits,), NOW) is None
    refusal = admit((limits,), NOW)

    assert refusal is not None
    assert refusal.kind is LimitKind.REQUESTS
    assert refusal.retry_after == pytest.approx(30.0)
    assert admit((limits,), NOW + 30.0) is None


def test_tokens_are_counted_when_they_are_known() -> None:
    """One exchange may overdraw; the next ones wait for the recovery."""
    limits = limits_of(tokens=600)

    assert admit((limits,), NOW) is None
    debit_tokens((limits,), 1200, NOW)
    refusal = admit((limits,), NOW)

    assert refusal is not None
    assert refusal.kind is LimitKind.TOKENS
    assert refusal.retry_after == pytest.approx(60.1)


def test_rule_and_tenant_both_apply() -> None:
    """Either may refuse, and what is used counts in both."""
    rule, tenant = limits_of(requests=10, tokens=1000), limits_of(requests=1)

    assert admit((rule, tenant), NOW) is None
    refusal = admit((rule, tenant), NOW)

    assert refusal is not None
    assert refusal.retry_after == pytest.approx(60.0)


def test_a_refusal_debits_nothing() -> None:
    """The limit that would have admitted is as it was."""
    rule, tenant = limits_of(requests=10), limits_of(requests=1)
    admit((tenant,), NOW)

    for _ in range(100):
        assert admit((rule, tenant), NOW) is not None

    assert rule.requests is not None
    assert rule.requests.level(NOW) == 10


def test_the_longest_wait_is_told() -> None:
    """Within one pair of limits and across several; coming back earlier would be in vain."""
    rule, tenant = limits_of(requests=60, tokens=60), limits_of(tokens=60)
    for _ in range(60):
        admit((rule,), NOW)
    debit_tokens((rule,), 90, NOW)
    debit_tokens((tenant,), 65, NOW)

    within, across = rule.check(NOW), admit((tenant, rule), NOW)

    assert within == across
    assert across is not None
    assert across.kind is LimitKind.TOKENS
    assert across.retry_after == pytest.approx(31.0)


def test_checking_debits_nothing() -> None:
    """However often one looks."""
    limits = limits_of(requests=1, tokens=1)

    for _ in range(10):
        assert limits.check(NOW) is None


def test_a_reload_keeps_what_was_used() -> None:
    """A limit that stays keeps its level, a new one starts full, one that goes is gone."""
    limits = limits_of(requests=2, tokens=100)
    admit((limits,), NOW)
    admit((limits,), NOW)

    limits.reconfigure(Limits(2, None), NOW)
    assert limits.check(NOW) is not None
    assert limits.tokens is None
    limits.reconfigure(Limits(None, 50), NOW)

    assert limits.check(NOW) is None
    assert limits.tokens is not None
    assert limits.tokens.level(NOW) == 50


def test_an_answer_without_usage_is_estimated_by_its_bytes() -> None:
    """A token for every four bytes of request and answer together."""
    assert estimate_tokens(1000, 3000) == 1000
    assert estimate_tokens(0, 0) == 0


def test_the_headers_have_the_form_that_clients_know() -> None:
    """Limit, remaining and reset of both kinds, as OpenAI writes them."""
    limits = limits_of(requests=60, tokens=6000)
    admit((limits,), NOW)
    debit_tokens((limits,), 150, NOW)

    assert dict(rate_limit_headers((limits,), NOW)) == {
        "x-ratelimit-limit-requests": "60",
        "x-ratelimit-remaining-requests": "59",
        "x-ratelimit-reset-requests": "1s",
        "x-ratelimit-limit-tokens": "6000",
        "x-ratelimit-remaining-tokens": "5850",
        "x-ratelimit-reset-tokens": "2s",
    }


def test_the_headers_tell_the_tighter_limit() -> None:
    """Of rule and tenant the one with less left, for each kind by itself."""
    rule, tenant = limits_of(requests=100, tokens=10), limits_of(requests=5)

    headers = dict(rate_limit_headers((rule, tenant), NOW))

    assert headers["x-ratelimit-limit-requests"] == "5"
    assert headers["x-ratelimit-limit-tokens"] == "10"


@pytest.mark.parametrize(
    ("used", "remaining", "reset"),
    [
        (0, "6000", "0ms"),
        (1, "5999", "10ms"),
        (99, "5901", "990ms"),
        (100, "5900", "1s"),
        (6001, "0", "1m1s"),
    ],
)
def test_the_reset_is_rounded_up_and_a_debt_is_no_negative_remainder(used: int, remaining: str, reset: str) -> None:
    """Milliseconds below a second, whole seconds above."""
    limits = limits_of(tokens=6000)
    debit_tokens((limits,), used, NOW)

    headers = dict(rate_limit_headers((limits,), NOW))

    assert headers["x-ratelimit-remaining-tokens"] == remaining
    assert headers["x-ratelimit-reset-tokens"] == reset
