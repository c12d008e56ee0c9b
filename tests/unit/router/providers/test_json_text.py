"""UTF-8 and surrogate escapes."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_router.providers.json_text import utf8_error, without_lone_surrogates


@given(st.binary(max_size=300))
@settings(max_examples=200)
def test_the_offset_is_python_s_own(text: bytes) -> None:
    """The first bad byte is where a plain decode finds it."""
    try:
        text.decode()
        expected = None
    except UnicodeDecodeError as error:
        expected = error.start

    assert utf8_error(text) == expected


@pytest.mark.parametrize("lead", [65_533, 65_534, 65_535, 65_536, 131_071])
def test_a_character_may_lie_across_two_strides(lead: int) -> None:
    """The check goes in strides, and an emoji on the seam is whole, a cut one at the end is not."""
    text = b"x" * lead + "😀".encode() + b"y" * 70_000

    assert utf8_error(text) is None
    assert utf8_error(text[: lead + 3]) == lead


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (rb'"\ud800"', rb'"\ufffd"'),
        (rb'"\udc00 x"', rb'"\ufffd x"'),
        (rb'"\ud83d\ude00"', rb'"\ud83d\ude00"'),
        (rb'"\ud83d\ud83d\ude00"', rb'"\ufffd\ud83d\ude00"'),
        (rb'"\\ud800"', rb'"\\ud800"'),
        (rb'"\\\ud800"', rb'"\\\ufffd"'),
        (rb'"\n\ud800\n\udfff"', rb'"\n\ufffd\n\ufffd"'),
    ],
)
def test_only_lone_surrogates_are_replaced(text: bytes, expected: bytes) -> None:
    """Pairs and escaped backslashes stay, and no byte moves."""
    assert without_lone_surrogates(text) == expected


@given(st.text(alphabet=st.sampled_from(["\ud800", "\udc00", "\\", "a", '"', "😀", "\n"]), max_size=30))
@settings(max_examples=200)
def test_what_is_left_can_be_encoded(text: str) -> None:
    """After mending, the JSON has the same length and decodes to text that is Unicode."""
    written = json.dumps(text).encode()
    mended = without_lone_surrogates(written)

    assert len(mended) == len(written)
    json.loads(mended).encode()
