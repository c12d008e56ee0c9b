"""Which share of a rule's exchanges may be retries, so that an outage is not multiplied by them."""

from collections import deque

_WINDOW = 10.0

#: Retries that are always allowed in a window, so that a rule with little traffic can retry at all.
_FLOOR = 10

#: A power of two: the bucket of a moment is found without rounding.
_BUCKETS_PER_SECOND = 2

#: Whole buckets in a window. The bucket in which the window began lies partly outside of it: its retries are
#: still counted and its exchanges no longer, which keeps the promise at every edge.
_WHOLE = int(_WINDOW * _BUCKETS_PER_SECOND) - 1


class RetryBudget:
    """Over the 10 s that end at a retry, retries never exceed ``percent`` % of the exchanges plus 10.

    Counts are kept in half-second buckets: an exchange is forgotten after 9.5 to 10 s, a retry after 10 to
    10.5 s.
    """

    __slots__ = ("_bucket", "_exchanges", "_past", "_retries", "percent", "refused")

    def __init__(self, percent: int) -> None:
        #: May be changed at any time: a reload takes effect at the next retry.
        self.percent = percent
        #: Retries that were not allowed since the start, for the metrics.
        self.refused = 0
        self._bucket = 0
        self._exchanges = 0  # in the current bucket
        self._retries = 0
        self._past: deque[tuple[int, int]] = deque(maxlen=_WHOLE + 1)  # (exchanges, retries), oldest first

    def exchange(self, now: float) -> None:
        """Counts an exchange."""
        bucket = int(now * _BUCKETS_PER_SECOND)
        if bucket != self._bucket:
            self._advance(bucket)
        self._exchanges += 1

    def try_retry(self, now: float) -> bool:
        """Counts a retry and returns True, unless the budget is exhausted."""
        bucket = int(now * _BUCKETS_PER_SECOND)
        if bucket != self._bucket:
            self._advance(bucket)
        retries = self._retries + sum(retries for _, retries in self._past)
        exchanges = self._exchanges + sum(exchanges for exchanges, _ in self._past)
        if len(self._past) > _WHOLE:
            exchanges -= self._past[0][0]
        if (retries + 1 - _FLOOR) * 100 > exchanges * self.percent:
            self.refused += 1
            return False
        self._retries += 1
        return True

    def _advance(self, bucket: int) -> None:
        self._past.append((self._exchanges, self._retries))
        for _ in range(min(bucket - self._bucket - 1, _WHOLE + 1)):
            self._past.append((0, 0))
        self._exchanges = self._retries = 0
        self._bucket = bucket
