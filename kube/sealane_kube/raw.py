"""Reading objects as the API server holds them, of which any part may be missing or of another shape."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

#: A Kubernetes object, decoded from JSON.
Raw: TypeAlias = Mapping[str, Any]


def mappings(value: object) -> list[Raw]:
    """Return the mappings in a list; nothing when it is none."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list | tuple) else []


def mapping_at(raw: object, *path: str) -> Raw:
    """Return the mapping at a path; an empty one when there is none."""
    for name in path:
        raw = raw.get(name) if isinstance(raw, Mapping) else None
    return raw if isinstance(raw, Mapping) else {}


def text_at(raw: object, *path: str) -> str:
    """Return the text at a path; an empty one when there is none."""
    value = mapping_at(raw, *path[:-1]).get(path[-1])
    return value if isinstance(value, str) else ""


def seconds_at(raw: object, *path: str) -> float | None:
    """Return the time at a path in seconds since 1970, of the zone UTC unless it says another; None when there is
    none."""
    try:
        moment = datetime.fromisoformat(text_at(raw, *path))
    except ValueError:
        return None
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
