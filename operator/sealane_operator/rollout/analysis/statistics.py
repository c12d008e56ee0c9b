"""Proportions and what can be said of them for certain: Wilson's bounds, and Newcombe's for a difference.

Both hold for few exchanges and for shares near 0 and 1, where the usual approximation calls 0 of 3 a certainty.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from sealane_api.report import LATENCY_BOUNDS

#: The share of exchanges that may be slower than a p95.
SLOW_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Share:
    """``part`` of ``whole`` exchanges."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """The share, from 0 to 1; 0 of nothing."""
        return self.part / self.whole if self.whole else 0.0


def wilson(share: Share, z: float) -> tuple[float, float]:
    """Return the bounds of Wilson's score interval; nothing is known of nothing."""
    n = share.whole
    if n == 0:
        return 0.0, 1.0
    p = min(1.0, share.part / n)
    middle = p + z * z / (2 * n)
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    scale = 1 + z * z / n
    return max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale)


def least_difference(one: Share, other: Share, z: float) -> float:
    """Return the lower bound of how much larger ``one`` is than ``other`` (Newcombe's method 10)."""
    lowest, _ = wilson(one, z)
    _, highest = wilson(other, z)
    p, q = one.value, other.value
    return max(-1.0, p - q - math.hypot(p - lowest, highest - q))


def percentile95(latency: Sequence[int]) -> float | None:
    """Return the 95th percentile of a histogram over ``LATENCY_BOUNDS`` in seconds; None without any exchange.

    It is interpolated within its bucket; beyond the last bound it is that bound.
    """
    total = sum(latency)
    if total == 0:
        return None
    rank = total * (1 - SLOW_SHARE)
    below = 0
    lower = 0.0
    for bound, count in zip(LATENCY_BOUNDS, latency, strict=False):
        if count and below + count >= rank:
            return lower + (bound - lower) * max(0.0, rank - below) / count
        below += count
        lower = bound
    return LATENCY_BOUNDS[-1]


def bound_above(seconds: float) -> float | None:
    """Return the first bound of the histogram that is not below ``seconds``; None beyond the last."""
    return next((bound for bound in LATENCY_BOUNDS if bound >= seconds), None)


def slower_than(latency: Sequence[int], bound: float) -> Share:
    """Return how many exchanges were slower than one of the histogram's bounds."""
    total = sum(latency)
    faster = next(
        (count for edge, count in zip(LATENCY_BOUNDS, accumulate(latency), strict=False) if edge >= bound), total
    )
    return Share(total - faster, total)
