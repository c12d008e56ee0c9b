"""How long a provider asks to be left alone: headers first, then the hint in its message.

All results are seconds from now. A value that is negative, not a number or not parseable is as good as none;
one above a day is a day, because nothing here may switch a model off for longer than somebody would notice.
"""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 86_400.0

_HINT = re.compile(
    r"(?:try again|retry|retrying)\s+(?:in|after)\s+"
    r"(?:(?P<days>\d{1,4})d)?(?:(?P<hours>\d{1,5})h)?(?:(?P<minutes>\d{1,6})m(?!s))?"
    r"(?:(?P<number>\d{1,9}(?:\.\d{1,9})?)\s*(?P<unit>ms|milliseconds?|seconds?|minutes?|hours?|s)?\b)?",
    re.IGNORECASE,
)
_SECONDS_PER = {
    "ms": 0.001,
    "millisecond": 0.001,
    "milliseconds": 0.001,
    "s": 1.0,
    "second": 1.0,
    "seconds": 1.0,
    "minute": 60.0,
    "minutes": 60.0,
    "hour": 3600.0,
    "hours": 3600.0,
}

_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.\d+)?(?:\s?(Z|UTC|GMT|[+-]\d{2}:?\d{2})(?![\w:]))?")


def retry_after(headers: Mapping[bytes, bytes], message: str, *, wall: float) -> float | None:
    """The stated wait: ``retry-after-ms``, ``Retry-After`` (RFC 9110 §10.2.3), or "try again in 7m12s".

    Header names are lower case. ``wall`` is seconds since 1970, for a ``Retry-After`` that is a date.
    """
    for wait in (_milliseconds(headers), _header(headers, wall), _hint(message)):
        if wait is not None:
            return min(wait, LONGEST_WAIT)
    return None


def reset_after(message: str, *, zone: tzinfo, window: timedelta, wall: float) -> float | None:
    """Seconds until the reset time stated in ``message``; None when there is none or it has passed.

    A time without a zone is in ``zone``. A quota resets within its ``window``, so a time further away was
    meant in another zone, and the window is the most it can be.
    """
    match = _TIME.search(message)
    if match is None:
        return None
    try:
        moment = datetime.fromisoformat(f"{match[1]} {match[2]}").replace(tzinfo=_zone(match[3], zone))
    except ValueError:
        return None
    remaining = moment.timestamp() - wall
    return min(remaining, window.total_seconds()) if remaining > 0 else None


def _zone(written: str | None, default: tzinfo) -> tzinfo:
    if written is None:
        return default
    if written in ("Z", "UTC", "GMT"):
        return UTC
    return datetime.strptime(written, "%z").tzinfo or default


def _milliseconds(headers: Mapping[bytes, bytes]) -> float | None:
    seconds = _number(headers.get(b"retry-after-ms"))
    return None if seconds is None else seconds / 1000


def _header(headers: Mapping[bytes, bytes], wall: float) -> float | None:
    value = headers.get(b"retry-after")
    if value is None:
        return None
    seconds = _number(value)
    if seconds is not None:
        return seconds
    try:
        moment = parsedate_to_datetime(value.decode("latin-1"))
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, moment.timestamp() - wall)


def _number(value: bytes | None) -> float | None:
    if value is None:
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _hint(message: str) -> float | None:
    match = _HINT.search(message)
    if match is None or not any(match.groups()):
        return None
    wait = 86_400.0 * int(match["days"] or 0) + 3600.0 * int(match["hours"] or 0) + 60.0 * int(match["minutes"] or 0)
    if match["number"]:
        # A bare number is seconds, as in the header.
        wait += float(match["number"]) * _SECONDS_PER[(match["unit"] or "s").lower()]
    return wait
