"""The allow-list: what is not known leaves as length and hash."""

import json
import math

from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_api.failure import FailureClass
from sealane_telemetry.log_line import FIELDS, allowed, encode, timestamp

_ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.binary(),
    st.lists(st.text()),
    st.just(object()),
)


def test_known_fields_of_the_known_kind_stay() -> None:
    """Names, texts, numbers, flags and None."""
    fields: dict[str, object] = {
        "route": "default/assistants",
        "reason": "the file is empty",
        "port": 8080,
        "seconds": 0.5,
        "ready": True,
        "failure": FailureClass.TIMEOUT,
        "line": None,
    }

    assert fields == allowed(fields)


def test_unknown_fields_keep_their_name_and_lose_their_value() -> None:
    """Numbers too: nobody has said what they are."""
    shown = allowed({"prompt": "hello", "body": b"xyz", "choices": [1], "surprise": 3})

    assert list(shown) == ["prompt", "body", "choices", "surprise"]
    assert all(str(value).startswith("[redacted") for value in shown.values())


def test_a_field_name_that_is_no_name_is_private_too() -> None:
    """Headers spread into an event would bring their names along."""
    assert all(name.startswith("[redacted") for name in allowed({"what is love": 1, "x" * 40: 1, "né": 1}))


def test_a_value_of_another_kind_is_masked() -> None:
    """Spaces in a name, text for a number, a number for a flag, infinity, and anything long."""
    shown = allowed(
        {
            "route": "hello world",
            "port": "8080",
            "ready": 1,
            "seconds": math.inf,
            "reason": "a" * 257,
            "line": True,
        }
    )

    assert all(str(value).startswith("[redacted") for value in shown.values())


def test_a_key_in_a_known_field_is_scrubbed() -> None:
    """The kind fits and the content does not."""
    assert "sk-abc" not in str(allowed({"reason": "refused sk-abcdefghijkl"}))


@settings(max_examples=200)
@given(st.dictionaries(st.one_of(st.text(), st.sampled_from(sorted(FIELDS))), _ANYTHING, max_size=5))
def test_whatever_is_logged_becomes_one_line_of_json(fields: dict[str, object]) -> None:
    """ASCII, one line feed at its end, and simple values alone."""
    line = encode(allowed(fields))

    assert line.isascii()
    assert line.endswith("\n")
    assert line.count("\n") == 1
    assert all(value is None or isinstance(value, (str, int, float)) for value in json.loads(line).values())


def test_times_are_utc_with_milliseconds() -> None:
    """Cut, not rounded: no event is from the future."""
    assert timestamp(1_000_000_000.9996) == "2001-09-09T01:46:40.999Z"
    assert timestamp(1_000_000_000) == "2001-09-09T01:46:40.000Z"
