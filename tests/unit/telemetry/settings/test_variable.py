"""How settings are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_telemetry.settings.variable import (
    Address,
    Variable,
    address,
    choice,
    count,
    duration,
    path,
    paths,
    size,
    switch,
    written_size,
)


def test_a_flag_is_spelt_like_its_variable() -> None:
    """Whoever knows one knows the other."""
    assert Variable("SEALANE_BODY_LIMIT", "1", "bytes", count(0, 9)).flag == "--body-limit"


@pytest.mark.parametrize(
    ("text", "expected", "loopback"),
    [
        ("127.0.0.1:8080", Address("127.0.0.1", 8080), True),
        ("127.9.9.9:1", Address("127.9.9.9", 1), True),
        ("localhost:0", Address("localhost", 0), True),
        ("[::1]:8080", Address("::1", 8080), True),
        ("[::]:8080", Address("::", 8080), False),
        ("0.0.0.0:65535", Address("0.0.0.0", 65535), False),
        ("router.example:80", Address("router.example", 80), False),
    ],
)
def test_an_address_is_host_and_port(text: str, expected: Address, loopback: bool) -> None:
    """It is read, knows whether other machines can reach it, and is written as it was."""
    found = address(text)

    assert (found, found.is_loopback, str(found)) == (expected, loopback, text)


@pytest.mark.parametrize(
    "text", ["8080", ":8080", "*:8080", "::1:8080", "[::1]", "[zz::]:1", "[:::]:1", "a:65536", "a b:1", "a:", ""]
)
def test_an_address_that_leaves_something_out_is_refused(text: str) -> None:
    """The message shows what to write."""
    with pytest.raises(ValueError, match=r"for example|write"):
        address(text)


@pytest.mark.parametrize(
    ("text", "seconds"), [("30s", 30.0), ("500ms", 0.5), ("1m30s", 90.0), ("2h", 7200.0), ("0s", 0.0)]
)
def test_a_duration_is_in_seconds(text: str, seconds: float) -> None:
    """Written as in routes, handed on as seconds."""
    assert duration(0, 86400)(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["30", "s", "1.5s", "-1s", "1 s", "123456s", "1d", "1s1s1s1s1s", "٣s", ""])
def test_a_duration_without_a_unit_is_refused(text: str) -> None:
    """A bare number could be seconds or milliseconds."""
    with pytest.raises(ValueError, match="such as 500ms"):
        duration(0, 86400)(text)


def test_bounds_hold() -> None:
    """Below and above the bounds is refused, and the message names them."""
    with pytest.raises(ValueError, match=r"from 0\.05s to 1s"):
        duration(0.05, 1)("2s")
    with pytest.raises(ValueError, match="from 1KiB to 1GiB"):
        size(1024, 1 << 30)("5")
    with pytest.raises(ValueError, match="from 1 to 5"):
        count(1, 5)("6")


@pytest.mark.parametrize(
    ("text", "expected"), [("65536", 65536), ("64KiB", 65536), ("32MiB", 33554432), ("1GiB", 1 << 30), ("7B", 7)]
)
def test_a_size_is_in_bytes(text: str, expected: int) -> None:
    """Plain bytes and binary multiples."""
    assert size(0, 1 << 40)(text) == expected


@pytest.mark.parametrize("text", ["32MB", "32M", "1.5MiB", "-1", "1 MiB", "mib", ""])
def test_an_ambiguous_size_is_refused(text: str) -> None:
    """``MB`` means two things, so it is not taken."""
    with pytest.raises(ValueError, match="such as 65536"):
        size(0, 1 << 40)(text)


@given(st.integers(0, 1 << 39))
def test_a_written_size_reads_back(number: int) -> None:
    """What messages print can be pasted."""
    assert size(0, 1 << 40)(written_size(number)) == number


def test_words_and_switches_are_read_in_any_case() -> None:
    """``Strict`` and ``TRUE`` are clear; ``yes`` and ``1`` are not taken."""
    assert choice("local", "strict")("Strict") == "strict"
    assert (switch("TRUE"), switch("false")) == (True, False)
    with pytest.raises(ValueError, match="one of local, strict"):
        choice("local", "strict")("peers")
    for text in ("yes", "1", "on", ""):
        with pytest.raises(ValueError, match="true or false"):
            switch(text)


def test_paths_are_separated_by_commas() -> None:
    """Spaces around a path and empty parts do not count."""
    assert [str(each) for each in paths("a.yaml, b/c.yaml,,")] == ["a.yaml", "b/c.yaml"]
    assert (str(path("keys.yaml")), path("")) == ("keys.yaml", None)
