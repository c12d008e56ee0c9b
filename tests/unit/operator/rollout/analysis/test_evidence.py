"""Figures in words."""

from sealane_api.report import LATENCY_BOUNDS, Figures
from sealane_operator.rollout.analysis.evidence import (
    error_words,
    failure_words,
    latency_words,
    seconds_words,
    share_words,
)
from sealane_operator.rollout.analysis.figures import Stretch
from sealane_operator.rollout.analysis.statistics import Share


def _latency(bucket: int, count: int) -> tuple[int, ...]:
    return tuple(count if index == bucket else 0 for index in range(len(LATENCY_BOUNDS) + 1))


def test_shares_and_latencies_are_readable() -> None:
    """Thousands are grouped, percent has one digit, seconds have the unit that fits."""
    assert share_words(Share(2, 3_800)) == "2/3,800 (0.1 %)"
    assert share_words(Share(0, 0)) == "0/0 (0.0 %)"
    assert [seconds_words(each) for each in (None, 0.1234, 1.5)] == ["no content", "123 ms", "1.50 s"]


def test_errors_of_both_arms_are_told() -> None:
    """And over which time, where that is not all."""
    each = Stretch(10.0, Figures(3_800, 2), Figures(420, 31))

    assert error_words(each, 7) == (
        "31/420 exchanges bad (7.4 %) against 2/3,800 (0.1 %) of revision 7 in the last 10 s"
    )


def test_latencies_of_both_arms_are_told() -> None:
    """With the bound that too many were slower than."""
    each = Stretch(None, Figures(900, 0, _latency(8, 900)), Figures(100, 0, _latency(12, 100)))

    assert latency_words(each, 7, 0.3) == (
        "p95 to first content 738 ms against 148 ms of revision 7; slower than 300 ms: 100/100 (100.0 %) "
        "against 0/900 (0.0 %)"
    )


def test_the_most_frequent_failures_are_named() -> None:
    """At most four; nothing when there is none."""
    counts = {"Connect": 1, "Timeout": 9, "ServerError": 9, "Overloaded": 2, "InvalidRequest": 5, "RateLimited": 1}

    assert failure_words(Figures(failures=counts)) == (
        "; failures: ServerError 9, Timeout 9, InvalidRequest 5, Overloaded 2 and 2 more"
    )
    assert failure_words(Figures()) == ""
