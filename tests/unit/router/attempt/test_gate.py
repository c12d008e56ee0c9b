"""The gate of one provider: what each class of failure does to it, and that nothing leaks."""

import pytest

from sealane_api.failure import FailureClass
from sealane_router.attempt.breaker import BreakerState
from sealane_router.attempt.gate import Permit, ProviderGate, Refusal
from sealane_router.errors import Failure
from tests.support.gates import POLICY, gate_of

MODEL = "kimi-k2"

COUNTING = [
    FailureClass.OVERLOADED,
    FailureClass.SERVER_ERROR,
    FailureClass.TIMEOUT,
    FailureClass.CONNECT,
    FailureClass.BROKEN_STREAM,
]
REFUSED_REQUEST = [FailureClass.INVALID_REQUEST, FailureClass.POLICY_REFUSAL]
REFUSED_CALLER = [FailureClass.UNAUTHORIZED, FailureClass.QUOTA_EXHAUSTED, FailureClass.RATE_LIMITED]


def permit_of(gate: ProviderGate, now: float, model: str = MODEL) -> Permit:
    permit = gate.acquire(model, now)
    assert permit is not None
    return permit


def end(gate: ProviderGate, failure: Failure | FailureClass | None, now: float, model: str = MODEL) -> None:
    if isinstance(failure, FailureClass):
        failure = Failure(failure)
    gate.settle(permit_of(gate, now, model), failure, now)


def half_opened() -> ProviderGate:
    gate = gate_of()
    for _ in range(3):
        end(gate, FailureClass.SERVER_ERROR, 100.0)
    assert gate.breaker_state(115.0) is BreakerState.HALF_OPEN
    return gate


def test_a_gate_is_closed_until_its_breaker_opens_and_again_after_it_closed() -> None:
    """Half-open is not closed, whatever time it is."""
    gate = gate_of()
    before = gate.closed
    gate.trip(100.0)
    tripped = gate.closed
    probe = permit_of(gate, 115.0)
    probed = gate.closed
    gate.settle(probe, None, 116.0)

    assert (before, tripped, probed, gate.closed) == (True, False, False, True)


def test_an_attempt_that_ends_well_leaves_no_trace() -> None:
    """The slot is back and everything is as before."""
    gate = gate_of()

    permit = permit_of(gate, 100.0)
    assert gate.in_use == 1
    gate.settle(permit, None, 101.0)

    assert gate.in_use == 0
    assert gate.refusal(MODEL, 101.0) is None
    assert gate.retry_after(MODEL, 101.0) == 0.0


@pytest.mark.parametrize("failure_class", COUNTING)
def test_failures_of_the_provider_open_the_breaker(failure_class: FailureClass) -> None:
    """Three of them in a row, by this policy."""
    gate = gate_of()

    for _ in range(3):
        end(gate, failure_class, 100.0)

    assert gate.refusal(MODEL, 100.0) is Refusal.OPEN
    assert gate.acquire(MODEL, 100.0) is None
    assert gate.breaker_state(100.0) is BreakerState.OPEN
    assert gate.retry_after(MODEL, 100.0) == 15.0


@pytest.mark.parametrize("failure_class", [*REFUSED_REQUEST, FailureClass.RATE_LIMITED])
def test_other_answers_never_open_the_breaker(failure_class: FailureClass) -> None:
    """A hundred of them say nothing bad about the provider."""
    gate = gate_of()

    for second in range(100):
        end(gate, failure_class, 100.0 + second)

    assert gate.breaker_state(200.0) is BreakerState.CLOSED
    assert not gate.parked


@pytest.mark.parametrize("failure_class", [*REFUSED_REQUEST, FailureClass.RATE_LIMITED, FailureClass.UNAUTHORIZED])
def test_other_answers_do_not_interrupt_a_row_of_failures(failure_class: FailureClass) -> None:
    """They are not counted at all, neither as failures nor as successes."""
    gate = gate_of()

    end(gate, FailureClass.CONNECT, 100.0)
    end(gate, FailureClass.CONNECT, 100.0)
    end(gate, failure_class, 100.0, model="another")
    end(gate, FailureClass.CONNECT, 100.0)

    assert gate.breaker_state(100.0) is BreakerState.OPEN


@pytest.mark.parametrize("failure_class", [None, *REFUSED_REQUEST])
def test_a_probe_that_is_answered_closes_the_breaker(failure_class: FailureClass | None) -> None:
    """A provider that refuses a bad request is alive."""
    gate = half_opened()

    end(gate, failure_class, 115.0)

    assert gate.breaker_state(115.0) is BreakerState.CLOSED


@pytest.mark.parametrize("failure_class", REFUSED_CALLER)
def test_a_probe_that_says_nothing_gives_its_place_back(failure_class: FailureClass) -> None:
    """The breaker stays half-open and admits the next probe."""
    gate = half_opened()

    end(gate, failure_class, 115.0)

    assert gate.breaker_state(115.0) is BreakerState.HALF_OPEN
    gate.credential_changed()
    assert gate.refusal("another", 115.0) is None


@pytest.mark.parametrize("failure_class", COUNTING)
def test_a_probe_that_fails_reopens_the_breaker(failure_class: FailureClass) -> None:
    """For twice as long."""
    gate = half_opened()

    end(gate, failure_class, 115.0)

    assert gate.retry_after(MODEL, 115.0) == 30.0


def test_a_client_that_leaves_gives_slot_and_probe_back() -> None:
    """Nothing is learned and nothing is kept."""
    gate = half_opened()

    for _ in range(10):
        gate.abandon(permit_of(gate, 115.0))

    assert gate.in_use == 0
    assert gate.breaker_state(115.0) is BreakerState.HALF_OPEN


def test_two_unauthorized_in_a_row_park_the_credential() -> None:
    """Every model of the provider is refused, and the breaker has no part in it."""
    gate = gate_of()

    end(gate, FailureClass.UNAUTHORIZED, 100.0)
    assert not gate.parked
    end(gate, FailureClass.UNAUTHORIZED, 100.0)

    assert gate.parked
    assert gate.refusal("another", 100.0) is Refusal.PARKED
    assert gate.breaker_state(100.0) is BreakerState.CLOSED


def test_a_broken_stream_proves_the_credential() -> None:
    """There was content before it broke, so the two 401 around it are not in a row."""
    gate = gate_of()

    end(gate, FailureClass.UNAUTHORIZED, 100.0)
    end(gate, FailureClass.BROKEN_STREAM, 100.0)
    end(gate, FailureClass.UNAUTHORIZED, 100.0)

    assert not gate.parked


def test_an_exhausted_quota_parks_until_its_reset() -> None:
    """The stated reset is the time to come back."""
    gate = gate_of()

    end(gate, Failure(FailureClass.QUOTA_EXHAUSTED, reset_after=3600.0), 100.0)

    assert gate.refusal(MODEL, 100.0) is Refusal.PARKED
    assert gate.retry_after(MODEL, 100.0) == 3600.0
    end(gate, None, 3700.0)
    assert not gate.parked


@pytest.mark.parametrize("failure_class", [*REFUSED_REQUEST, FailureClass.TIMEOUT, FailureClass.RATE_LIMITED])
def test_a_probe_of_a_parked_credential_needs_a_success(failure_class: FailureClass) -> None:
    """A provider may refuse a request before it looks at the balance."""
    gate = gate_of()
    end(gate, FailureClass.QUOTA_EXHAUSTED, 100.0)

    end(gate, failure_class, 115.0)

    assert gate.parked
    assert gate.refusal("another", 115.0) is None


def test_a_changed_secret_is_tried_at_once() -> None:
    """Whatever was known about the credential was about the old value."""
    gate = gate_of()
    end(gate, FailureClass.QUOTA_EXHAUSTED, 100.0)

    gate.credential_changed()

    assert gate.refusal(MODEL, 100.0) is None


def test_a_rate_limit_pauses_the_model_alone() -> None:
    """For the stated wait; the provider's other models go on."""
    gate = gate_of()

    end(gate, Failure(FailureClass.RATE_LIMITED, retry_after=7.0), 100.0)

    assert gate.refusal(MODEL, 100.0) is Refusal.PAUSED
    assert gate.pause_remaining(MODEL, 100.0) == 7.0
    assert gate.retry_after(MODEL, 100.0) == 7.0
    assert gate.refusal("another", 100.0) is None
    assert gate.refusal(MODEL, 107.0) is None


def test_there_are_as_many_slots_as_configured() -> None:
    """The next is refused until one comes back; a reload to fewer cuts nobody off."""
    gate = gate_of(max_concurrency=2)
    first, second = permit_of(gate, 100.0), permit_of(gate, 100.0)

    assert gate.refusal(MODEL, 100.0) is Refusal.FULL
    assert gate.retry_after(MODEL, 100.0) == 1.0
    gate.reconfigure(POLICY, 1, 100.0)
    gate.settle(first, None, 100.0)
    assert gate.refusal(MODEL, 100.0) is Refusal.FULL
    gate.settle(second, None, 100.0)

    assert gate.refusal(MODEL, 100.0) is None


def test_a_permit_settles_once() -> None:
    """What comes after the first settling changes nothing, whichever way it is done."""
    gate = gate_of()
    permit = permit_of(gate, 100.0)

    gate.settle(permit, Failure(FailureClass.CONNECT), 100.0)
    for _ in range(5):
        gate.settle(permit, Failure(FailureClass.CONNECT), 100.0)
        gate.abandon(permit)

    assert gate.in_use == 0
    assert gate.breaker_state(100.0) is BreakerState.CLOSED


def test_the_longest_wait_is_told() -> None:
    """Everything that refuses must be over before an attempt is admitted."""
    gate = gate_of()
    late = permit_of(gate, 100.0)
    for _ in range(3):
        end(gate, FailureClass.CONNECT, 100.0)

    gate.settle(late, Failure(FailureClass.RATE_LIMITED, retry_after=40.0), 100.0)

    assert gate.refusal(MODEL, 100.0) is Refusal.OPEN
    assert gate.retry_after(MODEL, 100.0) == 40.0


def test_a_failing_health_check_opens_it() -> None:
    """Before any exchange has to fail."""
    gate = gate_of()

    gate.trip(100.0)

    assert gate.refusal(MODEL, 100.0) is Refusal.OPEN
