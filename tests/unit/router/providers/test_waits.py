"""Stated waits."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_router.providers.waits import LONGEST_WAIT, reset_after, retry_after

WALL = datetime(2026, 8, 27, 10, 0, 0, tzinfo=UTC).timestamp()
SHANGHAI = timezone(timedelta(hours=8))


@pytest.mark.parametrize(
    ("headers", "message", "expected"),
    [
        ({b"retry-after": b"7"}, "", 7.0),
        ({b"retry-after": b"0.5"}, "", 0.5),
        ({b"retry-after": b"0"}, "try again in 9s", 0.0),
        ({b"retry-after-ms": b"250", b"retry-after": b"1"}, "", 0.25),
        ({b"retry-after": b"Thu, 27 Aug 2026 10:00:30 GMT"}, "", 30.0),
        ({b"retry-after": b"Thu, 27 Aug 2026 09:00:00 GMT"}, "", 0.0),
        ({b"retry-after": b"-1"}, "", None),
        ({b"retry-after": b"nan"}, "", None),
        ({b"retry-after": b"inf"}, "", None),
        ({b"retry-after": b"soon"}, "please try again after 3 seconds", 3.0),
        ({b"retry-after": b"99999999"}, "", LONGEST_WAIT),
        ({b"retry-after": b"Fri, 31 Dec 9999 23:59:59 GMT"}, "", LONGEST_WAIT),
        ({}, "max RPM: 3, please try again after 1 seconds", 1.0),
        ({}, "Please try again in 7m12s.", 432.0),
        ({}, "Please try again in 1h2m3.5s.", 3723.5),
        ({}, "Please try again in 59ms.", 0.059),
        ({}, "Please try again in 5 minutes.", 300.0),
        ({}, "Retry after 2 hours", 7200.0),
        ({}, "please try again later", None),
        ({}, "please try again after {time} seconds", None),
        ({}, "", None),
    ],
)
def test_a_wait_is_found(headers: dict[bytes, bytes], message: str, expected: float | None) -> None:
    """Headers come first, then the message; nonsense is ignored and a day is the most."""
    assert retry_after(headers, message, wall=WALL) == pytest.approx(expected)


@given(st.binary(max_size=40))
@settings(max_examples=200)
def test_no_header_is_too_odd(value: bytes) -> None:
    """Whatever a provider writes, the wait is None or between 0 and a day."""
    wait = retry_after({b"retry-after": value}, "", wall=WALL)

    assert wait is None or 0 <= wait <= LONGEST_WAIT


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Your limit will reset at 2026-08-27 20:30:00", 2.5 * 3600),
        ("您的限额将在 2026-08-27 20:30:00 重置", 2.5 * 3600),
        ("reset at 2026-08-27T12:30:00Z", 2.5 * 3600),
        ("reset at 2026-08-27 14:30:00 +02:00", 2.5 * 3600),
        ("reset at 2026-08-29 20:30:00", 5 * 3600.0),
        ("reset at 2026-08-27 17:59:00", None),
        ("reset at 2026-13-99 17:59:00", None),
        ("reset at ${next_flush_time}", None),
    ],
)
def test_a_reset_time_becomes_a_wait(message: str, expected: float | None) -> None:
    """Without a zone it is the provider's; it is never beyond the window and never in the past."""
    found = reset_after(message, zone=SHANGHAI, window=timedelta(hours=5), wall=WALL)

    assert found == pytest.approx(expected)
