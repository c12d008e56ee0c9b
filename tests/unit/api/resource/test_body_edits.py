"""What a target may write into a request body is JSON that survives every reader."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from sealane_api.problems import FieldPath
from sealane_api.resource.body_edits import MAX_BYTES, MAX_DEPTH, value_findings

values = st.recursive(
    st.booleans() | st.integers(-(2**63) + 1, 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def nested(levels: int) -> JsonValue:
    """A value inside as many lists."""
    value: JsonValue = 1
    for _ in range(levels):
        value = [value]
    return value


@given(st.dictionaries(st.text(), values, max_size=3))
def test_any_json_without_null_is_admitted(members: dict[str, JsonValue]) -> None:
    """Whatever its shape, within the bounds."""
    assert value_findings(members) == []


@pytest.mark.parametrize(
    ("members", "path", "message"),
    [
        ({"a": None}, ("a",), "found nothing (null), which is not supported; write a value, or use remove"),
        (
            {"a": [{"b": None}]},
            ("a", 0, "b"),
            "found nothing (null), which is not supported; write a value, or use remove",
        ),
        ({"a": float("nan")}, ("a",), "found nan (number); write a number that JSON knows"),
        ({"a": float("-inf")}, ("a",), "found -inf (number); write a number that JSON knows"),
        ({"a": 2**63}, ("a",), "found 9223372036854775808 (integer); write an integer of at most 64 bits"),
        ({"a": {1, 2}}, ("a",), "found a set; write a JSON value"),
        ({"a": "\ud800"}, (), "found half of a surrogate pair in a text; write whole characters"),
        ({"a": "x" * MAX_BYTES}, (), "found 16393 bytes of JSON; write at most 16384"),
    ],
)
def test_what_could_not_be_sent_is_refused(members: dict[str, JsonValue], path: FieldPath, message: str) -> None:
    """At its place, with what to write."""
    assert value_findings(members) == [(path, message)]


def test_the_bounds_themselves_are_admitted() -> None:
    """One more is refused."""
    padding = len(json.dumps({"a": ""}))
    assert value_findings({"a": "x" * (MAX_BYTES - padding)}) == []
    assert value_findings({"a": "x" * (MAX_BYTES - padding + 1)}) != []
    assert value_findings({"a": nested(MAX_DEPTH - 1)}) == []
    assert value_findings({"a": nested(MAX_DEPTH)}) != []
