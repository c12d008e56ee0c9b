"""Which Kubernetes Events are worth writing: a text once, its repetitions as a count, and not too many in all.

Pure but for its memory; times come from the caller and are in seconds.
"""

from collections import OrderedDict
from dataclasses import dataclass

#: What says the same of the same object within so many seconds is one Event, whose count is written this seldom.
SERIES_SECONDS = 360.0
REPEAT_SECONDS = 60.0

#: What one object may say at once, and after how many seconds it may say one more.
BURST_OF_OBJECT = 25
REFILL_SECONDS = 10.0

MAX_SERIES = 4_096
MAX_OBJECTS = 10_000

#: An object's uid, the reason and the text.
SeriesKey = tuple[str, str, str]


@dataclass(slots=True)
class EventSeries:
    """One Event: its path in the API, how often it happened, and what of that was written when."""

    key: SeriesKey
    path: str
    count: int = 1
    last: float = 0.0
    written_count: int = 0
    written_at: float = float("-inf")
    is_stored: bool = False


@dataclass(slots=True)
class _Allowance:
    tokens: float
    at: float


class SeriesBook:
    """The series that are open, and what each object may still say."""

    def __init__(self, *, max_series: int = MAX_SERIES, max_objects: int = MAX_OBJECTS) -> None:
        self._max_series = max_series
        self._max_objects = max_objects
        self._series: OrderedDict[SeriesKey, EventSeries] = OrderedDict()
        self._allowances: OrderedDict[str, _Allowance] = OrderedDict()

    def note(self, key: SeriesKey, path: str, now: float) -> tuple[EventSeries | None, bool]:
        """Count an occurrence; return its series and whether that is new, at ``path``. None: the object said enough."""
        series = self._series.get(key)
        if series is not None and now - series.last < SERIES_SECONDS:
            series.count += 1
            series.last = now
            self._series.move_to_end(key)
            return series, False
        if not self._may_say(key[0], now):
            return None, False
        series = self._series[key] = EventSeries(key, path, last=now)
        self._series.move_to_end(key)
        if len(self._series) > self._max_series:
            self._series.popitem(last=False)
        return series, True

    def wrote(self, series: EventSeries, count: int, now: float) -> None:
        """The API holds the Event with this count."""
        series.is_stored, series.written_count, series.written_at = True, count, now

    def forget(self, series: EventSeries) -> None:
        """It could not be written: the next occurrence begins anew."""
        if self._series.get(series.key) is series:
            del self._series[series.key]

    def unwritten(self, now: float) -> list[EventSeries]:
        """Return the series that were repeated and whose count was not written for a while; forget the old ones."""
        while self._series and now - (first := next(iter(self._series.values()))).last >= SERIES_SECONDS:
            if first.is_stored and first.count > first.written_count:
                break
            self._series.popitem(last=False)
        return [
            series
            for series in self._series.values()
            if series.is_stored and series.count > series.written_count and now - series.written_at >= REPEAT_SECONDS
        ]

    def _may_say(self, uid: str, now: float) -> bool:
        allowance = self._allowances.setdefault(uid, _Allowance(BURST_OF_OBJECT, now))
        self._allowances.move_to_end(uid)
        if len(self._allowances) > self._max_objects:
            self._allowances.popitem(last=False)
        allowance.tokens = min(BURST_OF_OBJECT, allowance.tokens + (now - allowance.at) / REFILL_SECONDS)
        allowance.at = now
        if allowance.tokens < 1:
            return False
        allowance.tokens -= 1
        return True
