"""When a quota or a window begins anew, as an error states it.

A time without a zone is in the provider's own zone. A quota resets within its window, so a time further away was meant
in another zone, and the window is the most it can be; one that has passed tells nothing.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from sealane_api.diagnosis.error_class import ErrorClass

#: Where the providers are that state times without a zone; everybody else's are read as UTC.
SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
ZONES: dict[str, tzinfo] = {"Zai": SHANGHAI, "zai": SHANGHAI, "Moonshot": SHANGHAI, "moonshot": SHANGHAI}

#: How long a window is at most, where the message does not say.
WINDOWS = {
    ErrorClass.PLAN_WINDOW_EXHAUSTED: timedelta(days=31),
    ErrorClass.RATE_LIMIT_DAILY: timedelta(days=1),
    ErrorClass.QUOTA_EXHAUSTED: timedelta(days=31),
    ErrorClass.RATE_LIMIT: timedelta(hours=1),
}

_TIME = re.compile(
    r"(\d{4}[-/]\d{2}[-/]\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d{1,9})?\s?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?", re.ASCII
)
_WINDOW = re.compile(r"(\d{1,3})[ -]?(hour|day|week|month|小时|天|周|个?月)", re.IGNORECASE)
_WAIT = re.compile(
    r"\b(?:in|after)\s{1,2}(\d{1,6}(?:\.\d{1,6})?)\s?"
    r"(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?)\b",
    re.IGNORECASE,
)
_UNITS = {
    "hour": timedelta(hours=1), "小时": timedelta(hours=1), "day": timedelta(days=1), "天": timedelta(days=1),
    "week": timedelta(days=7), "周": timedelta(days=7), "month": timedelta(days=31), "月": timedelta(days=31),
    "个月": timedelta(days=31),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reset:
    """``at`` is in seconds since 1970; ``bounded`` says that the stated time was beyond the window, which holds."""

    at: float
    bounded: bool = False

    @property
    def text(self) -> str:
        """The moment as people read it, in UTC."""
        return datetime.fromtimestamp(self.at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def zone_of(dialect: str | None) -> tzinfo:
    """Return the zone in which a provider of that dialect states times that have none."""
    return ZONES.get(dialect or "", UTC)


def reset_stated(message: str, error_class: ErrorClass, occurred_at: float, zone: tzinfo) -> Reset | None:
    """Return the reset that ``message`` states; None where it states none, has passed, or no reset is awaited."""
    longest = WINDOWS.get(error_class)
    if longest is None:
        return None
    limit = occurred_at + (_window(message) or longest).total_seconds()
    stated = _moment(message, zone)
    if stated is None:
        stated = _after_wait(message, occurred_at)
    if stated is None or stated <= occurred_at:
        return None
    return Reset(min(stated, limit), bounded=stated > limit)


def _moment(message: str, zone: tzinfo) -> float | None:
    found = _TIME.search(message)
    if found is None:
        return None
    try:
        moment = datetime.fromisoformat(f"{found[1].replace('/', '-')} {found[2]}")
    except ValueError:
        return None
    return moment.replace(tzinfo=_zone(found[3], zone)).timestamp()


def _zone(written: str | None, default: tzinfo) -> tzinfo:
    if written is None:
        return default
    if written in {"Z", "UTC", "GMT"}:
        return UTC
    return datetime.strptime(written, "%z").tzinfo or default


def _after_wait(message: str, occurred_at: float) -> float | None:
    found = _WAIT.search(message)
    if found is None:
        return None
    unit = found[2].lower()
    seconds = 0.001 if unit.startswith(("ms", "milli")) else {"s": 1.0, "m": 60.0, "h": 3600.0}[unit[0]]
    return occurred_at + float(found[1]) * seconds


def _window(message: str) -> timedelta | None:
    found = _WINDOW.search(message)
    if found is None:
        return None
    return int(found[1]) * _UNITS[found[2].lower()]
