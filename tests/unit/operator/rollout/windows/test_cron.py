"""Schedules as sets of numbers."""

from datetime import date

import pytest

from sealane_operator.rollout.windows.cron import cron


@pytest.mark.parametrize(
    ("schedule", "minutes", "hours"),
    [
        ("0 2 * * *", (0,), (2,)),
        ("*/20 1-3 * * *", (0, 20, 40), (1, 2, 3)),
        ("5,10-12 0/12 * * *", (5, 10, 11, 12), (0, 12)),
        ("59 23 1 JAN Mon", (59,), (23,)),
    ],
)
def test_fields_are_numbers(schedule: str, minutes: tuple[int, ...], hours: tuple[int, ...]) -> None:
    """Lists, ranges, steps, and a step after a single number."""
    assert (cron(schedule).minutes, cron(schedule).hours) == (minutes, hours)


@pytest.mark.parametrize(
    ("schedule", "due", "not_due"),
    [
        ("0 0 * * *", date(2026, 11, 29), None),
        ("0 0 13 * *", date(2026, 11, 13), date(2026, 11, 14)),
        ("0 0 * * 0", date(2026, 11, 29), date(2026, 11, 30)),
        ("0 0 * * 7", date(2026, 11, 29), date(2026, 11, 30)),
        ("0 0 * * mon-fri", date(2026, 11, 30), date(2026, 11, 29)),
        ("0 0 * feb *", date(2028, 2, 29), date(2028, 3, 1)),
        ("0 0 13 * fri", date(2026, 11, 20), date(2026, 11, 21)),
        ("0 0 */2 * fri", date(2026, 11, 27), date(2026, 11, 20)),
    ],
)
def test_days_are_due(schedule: str, due: date, not_due: date | None) -> None:
    """Of two restricted days either is enough, as cron has it; a field that begins with a star restricts nothing."""
    assert cron(schedule).is_due_on(due)
    assert not_due is None or not cron(schedule).is_due_on(not_due)


@pytest.mark.parametrize("schedule", ["", "0 2 * *", "0 2 * * * *", "x 2 * * *", "0 2 * * funday"])
def test_anything_else_is_an_error(schedule: str) -> None:
    """The CRD refuses it before, with words for people."""
    with pytest.raises(ValueError, match=r"five fields|item|invalid literal"):
        cron(schedule)
