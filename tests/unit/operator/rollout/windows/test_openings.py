"""When a rollout may start, over the changes of clocks too."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from sealane_api.resource.rollout import WindowSpec
from sealane_operator.rollout.windows.openings import is_open, next_opening


def _window(schedule: str, duration: str = "1h", zone: str = "Etc/UTC") -> WindowSpec:
    return WindowSpec.model_validate({"schedule": schedule, "duration": duration, "timeZone": zone})


def _at(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def _next(window: WindowSpec, text: str) -> str | None:
    found = next_opening([window], _at(text))
    return None if found is None else datetime.fromtimestamp(found, UTC).isoformat(" ", "minutes")[:16]


def test_without_windows_it_may_start_at_any_time() -> None:
    """And there is no opening to wait for."""
    assert is_open([], 0.0)
    assert next_opening([], 0.0) is None


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-29 01:59:59", False),
        ("2026-11-29 02:00:00", True),
        ("2026-11-29 04:59:59", True),
        ("2026-11-29 05:00:00", False),
    ],
)
def test_a_window_is_open_for_its_duration(now: str, expected: bool) -> None:
    """From the first second to the last."""
    assert is_open([_window("0 2 * * *", "3h")], _at(now)) is expected


def test_one_open_window_of_several_is_enough() -> None:
    """And the first to open is the next."""
    windows = [_window("0 2 * * *"), _window("0 14 * * *")]

    assert is_open(windows, _at("2026-11-29 14:30"))
    assert next_opening(windows, _at("2026-11-29 14:30")) == _at("2026-11-30 02:00")


def test_a_window_may_be_longer_than_the_time_to_its_next_opening() -> None:
    """Then it is always open, over midnight and the end of a month."""
    assert is_open([_window("0 22 * * *", "5h")], _at("2026-12-01 02:59"))
    assert is_open([_window("0 0 1 * *", "800h")], _at("2026-11-30 23:59"))


@pytest.mark.parametrize(
    ("schedule", "now", "expected"),
    [
        ("0 2 * * *", "2026-11-29 02:00", "2026-11-30 02:00"),
        ("0 2 * * sat", "2026-11-29 00:00", "2026-12-05 02:00"),
        ("0 0 31 12 *", "2026-12-31 00:01", "2027-12-31 00:00"),
        ("0 0 29 2 *", "2026-11-29 00:00", "2028-02-29 00:00"),
        ("0 0 29 2 *", "2096-03-01 00:00", "2104-02-29 00:00"),
        ("0 0 31 2 *", "2026-11-29 00:00", None),
    ],
)
def test_the_next_opening_is_found_or_does_not_exist(schedule: str, now: str, expected: str | None) -> None:
    """The search is bounded: the 31st of February is never."""
    assert _next(_window(schedule), now) == expected


def test_a_time_that_the_clocks_skip_opens_after_the_jump() -> None:
    """Zurich has no 02:30 on 28 March 2027: 01:59 is followed by 03:00, and the window opens at 03:30."""
    window = _window("30 2 * * *", zone="Europe/Zurich")

    assert _next(window, "2027-03-27 12:00") == "2027-03-28 01:30"
    assert is_open([window], _at("2027-03-28 03:45", "Europe/Zurich"))


def test_a_time_that_the_clocks_show_twice_opens_once() -> None:
    """Zurich has 02:30 twice on 31 October 2027; the first one counts, for an hour of real time."""
    window = _window("30 2 * * *", zone="Europe/Zurich")

    assert _next(window, "2027-10-30 12:00") == "2027-10-31 00:30"
    assert is_open([window], _at("2027-10-31 01:29"))
    assert not is_open([window], _at("2027-10-31 01:31"))
    assert _next(window, "2027-10-31 00:30") == "2027-11-01 01:30"


def test_the_day_is_that_of_the_zone() -> None:
    """In Auckland it is Monday while London still has Sunday."""
    window = _window("0 9 * * mon", zone="Pacific/Auckland")

    assert _next(window, "2026-11-28 12:00") == "2026-11-29 20:00"


@pytest.mark.parametrize("now", [0.0, -1e9, 253_402_200_000.0])
def test_no_time_is_too_early_or_too_late(now: float) -> None:
    """At the ends of the calendar there may be no opening, and nothing raises."""
    assert is_open([_window("* * * * *")], now)
    assert next_opening([_window("0 0 29 2 *")], now) is None or now < 253_402_200_000.0
