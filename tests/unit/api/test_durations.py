"""Durations are read as a route writes them and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_api.durations import DURATION_MAX_LENGTH, parse_duration

UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1ms", 0.001),
        ("500ms", 0.5),
        ("30s", 30.0),
        ("5m", 300.0),
        ("1h30m", 5400.0),
        ("1h1m1s1ms", 3661.001),
        ("30m1h", 5400.0),
        ("1s1s", 2.0),
        ("0s1ms", 0.001),
        ("00010s", 10.0),
        ("99999h99999h99999h99999h", 4 * 99999 * 3600.0),
    ],
)
def test_a_duration_is_the_sum_of_its_parts(text: str, seconds: float) -> None:
    """Whatever the order of the units."""
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        *("", "5", "s", "-5s", "+5s", "1.5s", "5 s", " 5s", "5s ", "5s\n", "1d", "5S", "100000s", "1h1m1s1ms1ms", "٣s"),
        *("0s", "0ms", "0h0m0s0ms"),
    ],
)
def test_anything_else_is_no_duration(text: str) -> None:
    """Signs, fractions, blanks, days, five parts, six digits, other scripts' digits and nothing at all are refused."""
    with pytest.raises(ValueError, match=r"duration|less than"):
        parse_duration(text)


@given(st.lists(st.tuples(st.integers(0, 99_999), st.sampled_from(sorted(UNITS))), min_size=1, max_size=4))
def test_every_written_duration_reads_as_what_it_says(parts: list[tuple[int, str]]) -> None:
    """To the millisecond, within the longest text."""
    text = "".join(f"{number}{unit}" for number, unit in parts)
    expected = sum(number * UNITS[unit] for number, unit in parts)
    assert len(text) <= DURATION_MAX_LENGTH
    if expected > 0:
        assert parse_duration(text) == pytest.approx(expected)
    else:
        with pytest.raises(ValueError, match="less than"):
            parse_duration(text)
