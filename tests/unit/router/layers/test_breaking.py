"""The layer that holds a provider's gate for one attempt."""

from collections.abc import Callable
from typing import Any

import pytest

from sealane_api.failure import FailureClass
from sealane_router.attempt.gate import Permit, ProviderGate
from sealane_router.attempt.plan import AttemptPlan
from sealane_router.errors import AttemptFailed, ClientGone, Failure, GatewayDraining, GatewayFault, ProviderFailed
from sealane_router.exchange import Attempt, Exchange, Handler
from sealane_router.layers.breaking import breaking
from tests.support.exchanges import matched, provider_of, request_of, serving_of, table_of

Run = Callable[[Handler, Exchange], None]
Ends = list[tuple[str, Failure | None]]


@pytest.fixture
def exchange() -> Exchange:
    """An exchange with an attempt at a provider that takes one at a time."""
    made, _ = request_of()
    serving = serving_of(table_of(provider_of("http://127.0.0.1:9/v1", max_concurrency=1)))
    matched(made, serving)
    assert made.rule is not None
    made.plan = AttemptPlan(made.rule.targets, "kimi-k3")
    choice = made.plan.next(0.0)
    assert choice is not None
    made.attempt = Attempt(choice.target, made.rule.providers["moonshot"], fallback=False, retry=False)
    return made


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Ends:
    """What the gate was told, a permit at a time."""
    told: Ends = []
    settle, abandon = ProviderGate.settle, ProviderGate.abandon

    def settling(self: ProviderGate, permit: Permit, failure: Failure | None, now: float) -> None:
        if permit.held:
            told.append(("settled", failure))
        settle(self, permit, failure, now)

    def abandoning(self: ProviderGate, permit: Permit) -> None:
        if permit.held:
            told.append(("abandoned", None))
        abandon(self, permit)

    monkeypatch.setattr(ProviderGate, "settle", settling)
    monkeypatch.setattr(ProviderGate, "abandon", abandoning)
    return told


def gate_of(exchange: Exchange) -> ProviderGate:
    """The gate of the attempt's provider."""
    assert exchange.attempt is not None
    return exchange.attempt.runtime.gate


def test_an_attempt_holds_one_slot_while_it_runs(rest: Any, run: Run, exchange: Exchange, ends: Ends) -> None:
    """And is listed; afterwards the gate knows that it went well."""
    gate = gate_of(exchange)
    rest.does.append(lambda _: seen.append(gate.in_use))
    seen: list[int] = []
    run(breaking()(rest), exchange)
    assert (seen, gate.in_use, ends) == ([1], 0, [("settled", None)])
    assert exchange.attempts == [exchange.attempt]
    assert exchange.attempts[0].ended >= exchange.attempts[0].started > 0


def test_a_failed_attempt_is_settled_with_its_failure(rest: Any, run: Run, exchange: Exchange, ends: Ends) -> None:
    """And goes on up."""
    failure = Failure(FailureClass.SERVER_ERROR, 500)
    rest.raises(AttemptFailed(failure))
    with pytest.raises(AttemptFailed):
        run(breaking()(rest), exchange)
    assert ends == [("settled", failure)]
    assert exchange.attempts[0].failure is failure
    assert gate_of(exchange).in_use == 0


def test_an_answer_that_broke_after_commit_is_settled_with_its_failure(
    rest: Any, run: Run, exchange: Exchange, ends: Ends
) -> None:
    """No error goes up: the client has been told in the answer."""
    failure = Failure(FailureClass.BROKEN_STREAM, 200)

    def breaks(exchange: Exchange) -> None:
        assert exchange.attempt is not None
        exchange.attempt.failure = failure

    rest.does.append(breaks)
    run(breaking()(rest), exchange)
    assert ends == [("settled", failure)]


@pytest.mark.parametrize("error", [ClientGone(), GatewayDraining("leaving"), GatewayFault("x"), ValueError("defect")])
def test_what_the_provider_did_not_do_is_abandoned(
    rest: Any, run: Run, exchange: Exchange, ends: Ends, error: Exception
) -> None:
    """The gate learns nothing, and has its slot back."""
    rest.raises(error)
    with pytest.raises(type(error)):
        run(breaking()(rest), exchange)
    assert ends == [("abandoned", None)]
    assert (gate_of(exchange).in_use, exchange.attempts[0].failure) == (0, None)
    assert exchange.attempts[0].ended > 0


def test_a_gate_that_refuses_after_the_wait_ends_the_exchange(rest: Any, run: Run, exchange: Exchange) -> None:
    """With the failure it had; no attempt was made."""
    exchange.last_failure = Failure(FailureClass.OVERLOADED, 503)
    assert gate_of(exchange).acquire("kimi-k3", 0.0) is not None
    with pytest.raises(ProviderFailed):
        run(breaking()(rest), exchange)
    assert (exchange.attempts, rest.calls) == ([], 0)


@pytest.mark.parametrize(("tenant", "end"), [("investigator", "abandoned"), ("acme", "settled"), ("", "settled")])
def test_failures_of_the_tenant_apart_count_for_nobody(
    rest: Any, run: Run, exchange: Exchange, ends: Ends, tenant: str, end: str
) -> None:
    """Before the commit and behind it; neither the gate nor the comparison of arms learns of them."""
    exchange.tenant = tenant
    failure = Failure(FailureClass.SERVER_ERROR, 500)

    def breaks(exchange: Exchange) -> None:
        exchange.attempt.failure = failure

    rest.raises(AttemptFailed(failure))
    rest.does.append(breaks)
    with pytest.raises(AttemptFailed):
        run(breaking("investigator")(rest), exchange)
    run(breaking("investigator")(rest), exchange)

    assert [how for how, _ in ends] == [end] * 2
    assert exchange.counted is (end == "settled")
    assert gate_of(exchange).in_use == 0


def test_successes_of_the_tenant_apart_are_successes(rest: Any, run: Run, exchange: Exchange, ends: Ends) -> None:
    """The provider works, whoever found it out."""
    exchange.tenant = "investigator"
    run(breaking("investigator")(rest), exchange)

    assert ends == [("settled", None)]
    assert exchange.counted
