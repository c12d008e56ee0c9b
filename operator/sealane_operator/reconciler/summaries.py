"""How often a status may be written for the sake of its summaries alone.

Pointers, weights, steps and conditions are written at once; ``programmed`` and ``providers`` at most once a minute for
each route, and words whose meaning stays (a condition's message) every ten seconds; all of them together 10 a second.
"""

from collections.abc import Callable

SUMMARY_SECONDS = 60.0
WORDS_SECONDS = 10.0
PER_SECOND = 10.0


class Summaries:
    """Who wrote when; it holds one number for each route that was written."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._written: dict[str, float] = {}
        self._tokens = PER_SECOND
        self._filled = monotonic()

    def wait(self, key: str, interval: float) -> float:
        """Return 0 and take a token when ``key`` may write now; else the seconds until it may ask again."""
        now = self._monotonic()
        due = self._written.get(key, float("-inf")) + interval - now
        if due > 0:
            return due
        self._tokens = min(PER_SECOND, self._tokens + (now - self._filled) * PER_SECOND)
        self._filled = now
        if self._tokens < 1:
            return (1 - self._tokens) / PER_SECOND
        self._tokens -= 1
        return 0.0

    def written(self, key: str) -> None:
        """The status of ``key`` was written, for whatever reason."""
        self._written[key] = self._monotonic()

    def forget(self, key: str) -> None:
        """A route is gone."""
        self._written.pop(key, None)
