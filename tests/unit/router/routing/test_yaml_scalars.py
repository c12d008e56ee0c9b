"""Unquoted words are read as kubectl reads them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_router.routing.yaml_scalars import plain_scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *((word, None) for word in ("", "~", "null", "Null", "NULL")),
        *((word, True) for word in ("true", "True", "TRUE", "on", "On", "ON", "yes", "Yes", "YES", "y", "Y")),
        *((word, False) for word in ("false", "False", "FALSE", "off", "Off", "OFF", "no", "No", "NO", "n", "N")),
        *(
            (word, word)
            for word in ("tRUE", "oN", "nULL", "kimi-", "1d", "30s", "-", "+", ".", "..", "-a", "0x", "1_a")
        ),
        ("12", 12),
        ("-12", -12),
        ("+12", 12),
        ("1_000", 1000),
        ("0", 0),
        ("010", 8),
        ("0o10", 8),
        ("08", 8),
        ("0x1F", 31),
        ("-0b101", -5),
        ("1.0", 1),
        ("1.50", 1.5),
        (".5", 0.5),
        ("1e3", 1000),
        ("1.5e-3", 0.0015),
        ("4.7", 4.7),
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ("18446744073709551615", 2**64 - 1),
        ("18446744073709551616", 18446744073709551616.0),
        ("1e400", "1e400"),
        ("1" * 5000, "1" * 5000),
        ("1:30", "1:30"),
        ("2026-11-22", "2026-11-22"),
        ("2026-11-22T23:00:00Z", "2026-11-22T23:00:00Z"),
        ("٣", "٣"),
    ],
)
def test_a_word_is_read_as_kubectl_reads_it(text: str, value: object) -> None:
    """Of the same type, too."""
    found = plain_scalar(text)
    assert found == value
    assert type(found) is type(value)


def test_what_json_has_no_word_for_is_read_as_such() -> None:
    """So that validation can refuse it by name."""
    assert plain_scalar(".inf") == math.inf
    assert plain_scalar("-.Inf") == -math.inf
    assert math.isnan(float(str(plain_scalar(".nan"))))


@given(st.text())
def test_any_word_is_read_without_an_error(text: str) -> None:
    """Whatever it looks like."""
    plain_scalar(text)


@given(st.integers(-(2**63), 2**63 - 1))
def test_integers_read_as_themselves(number: int) -> None:
    """In decimal and hexadecimal."""
    assert plain_scalar(str(number)) == number
    assert plain_scalar(f"{number:#x}") == number
