"""The layer that chooses the target."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from sealane_api.failure import DEFAULT_FALLBACK, FailureClass
from sealane_api.route_table import Fallback, Target
from sealane_router.aio.driver import Driver
from sealane_router.attempt.plan import AttemptPlan
from sealane_router.errors import ClientGone, Failure, ProviderFailed
from sealane_router.exchange import Exchange, Handler
from sealane_router.layers.balancing import balancing
from tests.support.exchanges import matched, provider_of, request_of, serving_of, table_of

Run = Callable[[Handler, Exchange], None]


def planned(*, fallback: bool) -> Exchange:
    """A matched exchange with a plan."""
    first, second = provider_of("http://127.0.0.1:9/v1"), provider_of("http://127.0.0.1:9/v1", "other")
    targets = Fallback(DEFAULT_FALLBACK, (Target(second, model="glm-5"),)) if fallback else None
    exchange, _ = request_of()
    matched(exchange, serving_of(table_of(first, second, fallback=targets)))
    assert exchange.rule is not None
    exchange.plan = AttemptPlan(exchange.rule.targets, "kimi-k3")
    return exchange


def test_the_first_attempt_goes_to_the_target(rest: Any, run: Run) -> None:
    """With that provider's runtime; nothing has begun yet."""
    exchange = planned(fallback=True)
    run(balancing()(rest), exchange)
    attempt = exchange.attempt
    assert attempt is not None
    assert (attempt.target.provider.name, attempt.fallback, attempt.retry) == ("moonshot", False, False)
    assert attempt.runtime.provider is attempt.target.provider
    assert (exchange.attempts, rest.calls) == ([], 1)


def test_the_next_one_goes_to_the_fallback_without_waiting(rest: Any, run: Run) -> None:
    """And says that it is one."""
    exchange = planned(fallback=True)
    handler = balancing()(rest)
    run(handler, exchange)
    exchange.last_failure = Failure(FailureClass.CONNECT)
    run(handler, exchange)
    assert exchange.attempt is not None
    assert (exchange.attempt.target.provider.name, exchange.attempt.fallback) == ("other", True)


async def test_a_retry_waits_first(rest: Any) -> None:
    """A client that leaves meanwhile ends the wait."""
    exchange = planned(fallback=False)
    ended: list[BaseException | None] = []

    async def work() -> None:
        handler = balancing()(rest)
        await handler(exchange)
        exchange.last_failure = Failure(FailureClass.OVERLOADED, retry_after=0.02)
        await handler(exchange)
        exchange.last_failure = Failure(FailureClass.OVERLOADED, retry_after=5.0)
        await handler(exchange)

    driver = Driver(work(), ended.append)
    driver.start()
    assert rest.calls == 1
    await asyncio.sleep(0.04)
    assert rest.calls == 2
    assert exchange.attempt is not None
    assert exchange.attempt.retry
    driver.cancel(ClientGone())
    assert ([type(error) for error in ended], rest.calls) == ([ClientGone], 2)


def test_when_nothing_is_left_the_last_failure_is_the_error(rest: Any, run: Run) -> None:
    """And no target is chosen."""
    exchange = planned(fallback=False)
    handler = balancing()(rest)
    run(handler, exchange)
    exchange.last_failure = Failure(FailureClass.TIMEOUT)
    with pytest.raises(ProviderFailed) as caught:
        run(handler, exchange)
    assert (caught.value.failure, caught.value.provider, rest.calls) == (exchange.last_failure, "moonshot", 1)
