"""Frames show what is torn and what is damaged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_investigator.intake.frames import MARK, MAX_PAYLOAD, Framed, frame, unframe


@given(st.lists(st.binary(max_size=200), max_size=8))
def test_frames_come_back_as_they_were(payloads: list[bytes]) -> None:
    """Whatever the payloads hold."""
    data = b"".join(frame(payload) for payload in payloads)

    assert unframe(data) == Framed(tuple(payloads), len(data))


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=4), st.data())
def test_a_torn_end_costs_the_last_frame_only(payloads: list[bytes], data: st.DataObject) -> None:
    """Cut anywhere inside the last frame, those before it are whole and the rest is said to be torn."""
    whole = b"".join(frame(payload) for payload in payloads[:-1])
    last = frame(payloads[-1])
    kept = data.draw(st.integers(0, len(last) - 1))

    assert unframe(whole + last[:kept]) == Framed(tuple(payloads[:-1]), len(whole), 0, kept)


@pytest.mark.parametrize("place", range(len(frame(b"second"))))
def test_a_damaged_frame_costs_itself_and_nothing_behind_it(place: int) -> None:
    """Any byte of the middle frame may be wrong: mark, length, checksum or payload."""
    first, second, third = frame(b"first"), bytearray(frame(b"second")), frame(b"third")
    second[place] ^= 0xFF

    found = unframe(bytes(first + second + third))

    assert (found.payloads, found.damaged, found.torn) == ((b"first", b"third"), 1, 0)


def test_a_frame_that_goes_on_behind_the_data_is_neither_torn_nor_damaged() -> None:
    """A reader that reads a file in pieces asks again with more."""
    first, second = frame(b"first"), frame(b"second " + frame(b"inner"))

    for cut in range(1, len(second)):
        assert unframe(first + second[:cut], more=True) == Framed((b"first",), len(first))


def test_reading_stops_at_the_number_that_was_asked_for() -> None:
    """The rest is read next."""
    data = frame(b"1") + frame(b"2") + frame(b"3")

    found = unframe(data, at_most=2)

    assert found == Framed((b"1", b"2"), len(data) - len(frame(b"3")))


def test_a_payload_has_a_limit() -> None:
    """The longest fits, one byte more does not, and a length above it is never believed."""
    assert unframe(frame(bytes(MAX_PAYLOAD))).payloads == (bytes(MAX_PAYLOAD),)
    with pytest.raises(ValueError, match="at most"):
        frame(bytes(MAX_PAYLOAD + 1))
    assert unframe(MARK + b"\xff" * 8, more=True).torn == 12
