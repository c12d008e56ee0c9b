"""The layer that holds callers and rules to their limits."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from sealane_api.failure import FailureClass
from sealane_api.route_table import Limits
from sealane_router.errors import (
    ClientGone,
    Failure,
    GatewayDraining,
    GatewayFault,
    LimitExceeded,
    ProviderFailed,
    ProviderUnavailable,
)
from sealane_router.exchange import Attempt, Exchange, Handler
from sealane_router.layers.limiting import limiting
from sealane_router.policy.limits import LimitKind, LimitRefusal, RequestLimits
from tests.support.exchanges import matched, provider_of, request_of, serving_of, table_of

Run = Callable[[Handler, Exchange], None]
NOW = 1000.0
UNLIMITED = RequestLimits(Limits(), NOW)


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time stands still."""
    monkeypatch.setattr(time, "monotonic", lambda: NOW)


def exchange_with(rule: Limits) -> Exchange:
    """A matched exchange of a rule with these limits."""
    exchange, _ = request_of(b'{"model":"kimi-k3","messages":[]}       ')
    serving = serving_of(table_of(provider_of("http://127.0.0.1:9/v1"), limits=Limits()))
    matched(exchange, serving)
    assert exchange.rule is not None
    exchange.rule.limits = RequestLimits(rule, NOW)
    return exchange


def answering(input_tokens: int = -1, output_tokens: int = -1, answer: bytes = b"") -> Callable[[Exchange], None]:
    """What an attempt leaves behind; the answer's bytes go to the client."""

    def do(exchange: Exchange) -> None:
        attempted(exchange)
        exchange.input_tokens, exchange.output_tokens = input_tokens, output_tokens
        exchange.status = 200
        exchange.response.begin(200, b"", answer)

    return do


def attempted(exchange: Exchange) -> None:
    """One attempt has been made."""
    assert exchange.rule is not None
    target = exchange.rule.rule.targets[0]
    exchange.attempts.append(Attempt(target, exchange.rule.providers["moonshot"], fallback=False, retry=False))


def tokens_left(limits: RequestLimits) -> float:
    """The level of the token bucket."""
    assert limits.tokens is not None
    return limits.tokens.level(NOW)


def unexpected(exchange: Exchange, refusal: LimitRefusal) -> None:
    """A hook that must not be called."""
    raise AssertionError


def test_without_limits_nothing_is_told(rest: Any, run: Run) -> None:
    """No headers, no debit."""
    exchange = exchange_with(Limits())
    run(limiting(lambda _: UNLIMITED, unexpected)(rest), exchange)
    assert (rest.calls, exchange.limit_headers) == (1, b"")


def test_an_admitted_exchange_is_told_what_is_left(rest: Any, run: Run) -> None:
    """The headers of the gateway, after its own request was counted."""
    exchange = exchange_with(Limits(requests_per_minute=60, tokens_per_minute=600))
    run(limiting(lambda _: UNLIMITED, unexpected)(rest), exchange)
    assert b"x-ratelimit-limit-requests: 60\r\nx-ratelimit-remaining-requests: 59\r\n" in exchange.limit_headers
    assert b"x-ratelimit-remaining-tokens: 600\r\n" in exchange.limit_headers


def test_usage_is_debited_from_rule_and_tenant(rest: Any, run: Run) -> None:
    """As the provider counted it, input and output."""
    exchange = exchange_with(Limits(tokens_per_minute=600))
    assert exchange.rule is not None
    tenant = RequestLimits(Limits(tokens_per_minute=300), NOW)
    rest.does.append(answering(30, 20, b"x" * 4000))
    run(limiting(lambda _: tenant, unexpected)(rest), exchange)
    assert (tokens_left(exchange.rule.limits), tokens_left(tenant)) == (550, 250)


def test_without_usage_size_is_debited(rest: Any, run: Run) -> None:
    """A token for four bytes of request and answer."""
    exchange = exchange_with(Limits(tokens_per_minute=600))
    assert exchange.rule is not None
    rest.does.append(answering(answer=b"x" * 160))
    run(limiting(lambda _: UNLIMITED, unexpected)(rest), exchange)
    assert tokens_left(exchange.rule.limits) == 600 - (40 + 160) // 4


@pytest.mark.parametrize(
    "error",
    [
        ProviderFailed(Failure(FailureClass.SERVER_ERROR, 500), provider="moonshot", model="kimi-k3"),
        ProviderFailed(Failure(FailureClass.INVALID_REQUEST, 400), provider="moonshot", model="kimi-k3"),
        ProviderUnavailable("open", retry_after=1.0),
        GatewayFault("broken"),
    ],
)
def test_a_failed_exchange_has_used_nothing(rest: Any, run: Run, error: Exception) -> None:
    """No provider generated anything for it."""
    exchange = exchange_with(Limits(tokens_per_minute=600))
    assert exchange.rule is not None
    attempted(exchange)
    rest.raises(error)
    with pytest.raises(type(error)):
        run(limiting(lambda _: UNLIMITED, unexpected)(rest), exchange)
    assert tokens_left(exchange.rule.limits) == 600


def test_an_exchange_without_an_attempt_has_used_nothing(rest: Any, run: Run) -> None:
    """Whatever its size."""
    exchange = exchange_with(Limits(tokens_per_minute=600))
    assert exchange.rule is not None
    rest.raises(ClientGone())
    with pytest.raises(ClientGone):
        run(limiting(lambda _: UNLIMITED, unexpected)(rest), exchange)
    assert tokens_left(exchange.rule.limits) == 600


@pytest.mark.parametrize(
    ("error", "started"), [(ClientGone(), False), (ClientGone(), True), (GatewayDraining("x"), True)]
)
def test_what_was_cut_off_is_debited_by_size(rest: Any, run: Run, error: Exception, started: bool) -> None:
    """The provider was at work; leaving before the usage comes does not make it free."""
    exchange = exchange_with(Limits(tokens_per_minute=600))
    assert exchange.rule is not None
    attempted(exchange)
    if started:
        exchange.response.begin(200, b"", b"x" * 80)
    rest.raises(error)
    with pytest.raises(type(error)):
        run(limiting(lambda _: UNLIMITED, unexpected)(rest), exchange)
    assert tokens_left(exchange.rule.limits) == 600 - (40 + (80 if started else 0)) // 4


@pytest.mark.parametrize("whose", ["rule", "tenant"])
def test_a_used_up_limit_refuses(rest: Any, run: Run, whose: str) -> None:
    """429 with the wait and the headers, the hook is told, and neither limit is debited."""
    one = Limits(requests_per_minute=1)
    exchange = exchange_with(one if whose == "rule" else Limits(requests_per_minute=60))
    assert exchange.rule is not None
    tenant = RequestLimits(one if whose == "tenant" else Limits(requests_per_minute=60), NOW)
    told: list[LimitRefusal] = []
    handler = limiting(lambda _: tenant, lambda _, refusal: told.append(refusal))(rest)
    run(handler, exchange)
    with pytest.raises(LimitExceeded) as caught:
        run(handler, exchange)
    assert rest.calls == 1
    assert caught.value.retry_after > 0
    assert [refusal.kind for refusal in told] == [LimitKind.REQUESTS]
    assert b"x-ratelimit-remaining-requests: 0\r\n" in exchange.limit_headers
    other = tenant if whose == "rule" else exchange.rule.limits
    assert other.requests is not None
    assert other.requests.level(NOW) == 59


def test_tokens_are_paid_afterwards(rest: Any, run: Run) -> None:
    """Admitted while anything is left, refused once it has been overdrawn."""
    exchange = exchange_with(Limits(tokens_per_minute=100))
    rest.does.append(answering(500, 0))
    handler = limiting(lambda _: UNLIMITED, lambda *_: None)(rest)
    run(handler, exchange)
    with pytest.raises(LimitExceeded, match="tokens per minute"):
        run(handler, exchange)
