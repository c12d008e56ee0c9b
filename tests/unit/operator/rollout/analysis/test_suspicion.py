"""What makes a promoted revision suspicious."""

import pytest

from sealane_api.report import LATENCY_BOUNDS, Figures
from sealane_api.resource.rollout import AnalysisSpec
from sealane_operator.rollout.analysis.suspicion import raised, suspect
from sealane_operator.rollout.model import Rate, Sample, Series

SPEC = AnalysisSpec()


def _series(exchanges: int, bad: int = 0, bucket: int = 8) -> Series:
    latency = [0] * (len(LATENCY_BOUNDS) + 1)
    latency[bucket] = exchanges - bad
    sample = Sample(10.0, Figures(exchanges, bad, tuple(latency), {"Timeout": bad} if bad else {}), Figures())
    return Series(8, None, 0, (sample,), 10.0, 3)


@pytest.mark.parametrize(
    ("series", "baseline", "expected"),
    [
        (_series(1_000), Rate(4_000, 4, 0.15), False),
        (_series(1_000, bad=60), Rate(4_000, 4, 0.15), False),
        (_series(1_000, bad=120), Rate(4_000, 4, 0.15), True),
        (_series(1_000, bad=120), Rate(4_000, 400, 0.15), False),
        (_series(9, bad=9), Rate(4_000, 4, 0.15), False),
        (_series(10, bad=10), Rate(4_000, 4, 0.15), True),
        (_series(10, bad=10), None, True),
        (_series(1_000, bucket=12), Rate(4_000, 4, 0.15), True),
        (_series(1_000, bucket=9), Rate(4_000, 4, 0.15), False),
        (_series(1_000, bucket=12), Rate(4_000, 4, None), False),
        (_series(1_000, bucket=25), Rate(4_000, 4, 59.0), False),
        (Series(), None, False),
    ],
)
def test_worse_than_before_is_suspicious(series: Series, baseline: Rate | None, expected: bool) -> None:
    """By more than the analysis allows, and for certain; without a baseline, nothing bad is expected."""
    assert (suspect(series, baseline, SPEC) is not None) is expected


def test_a_suspicion_is_told_in_words() -> None:
    """What it does, what was done before it, and how it fails."""
    found = suspect(_series(1_000, bad=500), Rate(4_000, 4, 0.15), SPEC)

    assert found is not None
    assert found.words == (
        "500/1,000 exchanges bad (50.0 %), p95 148 ms against 4/4,000 (0.1 %), p95 150 ms before; failures: Timeout 500"
    )
    assert (found.rate.exchanges, found.rate.bad) == (1_000, 500)


def test_a_raised_baseline_is_the_worse_of_both() -> None:
    """Aspect by aspect; figures that say nothing raise nothing."""
    low, high = Rate(1_000, 1, 0.3), Rate(100, 50, 0.2)

    assert raised(low, high) == Rate(100, 50, 0.3)
    assert raised(high, low) == Rate(100, 50, 0.3)
    assert raised(low, Rate(9, 9, 5.0)) == low
    assert raised(None, high) == high
    assert raised(low, None) == low
