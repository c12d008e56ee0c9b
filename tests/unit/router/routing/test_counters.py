"""Figures of one revision."""

import pytest

from sealane_api.report import LATENCY_BOUNDS, Figures
from sealane_router.routing.counters import ArmCounters, bucket_of


def test_a_good_exchange_is_in_one_bucket() -> None:
    """And in no other number."""
    counters = ArmCounters()
    counters.good(bucket_of(0.3))
    figures = counters.figures()
    assert (figures.exchanges, figures.bad, figures.failures) == (1, 0, {})
    assert [index for index, count in enumerate(figures.latency) if count] == [LATENCY_BOUNDS.index(0.3)]


def test_a_bad_one_is_counted_by_its_first_failure() -> None:
    """With its time to first content where content came."""
    counters = ArmCounters()
    counters.failed("ServerError", None)
    counters.failed("ServerError", 61.0)
    counters.failed("Connect", 0.001)
    figures = counters.figures()
    assert (figures.exchanges, figures.bad) == (3, 3)
    assert figures.failures == {"ServerError": 2, "Connect": 1}
    assert (figures.latency[0], figures.latency[-1], sum(figures.latency)) == (1, 1, 2)


@pytest.mark.parametrize(
    ("seconds", "bucket"),
    [(0.0, 0), (LATENCY_BOUNDS[0], 0), (LATENCY_BOUNDS[0] + 1e-9, 1), (60.0, 24), (60.001, 25), (1e9, 25)],
)
def test_a_bound_belongs_to_its_bucket(seconds: float, bucket: int) -> None:
    """What is slower than all bounds has a bucket of its own."""
    assert bucket_of(seconds) == bucket


def test_a_report_is_a_copy() -> None:
    """Later exchanges change nothing in it."""
    counters = ArmCounters()
    before = counters.figures()
    counters.failed("Timeout", None)
    assert before == Figures()
