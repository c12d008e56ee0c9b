"""The five fields of a cron schedule, as Kubernetes' CronJob reads them (without its ``@daily`` words)."""

import re
from typing import NamedTuple

from sealane_api.problems import shown

MAX_LENGTH = 128

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_ITEM = re.compile(r"(?:\*|([0-9]{1,2}|[a-z]{3})(?:-([0-9]{1,2}|[a-z]{3}))?)(?:/([0-9]{1,2}))?")


class _Field(NamedTuple):
    label: str
    lowest: int
    highest: int
    names: dict[str, int]


_FIELDS = (
    _Field("minute", 0, 59, {}),
    _Field("hour", 0, 23, {}),
    _Field("day of month", 1, 31, {}),
    _Field("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    _Field("day of week", 0, 7, {name: number for number, name in enumerate(_DAYS)}),  # 0 and 7 are Sunday
)


def schedule_problem(text: str) -> str | None:
    """Return what is wrong with a cron schedule and what to write instead, or None."""
    parts = text.lower().split()
    if len(parts) != len(_FIELDS):
        return (
            f"found {shown(text)}; write the five fields minute, hour, day of month, month and day of week, "
            "such as 0 2 * * *"
        )
    for part, field in zip(parts, _FIELDS, strict=True):
        if not all(_fits(item, field) for item in part.split(",")):
            span = f"{field.lowest} to {field.highest}"
            return f"found {field.label} {shown(part)}; write * or numbers from {span}, as in 1,3 or 1-5 or */2"
    return None


def _fits(item: str, field: _Field) -> bool:
    match = _ITEM.fullmatch(item)
    if match is None:
        return False
    first, last, step = match.groups()
    try:
        low = _value(first, field) if first else field.lowest
        high = _value(last, field) if last else low
    except ValueError:
        return False
    return field.lowest <= low <= high <= field.highest and (step is None or 1 <= int(step) <= field.highest)


def _value(text: str, field: _Field) -> int:
    return field.names[text] if text in field.names else int(text)
