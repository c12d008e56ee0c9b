"""What became of the exchanges of one revision, counted where they end and read by the operator's polls.

Both arms of a route are counted by the same definition, or their comparison would mean nothing: an exchange is *bad*
when its first attempt failed in any class, when it needed a fallback, when its answer broke, or when no target could be
tried. Exchanges that say nothing about a revision (the client left, our own auth or limits refused it, the router
leaves) are not counted at all.
"""

from bisect import bisect_left

from sealane_api.report import LATENCY_BOUNDS, Figures


class ArmCounters:
    """Figures that grow; written by one thread, the event loop."""

    __slots__ = ("bad", "exchanges", "failures", "latency")

    def __init__(self) -> None:
        self.exchanges = 0
        self.bad = 0
        self.latency = [0] * (len(LATENCY_BOUNDS) + 1)
        self.failures: dict[str, int] = {}

    def good(self, bucket: int) -> None:
        """Count an exchange that went well at once; ``bucket`` is of :func:`bucket_of`."""
        self.exchanges += 1
        self.latency[bucket] += 1

    def failed(self, failure: str, first_content: float | None) -> None:
        """Count a bad exchange by the class of its first failure, and by its first content if it had any."""
        self.exchanges += 1
        self.bad += 1
        self.failures[failure] = self.failures.get(failure, 0) + 1
        if first_content is not None:
            self.latency[bisect_left(LATENCY_BOUNDS, first_content)] += 1

    def figures(self) -> Figures:
        """A copy for the report."""
        return Figures(self.exchanges, self.bad, tuple(self.latency), dict(self.failures))


def bucket_of(first_content: float) -> int:
    """The bucket of a time to first content, in seconds."""
    return bisect_left(LATENCY_BOUNDS, first_content)
