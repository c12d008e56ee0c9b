"""What counts in the comparison of two revisions, and what is bad: the whole definition as a table."""

import pytest
from prometheus_client import CollectorRegistry

from sealane_api.failure import FailureClass
from sealane_router.errors import (
    Failure,
    GatewayBusy,
    GatewayDraining,
    GatewayFault,
    LimitExceeded,
    ModelNotFound,
    ProviderUnavailable,
)
from sealane_router.exchange import Attempt, Exchange
from sealane_router.recorder import Recorder
from sealane_router.routing.counters import ArmCounters
from sealane_router.serving import Serving
from sealane_telemetry.metrics import RouterMetrics
from tests.support.exchanges import facts_of, matched, provider_of, request_of, serving_of, table_of

ROUTE = "default/assistants"
#: An attempt as a table writes it: its failure's class or None, and whether it went to a fallback.
Tried = tuple[FailureClass | None, bool]
OK: Tried = (None, False)
FALLBACK: Tried = (None, True)


def failed(failure: FailureClass) -> Tried:
    """An attempt at a primary target that failed."""
    return (failure, False)


@pytest.fixture
def serving() -> Serving:
    """One table for all exchanges."""
    return serving_of(table_of(provider_of("http://127.0.0.1:9/v1")))


def ended(serving: Serving, *tried: Tried, code: str = "") -> Exchange:
    """An exchange after these attempts; the last one was committed after 0.3 s unless it failed before."""
    exchange, _ = request_of()
    matched(exchange, serving)
    for failure, fallback in tried:
        target = exchange.rule.rule.targets[0]
        attempt = Attempt(target, exchange.rule.providers["moonshot"], fallback=fallback, retry=False)
        attempt.failure = None if failure is None else Failure(failure)
        committed = failure in (None, FailureClass.BROKEN_STREAM)
        attempt.first_content = exchange.received + 0.3 if committed else 0.0
        exchange.attempts.append(attempt)
    exchange.code = code
    return exchange


def counted(exchange: Exchange, outcome: str) -> ArmCounters:
    """The totals after this exchange alone."""
    totals = ArmCounters()
    Recorder(RouterMetrics(CollectorRegistry()), None, totals, facts_of()).record(exchange, outcome)
    return totals


BAD = {
    **{f"first attempt: {each}": ((failed(each),), "provider_error", "", each.value) for each in FailureClass},
    "a retry helped": ((failed(FailureClass.CONNECT), OK), "ok", "", "Connect"),
    "a fallback helped": ((failed(FailureClass.OVERLOADED), FALLBACK), "ok", "", "Overloaded"),
    "the fallback was first": ((FALLBACK,), "ok", "", "BreakerOpen"),
    "both failed": ((failed(FailureClass.TIMEOUT), failed(FailureClass.CONNECT)), "provider_error", "", "Timeout"),
    "it broke": ((failed(FailureClass.BROKEN_STREAM),), "ok", "", "BrokenStream"),
    "nothing could be tried": ((), "provider_error", ProviderUnavailable.code, "BreakerOpen"),
    "every target was full": ((), "gateway_error", GatewayBusy.code, "Overloaded"),
    "a defect of ours": ((OK,), "gateway_error", GatewayFault.code, "internal_error"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_bad(serving: Serving, case: str) -> None:
    """By the class of the first failure, whatever the client got in the end."""
    tried, outcome, code, expected = BAD[case]
    exchange = ended(serving, *tried, code=code)
    totals = counted(exchange, outcome)
    arm = serving.stable[ROUTE].counters
    assert (arm.exchanges, arm.bad, arm.failures) == (1, 1, {expected: 1})
    assert totals.figures() == arm.figures()
    assert sum(arm.latency) == int(bool(tried) and bool(exchange.attempts[-1].first_content))


def test_what_is_good(serving: Serving) -> None:
    """One attempt, at a primary target, to its end."""
    totals = counted(ended(serving, OK), "ok")
    arm = serving.stable[ROUTE].counters
    assert (arm.exchanges, arm.bad, sum(arm.latency)) == (1, 0, 1)
    assert totals.figures() == arm.figures()


SAYS_NOTHING = {
    "the client left": ((OK,), "client_gone", "client_gone"),
    "the client left after a failure": ((failed(FailureClass.TIMEOUT), OK), "client_gone", "client_gone"),
    "our limit refused": ((), "refused", LimitExceeded.code),
    "the request was malformed": ((), "client_error", "invalid_request"),
    "the router leaves": ((OK,), "gateway_error", GatewayDraining.code),
}


@pytest.mark.parametrize("case", SAYS_NOTHING)
def test_what_says_nothing_is_not_counted(serving: Serving, case: str) -> None:
    """Neither good nor bad."""
    tried, outcome, code = SAYS_NOTHING[case]
    totals = counted(ended(serving, *tried, code=code), outcome)
    assert totals.exchanges == serving.stable[ROUTE].counters.exchanges == 0


@pytest.mark.parametrize("tried", [OK, failed(FailureClass.CONNECT)])
def test_a_model_of_one_arm_is_in_the_totals_only(serving: Serving, tried: Tried) -> None:
    """There is nothing to compare it with."""
    exchange = ended(serving, tried)
    exchange.counted = False
    totals = counted(exchange, "ok")
    assert (totals.exchanges, serving.stable[ROUTE].counters.exchanges) == (1, 0)


@pytest.mark.parametrize(("code", "expected"), [(ModelNotFound.code, 0), (GatewayFault.code, 1), (GatewayBusy.code, 0)])
def test_without_a_route_only_a_defect_counts(code: str, expected: int) -> None:
    """Of the router, not of a revision."""
    exchange, _ = request_of()
    exchange.code = code
    assert counted(exchange, "gateway_error").bad == expected
