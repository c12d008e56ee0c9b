"""Bounds of proportions, and percentiles of a histogram."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_api.report import LATENCY_BOUNDS
from sealane_operator.rollout.analysis.statistics import (
    Share,
    bound_above,
    least_difference,
    percentile95,
    slower_than,
    wilson,
)

SHARES = st.integers(0, 5_000).flatmap(lambda n: st.builds(Share, st.integers(0, n), st.just(n)))


def _histogram(**counts: int) -> tuple[int, ...]:
    """Counts by the index of a bucket: ``_histogram(b3=10)``."""
    return tuple(counts.get(f"b{index}", 0) for index in range(len(LATENCY_BOUNDS) + 1))


@pytest.mark.parametrize(
    ("part", "whole", "bounds"),
    [(0, 10, (0.0, 0.2775)), (10, 10, (0.7225, 1.0)), (81, 263, (0.2553, 0.3662)), (15, 148, (0.0624, 0.1605))],
)
def test_wilson_gives_the_published_bounds(part: int, whole: int, bounds: tuple[float, float]) -> None:
    """Newcombe 1998, table I, method 3."""
    assert wilson(Share(part, whole), 1.95996) == pytest.approx(bounds, abs=5e-5)


@pytest.mark.parametrize(
    ("one", "other", "lowest"),
    [
        ((56, 70), (48, 80), 0.0524),
        ((9, 10), (3, 10), 0.1705),
        ((10, 10), (0, 10), 0.6075),
        ((5, 56), (0, 29), -0.0381),
    ],
)
def test_the_difference_has_the_published_lower_bound(
    one: tuple[int, int], other: tuple[int, int], lowest: float
) -> None:
    """Newcombe 1998, table II, method 10."""
    assert least_difference(Share(*one), Share(*other), 1.95996) == pytest.approx(lowest, abs=5e-5)


@given(SHARES, SHARES, st.floats(0.5, 5.0))
def test_a_bound_is_below_what_it_bounds(one: Share, other: Share, z: float) -> None:
    """Whatever the figures; and of nothing nothing is known."""
    lowest, highest = wilson(one, z)

    assert 0.0 <= lowest <= highest <= 1.0
    if one.whole and other.whole:
        assert lowest - 1e-9 <= one.value <= highest + 1e-9
        assert -1.0 <= least_difference(one, other, z) <= one.value - other.value + 1e-9
    assert wilson(Share(0, 0), z) == (0.0, 1.0)


def test_a_percentile_lies_within_its_bucket() -> None:
    """The nineteenth of twenty decides, and the bucket is taken to be even."""
    assert percentile95(_histogram()) is None
    assert percentile95(_histogram(b0=100)) == pytest.approx(0.00475)
    assert percentile95(_histogram(b3=95, b10=5)) == LATENCY_BOUNDS[3]
    assert percentile95(_histogram(b3=90, b10=10)) == pytest.approx(0.25)
    assert percentile95(_histogram(b25=1)) == LATENCY_BOUNDS[-1]


def test_slower_counts_what_lies_beyond_a_bound() -> None:
    """What has no bucket is slower than every bound."""
    latency = _histogram(b0=5, b3=3, b25=2)

    assert slower_than(latency, LATENCY_BOUNDS[0]) == Share(5, 10)
    assert slower_than(latency, LATENCY_BOUNDS[3]) == Share(2, 10)
    assert slower_than(latency, LATENCY_BOUNDS[-1]) == Share(2, 10)


def test_a_bound_above_is_the_next_one() -> None:
    """A limit between two bounds counts as the upper one; beyond the last there is none."""
    assert bound_above(0.4) == 0.5
    assert bound_above(0.5) == 0.5
    assert bound_above(61.0) is None
