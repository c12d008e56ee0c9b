"""The circuit breaker under fake time, and its invariants under arbitrary histories."""

from dataclasses import replace

import pytest

from sealane_api.route_table import BreakerPolicy
from sealane_router.attempt.breaker import Breaker, BreakerState

CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN

POLICY = BreakerPolicy(
    window=10.0,
    min_requests=10,
    failure_percent=50,
    consecutive_failures=5,
    open_for=15.0,
    max_open_for=60.0,
    half_open_max=1,
    close_after=2,
)


def breaker_of(policy: BreakerPolicy = POLICY, draw: float = 0.0) -> Breaker:
    return Breaker(policy, random=lambda: draw)


def fail_in_a_row(breaker: Breaker, count: int, now: float) -> None:
    for _ in range(count):
        breaker.fail(breaker.acquire(now), now)


def opened(policy: BreakerPolicy = POLICY, now: float = 100.0) -> Breaker:
    breaker = breaker_of(policy)
    fail_in_a_row(breaker, policy.consecutive_failures, now)
    assert breaker.state(now) is OPEN
    return breaker


def test_it_is_closed_at_first_and_admits_everything() -> None:
    """A new breaker hands out a token to whoever asks."""
    breaker = breaker_of()

    assert breaker.state(0.0) is CLOSED
    assert all(breaker.acquire(0.0) for _ in range(1000))
    assert breaker.retry_after(0.0) == 0.0


def test_failures_in_a_row_open_it() -> None:
    """The fifth failure in a row opens, the fourth does not."""
    breaker = breaker_of()

    fail_in_a_row(breaker, 4, 100.0)
    assert breaker.state(100.0) is CLOSED
    fail_in_a_row(breaker, 1, 100.0)

    assert breaker.state(100.0) is OPEN
    assert breaker.acquire(100.0) == 0
    assert not breaker.available(100.0)
    assert breaker.retry_after(101.0) == 14.0


def test_a_success_starts_the_row_again() -> None:
    """Failures are in a row only while nothing succeeds between them."""
    breaker = breaker_of(replace(POLICY, min_requests=1000))

    for _ in range(10):
        fail_in_a_row(breaker, 4, 100.0)
        breaker.succeed(breaker.acquire(100.0), 100.0)

    assert breaker.state(100.0) is CLOSED


def test_the_ratio_opens_it_only_above_the_minimum_of_requests() -> None:
    """Half of nine requests is not enough to judge by, half of ten is."""
    breaker = breaker_of()

    for _ in range(4):
        breaker.succeed(breaker.acquire(100.0), 100.0)
        breaker.fail(breaker.acquire(100.0), 100.0)
    breaker.succeed(breaker.acquire(100.0), 100.0)
    assert breaker.state(100.0) is CLOSED
    breaker.fail(breaker.acquire(100.0), 100.0)

    assert breaker.state(100.0) is OPEN


def test_failures_older_than_the_window_are_forgotten() -> None:
    """Nothing that happened a window ago is in the ratio any more."""
    breaker = breaker_of(replace(POLICY, consecutive_failures=1000))

    fail_in_a_row(breaker, 9, 100.0)
    fail_in_a_row(breaker, 9, 110.0)

    assert breaker.state(110.0) is CLOSED


def test_failures_within_nine_tenths_of_the_window_count_together() -> None:
    """Buckets forget at most a tenth of the window too early."""
    breaker = breaker_of(replace(POLICY, consecutive_failures=1000))

    fail_in_a_row(breaker, 5, 100.5)
    fail_in_a_row(breaker, 5, 109.4)

    assert breaker.state(109.4) is OPEN


def test_a_request_that_the_provider_refuses_is_not_counted_while_closed() -> None:
    """Bad requests neither dilute the ratio nor interrupt a row of failures."""
    breaker = breaker_of()

    for _ in range(5):
        breaker.answered(breaker.acquire(100.0))
        breaker.fail(breaker.acquire(100.0), 100.0)

    assert breaker.state(100.0) is OPEN


def test_after_the_open_time_one_probe_at_a_time_is_admitted() -> None:
    """Half-open admits half_open_max probes and refuses the next until one is settled."""
    breaker = opened()

    assert not breaker.acquire(114.9)
    assert breaker.state(115.0) is HALF_OPEN
    probe = breaker.acquire(115.0)
    assert probe
    assert breaker.acquire(115.0) == 0
    assert breaker.retry_after(115.0) == 1.0
    breaker.succeed(probe, 116.0)

    assert breaker.acquire(116.0)


def test_enough_successful_probes_close_it() -> None:
    """The second success closes; an answered probe is a success as good as any."""
    breaker = opened()

    breaker.succeed(breaker.acquire(115.0), 115.0)
    assert breaker.state(115.0) is HALF_OPEN
    breaker.answered(breaker.acquire(116.0))

    assert breaker.state(116.0) is CLOSED


def test_what_happened_before_the_opening_is_forgotten_at_closing() -> None:
    """A closed breaker starts counting from nothing."""
    breaker = opened()
    for _ in range(2):
        breaker.succeed(breaker.acquire(115.0), 115.0)

    fail_in_a_row(breaker, 4, 115.0)

    assert breaker.state(115.0) is CLOSED


def test_each_reopening_doubles_the_open_time_up_to_the_maximum() -> None:
    """15, 30, 60 and then always 60 seconds; a closing starts it over."""
    breaker = opened()

    now, waits = 100.0, []
    for _ in range(1100):
        waits.append(breaker.retry_after(now))
        now += waits[-1]
        breaker.fail(breaker.acquire(now), now)
    now += breaker.retry_after(now)
    for _ in range(2):
        breaker.succeed(breaker.acquire(now), now)
    fail_in_a_row(breaker, 5, now)

    assert waits[:5] == [15.0, 30.0, 60.0, 60.0, 60.0]
    assert max(waits) == 60.0
    assert breaker.retry_after(now) == 15.0


@pytest.mark.parametrize(("draw", "expected"), [(0.0, 15.0), (0.5, 13.5), (0.999999, 12.0)])
def test_jitter_only_shortens_the_open_time(draw: float, expected: float) -> None:
    """Up to a fifth is taken off, so that the maximum holds."""
    breaker = breaker_of(draw=draw)

    fail_in_a_row(breaker, 5, 0.0)

    assert breaker.retry_after(0.0) == pytest.approx(expected, abs=1e-4)


def test_a_released_probe_makes_room_for_the_next() -> None:
    """A client that left decides nothing and keeps nothing."""
    breaker = opened()

    for _ in range(100):
        probe = breaker.acquire(115.0)
        assert probe
        breaker.release(probe)

    assert breaker.state(115.0) is HALF_OPEN
    assert breaker.available(115.0)


def test_a_result_from_before_the_opening_is_ignored() -> None:
    """Streams that started while it was closed neither reopen nor close it."""
    breaker = breaker_of()
    early = breaker.acquire(100.0)
    fail_in_a_row(breaker, 5, 100.0)

    breaker.fail(early, 120.0)
    assert breaker.state(120.0) is HALF_OPEN
    probe = breaker.acquire(120.0)
    for _ in range(5):
        breaker.succeed(early, 120.0)
        breaker.fail(early, 120.0)
        breaker.release(early)

    assert breaker.state(120.0) is HALF_OPEN
    assert not breaker.available(120.0)
    breaker.succeed(probe, 120.0)
    assert breaker.available(120.0)


def test_a_probe_of_an_earlier_half_open_period_counts_for_nothing() -> None:
    """Its period ended with the reopening, and so did its token."""
    breaker = opened(replace(POLICY, half_open_max=2))
    slow, fast = breaker.acquire(115.0), breaker.acquire(115.0)
    breaker.fail(fast, 116.0)

    breaker.succeed(slow, 150.0)
    breaker.fail(slow, 150.0)
    assert breaker.state(150.0) is HALF_OPEN
    first, second = breaker.acquire(150.0), breaker.acquire(150.0)
    breaker.release(slow)

    assert first
    assert second
    assert not breaker.available(150.0)


def test_successes_of_an_earlier_half_open_period_are_not_added_up() -> None:
    """One success, a failure and another success are not two in a row."""
    breaker = opened()
    breaker.succeed(breaker.acquire(115.0), 115.0)
    breaker.fail(breaker.acquire(115.0), 115.0)

    breaker.succeed(breaker.acquire(145.0), 145.0)

    assert breaker.state(145.0) is HALF_OPEN


def test_a_probe_that_ends_after_the_closing_counts_for_nothing() -> None:
    """With several probes out, the first ones may close it before the last has failed."""
    breaker = opened(replace(POLICY, half_open_max=3, consecutive_failures=1))
    probes = [breaker.acquire(115.0) for _ in range(3)]

    for probe in probes[:2]:
        breaker.succeed(probe, 115.0)
    breaker.fail(probes[2], 115.0)

    assert breaker.state(115.0) is CLOSED


def test_a_probe_settles_once() -> None:
    """A second success of the same probe is ignored."""
    breaker = opened()
    probe = breaker.acquire(115.0)

    breaker.succeed(probe, 115.0)
    breaker.succeed(probe, 115.0)
    breaker.fail(probe, 115.0)

    assert breaker.state(115.0) is HALF_OPEN


def test_settling_a_refusal_does_nothing() -> None:
    """Zero is no token, whatever state the breaker is in."""
    breaker = opened()

    for _ in range(10):
        breaker.succeed(0, 115.0)
        breaker.answered(0)
        breaker.fail(0, 115.0)
        breaker.release(0)

    assert breaker.state(115.0) is HALF_OPEN


def test_a_failing_health_check_opens_it() -> None:
    """Closed becomes open, open stays as it is, and half-open reopens for twice as long."""
    breaker = breaker_of()

    breaker.trip(100.0)
    assert breaker.retry_after(100.0) == 15.0
    breaker.trip(110.0)
    assert breaker.retry_after(110.0) == 5.0
    breaker.trip(115.0)

    assert breaker.retry_after(115.0) == 30.0


def test_transitions_are_told_once_each() -> None:
    """The hook hears every change of state and no repetition."""
    heard: list[BreakerState] = []
    breaker = Breaker(POLICY, random=lambda: 0.0, on_transition=heard.append)

    fail_in_a_row(breaker, 5, 100.0)
    breaker.fail(breaker.acquire(115.0), 115.0)
    breaker.trip(200.0)
    for _ in range(2):
        breaker.succeed(breaker.acquire(300.0), 300.0)

    assert heard == [OPEN, HALF_OPEN, OPEN, HALF_OPEN, CLOSED]


def test_a_reload_keeps_the_state() -> None:
    """An open breaker stays open, for no longer than the new maximum."""
    breaker = opened(now=100.0)

    breaker.reconfigure(replace(POLICY, open_for=2.0, max_open_for=4.0), 100.0)

    assert breaker.state(100.0) is OPEN
    assert breaker.retry_after(100.0) == 4.0


def test_a_reload_keeps_the_counts_unless_the_window_changes() -> None:
    """Four failures and a fifth after the reload open; with another window they do not."""
    same, other = breaker_of(), breaker_of()
    for breaker in (same, other):
        fail_in_a_row(breaker, 4, 100.0)

    same.reconfigure(replace(POLICY, open_for=1.0), 100.0)
    other.reconfigure(replace(POLICY, window=20.0), 100.0)
    for breaker in (same, other):
        fail_in_a_row(breaker, 1, 100.0)

    assert same.state(100.0) is OPEN
    assert same.retry_after(100.0) == 1.0
    assert other.state(100.0) is CLOSED
