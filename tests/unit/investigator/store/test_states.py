"""From state to state."""

import pytest

from sealane_investigator.incident.incident import Resolution, State
from sealane_investigator.store.states import (
    HOUR,
    QUIET_AFTER,
    calms,
    goes_quiet,
    lapses,
    may_escalate,
    recurs,
    threshold,
)
from tests.support.stores import analysed

AT = 1_000_000.0


@pytest.mark.parametrize(
    ("occurred_at", "route", "revision", "expected"),
    [
        (AT + 1, "a/b", 5, True),
        (AT + 1, "a/b", 6, True),
        (AT + 1, "a/b", 4, False),
        (AT + 1, "a/b", None, True),
        (AT + 1, "c/d", 1, True),
        (AT + 1, None, None, True),
        (AT, "a/b", 5, False),
        (AT - 1, "a/b", 9, False),
    ],
)
def test_an_event_shows_that_a_fix_did_not_hold(
    occurred_at: float, route: str | None, revision: int | None, expected: bool
) -> None:
    """When it occurred after the resolution, at or above its route's revision; a late report and a straggler do not."""
    resolution = Resolution(at=AT, revisions={"a/b": 5})
    event = analysed(1, at=occurred_at, route=route, revision=revision).event

    assert recurs(resolution, [event]) is expected


def test_one_event_among_many_is_enough() -> None:
    """Others may be of before."""
    resolution = Resolution(at=AT, revisions={})

    assert recurs(resolution, [analysed(1, at=AT - 5).event, analysed(2, at=AT + 5).event])


@pytest.mark.parametrize(("until", "expected"), [(None, False), (AT, True), (AT - 1, True), (AT + 1, False)])
def test_ignoring_ends_when_it_says(until: float | None, expected: bool) -> None:
    """Without an end it does not."""
    assert lapses(until, AT) is expected


@pytest.mark.parametrize(("highest", "expected"), [(0, 10), (3, 10), (4, 12), (100, 300)])
def test_an_hour_escalates_above_three_times_the_highest_and_above_ten(highest: int, expected: int) -> None:
    """The larger of the two."""
    assert threshold(highest) == expected


@pytest.mark.parametrize(
    ("state", "hour", "expected"),
    [
        (State.OPEN, 11, True),
        (State.REGRESSED, 11, True),
        (State.OPEN, 10, False),
        (State.ESCALATING, 11, False),
        (State.IGNORED, 11, False),
        (State.RESOLVED, 11, False),
    ],
)
def test_only_an_open_incident_escalates_and_not_in_its_first_hour(state: State, hour: int, expected: bool) -> None:
    """Of the first hour somebody was told already."""
    assert may_escalate(state, hour, 10.5 * HOUR) is expected


@pytest.mark.parametrize(("last", "this", "expected"), [(30, 0, True), (31, 0, False), (0, 31, False), (12, 30, True)])
def test_an_escalation_calms_when_both_hours_are_ordinary(last: int, this: int, expected: bool) -> None:
    """The last whole one and the present one, beside what the days before had."""
    assert calms(last, this, 10) is expected


@pytest.mark.parametrize(
    ("state", "silence", "expected"),
    [
        (State.OPEN, QUIET_AFTER + 1, True),
        (State.OPEN, QUIET_AFTER, False),
        (State.ESCALATING, QUIET_AFTER + 1, True),
        (State.IGNORED, QUIET_AFTER + 1, False),
        (State.RESOLVED, QUIET_AFTER + 1, False),
    ],
)
def test_an_incident_goes_quiet_after_fourteen_days(state: State, silence: float, expected: bool) -> None:
    """One that is ignored stays so."""
    assert goes_quiet(state, AT, AT + silence) is expected
