"""The five fields of a cron schedule, as sets of numbers; ``sealane_api.resource.schedule`` says which are readable."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

_ITEM = re.compile(r"(?:\*|([0-9a-z]+)(?:-([0-9a-z]+))?)(?:/([0-9]+))?")
_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_MONTHS = dict(zip(_MONTH_NAMES, range(1, 13), strict=True))
_DAYS = dict(zip(_DAY_NAMES, range(7), strict=True))

#: Lowest and highest number of each field, and the names it has.
_FIELDS: tuple[tuple[int, int, dict[str, int]], ...] = (
    (0, 59, {}),
    (0, 23, {}),
    (1, 31, {}),
    (1, 12, _MONTHS),
    (0, 7, _DAYS),
)


@dataclass(frozen=True, slots=True)
class Cron:
    """When something is due; ``weekdays`` count from Sunday, 0."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool
    """Day of month and day of week are both restricted: then either is enough, as cron has it."""

    def is_due_on(self, day: date) -> bool:
        """Tell whether it is due at some time of a day."""
        if day.month not in self.months:
            return False
        by_month, by_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return by_month or by_week if self.either_day else by_month and by_week


@lru_cache(maxsize=1024)
def cron(schedule: str) -> Cron:
    """Read a schedule that was accepted. Raises ValueError for any other."""
    parts = schedule.lower().split()
    if len(parts) != len(_FIELDS):
        raise ValueError(f"{schedule!r} has not five fields")
    minutes, hours, days, months, weekdays = (
        _numbers(part, *field) for part, field in zip(parts, _FIELDS, strict=True)
    )
    return Cron(
        tuple(sorted(minutes)),
        tuple(sorted(hours)),
        days,
        months,
        frozenset(day % 7 for day in weekdays),  # 7 is Sunday as well
        either_day=not parts[2].startswith("*") and not parts[4].startswith("*"),
    )


def _numbers(part: str, lowest: int, highest: int, names: dict[str, int]) -> frozenset[int]:
    found: set[int] = set()
    for item in part.split(","):
        match = _ITEM.fullmatch(item)
        if match is None:
            raise ValueError(f"{item!r} is no item of a schedule")
        first, last, step = match.groups()
        low = _number(first, names) if first else lowest
        # 5/15 counts from 5 on, as in Kubernetes: a step makes the single number a range to the end.
        high = _number(last, names) if last else low if first and not step else highest
        found.update(range(low, min(high, highest) + 1, int(step) if step else 1))
    return frozenset(found)


def _number(text: str, names: dict[str, int]) -> int:
    return names[text] if text in names else int(text)
