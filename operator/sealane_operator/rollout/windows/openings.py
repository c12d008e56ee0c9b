"""Maintenance windows: when a new rollout may start.

A window opens at each time of its schedule on the clocks of its time zone and stays open for its duration in real
seconds. A time that the clocks skip in spring opens as many minutes later; one that they show twice in autumn opens
once, the first time.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from sealane_api.resource.rollout import WindowSpec
from sealane_operator.rollout.windows.cron import Cron, cron

#: How far ahead an opening is looked for; 29 February comes within eight years, even over the year 2100.
_HORIZON_DAYS = 8 * 366 + 1

#: What opened longer ago is not looked for: by then a window that long has met the next opening or the next year.
_MAX_OPEN_DAYS = 400


def is_open(windows: Sequence[WindowSpec], now: float) -> bool:
    """Tell whether a rollout may start at ``now``, in seconds since the epoch; without windows it always may."""
    return not windows or any(_is_open(window, now) for window in windows)


def next_opening(windows: Sequence[WindowSpec], now: float) -> float | None:
    """Return when the first of the windows opens after ``now``; None when none does within eight years."""
    openings = (_next(window.schedule, window.time_zone, int(now // 60)) for window in windows)
    return min((each for each in openings if each is not None), default=None)


def _is_open(window: WindowSpec, now: float) -> bool:
    last = _last(window.schedule, window.time_zone, int(now // 60))
    return last is not None and now < last + window.duration.seconds


@lru_cache(maxsize=1024)
def _next(schedule: str, zone: str, minute: int) -> float | None:
    """Return the first opening after a minute since the epoch."""
    rule, place = cron(schedule), _zone(zone)
    today = _day(minute, place)
    for ahead in range(-1, _HORIZON_DAYS):
        found = min((at for at in _openings(rule, place, today, ahead) if at > minute * 60), default=None)
        if found is not None:
            return found
    return None


@lru_cache(maxsize=1024)
def _last(schedule: str, zone: str, minute: int) -> float | None:
    """Return the last opening up to a minute since the epoch."""
    rule, place = cron(schedule), _zone(zone)
    today = _day(minute, place)
    for back in range(-1, _MAX_OPEN_DAYS):
        found = max((at for at in _openings(rule, place, today, -back) if at <= minute * 60), default=None)
        if found is not None:
            return found
    return None


def _openings(rule: Cron, place: tzinfo, today: date, ahead: int) -> Iterator[float]:
    """Yield the openings of one day, ``ahead`` days from today."""
    try:
        day = today + timedelta(days=ahead)
    except OverflowError:
        return  # beyond the calendar
    if not rule.is_due_on(day):
        return
    for hour in rule.hours:
        for minute in rule.minutes:
            # fold=0: the first of two; and of a time that does not exist, the offset before the jump.
            yield datetime.combine(day, time(hour, minute), place).timestamp()


def _day(minute: int, place: tzinfo) -> date:
    return datetime.fromtimestamp(minute * 60, place).date()


def _zone(name: str) -> tzinfo:
    # The database may be missing from a slim image; UTC needs none.
    return UTC if name in {"UTC", "Etc/UTC"} else ZoneInfo(name)
