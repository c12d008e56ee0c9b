"""Cron schedules are five fields, each within its bounds."""

import pytest

from sealane_api.resource.schedule import schedule_problem

FIVE_FIELDS = "write the five fields minute, hour, day of month, month and day of week, such as 0 2 * * *"


@pytest.mark.parametrize(
    "text",
    [
        "0 2 * * *",
        "* * * * *",
        "*/5 0-6,22-23 1,15 * *",
        "59 23 31 12 7",
        "0 0 1 1 0",
        "0 2 * JAN-MAR Mon-Fri",
        "0-59/59 * * * sun",
        "  0   2 * * *  ",
    ],
)
def test_five_fields_within_their_bounds_are_a_schedule(text: str) -> None:
    """Numbers, names, lists, ranges and steps."""
    assert schedule_problem(text) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("* * * *", f"found '* * * *'; {FIVE_FIELDS}"),
        ("@daily", f"found '@daily'; {FIVE_FIELDS}"),
        ("60 * * * *", "found minute '60'; write * or numbers from 0 to 59, as in 1,3 or 1-5 or */2"),
        ("* 24 * * *", "found hour '24'; write * or numbers from 0 to 23, as in 1,3 or 1-5 or */2"),
        ("* * 0 * *", "found day of month '0'; write * or numbers from 1 to 31, as in 1,3 or 1-5 or */2"),
        ("* * * 13 *", "found month '13'; write * or numbers from 1 to 12, as in 1,3 or 1-5 or */2"),
        ("* * * * 8", "found day of week '8'; write * or numbers from 0 to 7, as in 1,3 or 1-5 or */2"),
    ],
)
def test_a_refused_schedule_says_which_field_and_its_bounds(text: str, message: str) -> None:
    """So that it can be corrected at once."""
    assert schedule_problem(text) == message


@pytest.mark.parametrize(
    "minute", ["-1", "5-1", "*/0", "*/60", "1-", "-", ",", "1,,2", "1/2/3", "a", "jan", "1.5", "1-2-3", "", "٣", "100"]
)
def test_a_field_that_is_no_list_of_ranges_is_refused(minute: str) -> None:
    """Whatever is odd about it."""
    assert schedule_problem(f"{minute} * * * *") is not None
