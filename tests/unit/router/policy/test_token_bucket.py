"""Token buckets under fake time, and against a plain integral."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_router.policy.token_bucket import TokenBucket


def test_it_is_full_at_first() -> None:
    """A minute's worth may be used at once."""
    bucket = TokenBucket(60, 100.0)

    assert bucket.level(100.0) == 60
    assert bucket.admits(100.0)
    assert bucket.wait(100.0) == 0.0
    assert bucket.until_full(100.0) == 0.0


def test_prepaid_units_are_exact() -> None:
    """Two a minute are two, and the third comes after half a minute."""
    bucket = TokenBucket(2, 100.0)
    for _ in range(2):
        assert bucket.admits(100.0)
        bucket.debit(1, 100.0)

    assert not bucket.admits(100.001)
    assert bucket.wait(100.0) == pytest.approx(30.0)
    assert bucket.admits(130.0)


def test_what_is_paid_afterwards_makes_a_debt() -> None:
    """Nobody is admitted until it has recovered."""
    bucket = TokenBucket(60, 100.0)

    bucket.debit(180, 100.0)

    assert bucket.level(100.0) == -120
    assert not bucket.admits(220.0)
    assert bucket.wait(100.0) == pytest.approx(121.0)
    assert bucket.admits(221.0)


def test_a_debt_is_bounded() -> None:
    """Ten minutes' worth at most, whatever figure a provider states."""
    bucket = TokenBucket(60, 100.0)

    bucket.debit(10**15, 100.0)

    assert bucket.wait(100.0) == pytest.approx(601.0)


def test_a_negative_amount_is_no_credit() -> None:
    """A provider's odd usage gives nobody more than the limit."""
    bucket = TokenBucket(60, 100.0)
    bucket.debit(60, 100.0)

    bucket.debit(-1000, 100.0)

    assert bucket.level(100.0) == 0


def test_it_never_holds_more_than_a_minute() -> None:
    """A quiet hour does not add up."""
    bucket = TokenBucket(60, 100.0)

    assert bucket.level(3700.0) == 60


@pytest.mark.parametrize("per_minute", [0, -1])
def test_a_limit_is_at_least_one(per_minute: int) -> None:
    """A bucket that never refills would say no for ever and could not say until when."""
    with pytest.raises(ValueError, match="at least 1"):
        TokenBucket(per_minute, 100.0)
    with pytest.raises(ValueError, match="at least 1"):
        TokenBucket(1, 100.0).reconfigure(per_minute, 100.0)


@pytest.mark.parametrize(("used", "level"), [(0, 600), (30, 300), (60, 0), (90, -30)])
def test_a_reload_keeps_the_proportion_and_the_debt(used: int, level: int) -> None:
    """Half full stays half full; thirty tokens of debt stay thirty."""
    bucket = TokenBucket(60, 100.0)
    bucket.debit(used, 100.0)

    bucket.reconfigure(600, 100.0)

    assert bucket.level(100.0) == level


def test_a_reload_to_less_bounds_the_debt() -> None:
    """Ten minutes' worth of the new limit."""
    bucket = TokenBucket(600, 100.0)
    bucket.debit(6000, 100.0)

    bucket.reconfigure(60, 100.0)

    assert bucket.level(100.0) == -600


STEPS = st.lists(st.tuples(st.floats(0, 200), st.integers(0, 500)), max_size=40)


@settings(deadline=None)
@given(st.integers(1, 1000), STEPS)
def test_waiting_as_told_is_always_enough_and_never_too_long(per_minute: int, steps: list[tuple[float, int]]) -> None:
    """Whatever was debited before, and in spite of rounding."""
    bucket, now = TokenBucket(per_minute, 1e6), 1e6
    for pause, amount in steps:
        now += pause
        bucket.debit(amount, now)

    wait = bucket.wait(now)

    assert bucket.admits(now) is (wait == 0.0)
    if wait > 0.01:
        assert not bucket.admits(now + wait * 0.99)
    assert bucket.admits(now + wait)


@settings(deadline=None)
@given(st.integers(1, 50), st.lists(st.floats(0, 10), max_size=80))
def test_prepaid_admissions_never_exceed_burst_and_refill(per_minute: int, pauses: list[float]) -> None:
    """Over any time: at most a minute's worth at once and the rate after that."""
    bucket, now, admitted = TokenBucket(per_minute, 0.0), 0.0, 0
    for pause in pauses:
        now += pause
        if bucket.admits(now):
            bucket.debit(1, now)
            admitted += 1

    assert admitted <= per_minute + per_minute * now / 60 + 1e-3
