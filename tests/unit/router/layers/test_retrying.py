"""The layer that tries again."""

from collections.abc import Callable
from typing import Any

import pytest

from sealane_api.failure import FailureClass
from sealane_router.errors import AttemptFailed, ClientGone, Failure, ProviderFailed
from sealane_router.exchange import Exchange, Handler
from sealane_router.layers.retrying import retrying
from tests.support.exchanges import matched, provider_of, request_of, serving_of, table_of

Run = Callable[[Handler, Exchange], None]
FAILURE = Failure(FailureClass.CONNECT, code="connection_refused")


@pytest.fixture
def exchange() -> Exchange:
    """A matched exchange."""
    made, _ = request_of()
    return matched(made, serving_of(table_of(provider_of("http://127.0.0.1:9/v1"))))


def test_an_attempt_that_is_answered_ends_it(rest: Any, run: Run, exchange: Exchange) -> None:
    """With a plan, and without a failure."""
    run(retrying()(rest), exchange)
    assert (rest.calls, exchange.last_failure) == (1, None)
    assert exchange.plan is not None


def test_a_failed_attempt_is_followed_by_another(rest: Any, run: Run, exchange: Exchange) -> None:
    """Each time the next layer is told of the last failure; the plan stays the same."""
    seen: list[object] = []
    rest.raises(AttemptFailed(FAILURE), AttemptFailed(Failure(FailureClass.TIMEOUT)))
    rest.does.append(lambda exchange: seen.append((exchange.last_failure, exchange.plan)))
    run(retrying()(rest), exchange)
    assert (rest.calls, seen) == (3, [(Failure(FailureClass.TIMEOUT), exchange.plan)])


@pytest.mark.parametrize(
    "error", [ProviderFailed(FAILURE, provider="p", model="m"), ClientGone(), ValueError("defect")]
)
def test_anything_else_ends_it(rest: Any, run: Run, exchange: Exchange, error: Exception) -> None:
    """The next layer's final error, a client that left, a defect."""
    rest.raises(AttemptFailed(FAILURE), error)
    with pytest.raises(type(error)):
        run(retrying()(rest), exchange)
    assert rest.calls == 2


def test_each_failed_attempt_is_told_when_it_failed(rest: Any, run: Run, exchange: Exchange) -> None:
    """Also those that a later one made good; what is no failed attempt is not told."""
    told: list[tuple[int, Failure]] = []
    other = Failure(FailureClass.TIMEOUT)
    rest.raises(AttemptFailed(FAILURE), AttemptFailed(other))
    run(retrying(lambda _, failure: told.append((rest.calls, failure)))(rest), exchange)
    rest.raises(ClientGone())
    with pytest.raises(ClientGone):
        run(retrying(lambda _, failure: told.append((0, failure)))(rest), exchange)

    assert told == [(1, FAILURE), (2, other)]
