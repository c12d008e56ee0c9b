"""When a quota begins anew."""

from datetime import UTC, datetime, tzinfo

import pytest

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_investigator.causes.resets import SHANGHAI, Reset, reset_stated, zone_of

_WINDOW = ErrorClass.PLAN_WINDOW_EXHAUSTED
_DAILY = ErrorClass.RATE_LIMIT_DAILY
_AT = datetime(2026, 8, 27, 10, 0, tzinfo=UTC).timestamp()


def _stated(text: str, error_class: ErrorClass = _WINDOW, zone: tzinfo = SHANGHAI) -> str | None:
    found = reset_stated(text, error_class, _AT, zone)
    return found.text.removeprefix("2026-08-").removesuffix(" UTC") if found is not None else None


@pytest.mark.parametrize(
    ("text", "error_class", "wanted"),
    [
        ("Your limit will reset at 2026-08-27 21:31:39", _WINDOW, "27 13:31:39"),
        ("您的限额将在 2026-08-27 21:31:39 重置", _WINDOW, "27 13:31:39"),
        ("resets at 2026-08-27T12:00:00Z", _WINDOW, "27 12:00:00"),
        ("resets at 2026-08-27 12:00:00 UTC", _WINDOW, "27 12:00:00"),
        ("resets at 2026/08/27 12:00 +01:00", _WINDOW, "27 11:00:00"),
        ("resets at 2026-08-27T12:00:00.123+0100", _WINDOW, "27 11:00:00"),
        ("Usage limit reached for 5 hour. Resets at 2026-08-28 09:00:00", _WINDOW, "27 15:00:00"),
        ("已达到 5 小时 上限，2026-08-28 09:00:00 重置", _WINDOW, "27 15:00:00"),
        ("daily limit, resets at 2026-08-30 00:00:00", _DAILY, "28 10:00:00"),
        ("resets at 2026-08-27 17:59:00", _WINDOW, None),
        ("resets at 2026-13-27 21:31:39", _WINDOW, None),
        ("no time at all", _WINDOW, None),
        ("please try again after 1 seconds", ErrorClass.RATE_LIMIT, "27 10:00:01"),
        ("try again in 7 minutes", ErrorClass.RATE_LIMIT, "27 10:07:00"),
        ("retry in 1500ms", ErrorClass.RATE_LIMIT, "27 10:00:01"),
        ("try again in 3 h", _DAILY, "27 13:00:00"),
        ("resets at 2026-08-27 21:31:39", ErrorClass.AUTH_INVALID_KEY, None),
    ],
)
def test_a_stated_reset_is_read(text: str, error_class: ErrorClass, wanted: str | None) -> None:
    """In the provider's zone where none is written, and never beyond the window."""
    assert _stated(text, error_class) == wanted


def test_a_time_beyond_the_window_is_said_to_be_bounded() -> None:
    """The zone was another, so the moment is only the latest there can be."""
    assert reset_stated("resets at 2026-09-30 00:00:00", _DAILY, _AT, UTC) == Reset(_AT + 86_400, bounded=True)


def test_providers_state_times_in_their_own_zones() -> None:
    """Everybody else's are UTC."""
    assert zone_of("Zai") is SHANGHAI
    assert zone_of("OpenAI") is UTC
    assert zone_of(None) is UTC
