"""The retry budget against a naive oracle that remembers everything."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_router.attempt.retry_budget import RetryBudget

TICKS = 64  # of a second; a power of two, so that the oracle's arithmetic is exact


def test_ten_retries_are_free() -> None:
    """A rule without traffic may retry ten times in ten seconds."""
    budget = RetryBudget(20)

    granted = [budget.try_retry(100.0) for _ in range(12)]

    assert granted == [True] * 10 + [False] * 2


def test_exchanges_earn_their_share() -> None:
    """A hundred exchanges at 20 % earn twenty retries on top of the ten."""
    budget = RetryBudget(20)
    for _ in range(100):
        budget.exchange(100.0)

    assert sum(budget.try_retry(100.0) for _ in range(100)) == 30


def test_a_budget_of_zero_leaves_the_ten() -> None:
    """Zero percent of any number of exchanges is nothing."""
    budget = RetryBudget(0)
    for _ in range(1000):
        budget.exchange(100.0)

    assert sum(budget.try_retry(100.0) for _ in range(100)) == 10


def test_a_new_percentage_holds_at_once() -> None:
    """A reload changes the share and keeps the counts."""
    budget = RetryBudget(0)
    for _ in range(100):
        budget.exchange(100.0)

    budget.percent = 50

    assert sum(budget.try_retry(100.0) for _ in range(100)) == 60


def test_it_recovers_when_the_retries_are_past() -> None:
    """Eleven seconds later the budget is as it was, and so it is after an hour of silence."""
    budget = RetryBudget(20)

    for now in (100.0, 111.0, 3711.0):
        assert sum(budget.try_retry(now) for _ in range(20)) == 10


def test_exchanges_of_nine_seconds_ago_still_earn() -> None:
    """Being careful at the edge costs at most half a second of exchanges."""
    budget = RetryBudget(100)
    for _ in range(5):
        budget.exchange(100.0)

    assert sum(budget.try_retry(109.25) for _ in range(100)) == 15


EVENTS = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 3), st.integers(0, TICKS), st.integers(8 * TICKS, 12 * TICKS)),
        st.sampled_from(["exchange", "retry"]),
        st.integers(1, 12),
    ),
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(EVENTS, st.integers(0, 100), st.integers(0, 3 * TICKS))
def test_no_window_that_ends_at_a_retry_holds_more_than_the_budget(
    events: list[tuple[int, str, int]], percent: int, start: int
) -> None:
    """Counted anew from the complete history, with the window's first moment in it or not."""
    budget = RetryBudget(percent)
    tick, exchanges, retries = start, list[int](), list[int]()
    for pause, kind, count in events:
        tick += pause
        for _ in range(count):
            if kind == "exchange":
                budget.exchange(tick / TICKS)
                exchanges.append(tick)
            elif budget.try_retry(tick / TICKS):
                retries.append(tick)
                begin = tick - 10 * TICKS
                allowed_open = percent * sum(at > begin for at in exchanges) + 1000
                allowed_closed = percent * sum(at >= begin for at in exchanges) + 1000
                assert sum(at > begin for at in retries) * 100 <= allowed_open
                assert sum(at >= begin for at in retries) * 100 <= allowed_closed


@settings(max_examples=100, deadline=None)
@given(EVENTS, st.integers(0, 100))
def test_a_refusal_is_never_far_from_the_law(events: list[tuple[int, str, int]], percent: int) -> None:
    """What is refused would exceed the budget of a window of 9.5 s, its retries taken over 10.5 s."""
    budget = RetryBudget(percent)
    tick, exchanges, retries = 0, list[int](), list[int]()
    for pause, kind, count in events:
        tick += pause
        for _ in range(count):
            if kind == "exchange":
                budget.exchange(tick / TICKS)
                exchanges.append(tick)
            elif budget.try_retry(tick / TICKS):
                retries.append(tick)
            else:
                earned = percent * sum(at > tick - 19 * TICKS // 2 for at in exchanges) + 1000
                spent = sum(at > tick - 21 * TICKS // 2 for at in retries) + 1
                assert spent * 100 > earned
