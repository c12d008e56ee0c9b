"""Times as Kubernetes writes them, and as seconds since the epoch; whole seconds in UTC."""

import re
from datetime import UTC, datetime

from sealane_api.resource.metadata import TIMESTAMP_PATTERN

_TIMESTAMP = re.compile(TIMESTAMP_PATTERN, re.ASCII)


def timestamp(seconds: float) -> str:
    """Return ``2026-11-22T23:00:00Z``; a fraction of a second is dropped."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds_of(text: str | None) -> float | None:
    """Return the seconds since the epoch; None for anything but such a time."""
    if not text or _TIMESTAMP.match(text) is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
