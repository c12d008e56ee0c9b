"""A bucket that refills evenly and may go into debt."""

#: A debt is real, because what was used was used; but one wild figure must not lock a tenant out for a day.
_LONGEST_DEBT_MINUTES = 10

#: Waiting exactly as long as ``wait`` says must be enough in spite of rounding.
_ONE_UNIT = 1 - 1e-6


class TokenBucket:
    """Holds up to one minute's worth, is full at first, and refills continuously.

    Who wants something is admitted while there is at least one whole unit. What it costs may be debited at
    once (a request is one) or when it is known (tokens, by the answer's usage): the level may become
    negative, down to ten minutes' worth, and nobody is admitted until it has recovered.
    """

    __slots__ = ("_at", "_level", "_per_second", "per_minute")

    def __init__(self, per_minute: int, now: float) -> None:
        """``per_minute`` is at least 1; ValueError otherwise."""
        _require_positive(per_minute)
        self.per_minute = per_minute
        self._per_second = per_minute / 60
        self._level = float(per_minute)
        self._at = now

    def admits(self, now: float) -> bool:
        """Whether there is at least one unit."""
        return self._level >= _ONE_UNIT or self.level(now) >= _ONE_UNIT

    def debit(self, amount: float, now: float) -> None:
        """Takes ``amount`` whatever is left; a negative one is taken for 0: no provider grants credit."""
        level = self.level(now)
        if amount > 0:
            level -= amount
            self._level = level if level > 0 else max(level, self._deepest_debt())

    def wait(self, now: float) -> float:
        """Seconds until :meth:`admits` is true again; 0 when it is."""
        if self.admits(now):
            return 0.0
        return (1 - self._level) / self._per_second

    def level(self, now: float) -> float:
        """What is left, a debt being negative."""
        level = self._level + (now - self._at) * self._per_second
        if level > self.per_minute:
            level = float(self.per_minute)
        self._at = now
        self._level = level
        return level

    def until_full(self, now: float) -> float:
        """Seconds until the bucket is full again if nothing more is taken."""
        return (self.per_minute - self.level(now)) / self._per_second

    def reconfigure(self, per_minute: int, now: float) -> None:
        """Takes a reloaded limit: the bucket stays as full in proportion, a debt stays the same amount."""
        _require_positive(per_minute)
        level = self.level(now)
        proportion = per_minute / self.per_minute
        self.per_minute = per_minute
        self._per_second = per_minute / 60
        self._level = level * proportion if level > 0 else max(level, self._deepest_debt())

    def _deepest_debt(self) -> float:
        return -float(_LONGEST_DEBT_MINUTES * self.per_minute)


def _require_positive(per_minute: int) -> None:
    if per_minute < 1:
        raise ValueError(f"a limit is at least 1 per minute, not {per_minute}")
