"""Spans of top-level members."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_router.errors import MalformedRequest
from sealane_router.providers.json_members import MOST_MEMBERS, members

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def test_duplicates_and_escaped_keys_are_all_found() -> None:
    """Each member has its decoded key and the span of its text, in order."""
    body = rb' { "a" : [1, {"b": "}"}] , "\u0061":{"a":2},"m\u0065": "x\"y" } '

    found = [(member.key, body[member.value_start : member.value_end]) for member in members(body)]

    assert found == [("a", b'[1, {"b": "}"}]'), ("a", b'{"a":2}'), ("me", rb'"x\"y"')]
    assert body[members(body)[1].key_start : members(body)[1].key_end] == rb'"\u0061"'


@given(st.lists(st.tuples(st.text(max_size=4), VALUES), max_size=6), st.sampled_from(["", " ", "\n\t "]))
@settings(max_examples=150)
def test_every_span_decodes_to_its_member(pairs: list[tuple[str, object]], space: str) -> None:
    """Whatever is nested inside, the spans give back keys and values."""
    written = f"{space},{space}".join(f"{json.dumps(key)}{space}:{space}{json.dumps(value)}" for key, value in pairs)
    body = f"{space}{{{space}{written}{space}}}{space}".encode()

    assert [(member.key, json.loads(body[member.value_start : member.value_end])) for member in members(body)] == pairs


def test_lone_surrogates_do_not_hide_a_member() -> None:
    """Text that only providers accept is stepped over like any other."""
    assert [member.key for member in members(rb'{"a":"\ud800","b":1}')] == ["a", "b"]


def test_too_many_members_are_refused() -> None:
    """A body of nothing but members ends with a clear error, not with the memory."""
    body = b"{" + b",".join(b'"k":1' for _ in range(MOST_MEMBERS + 1)) + b"}"

    with pytest.raises(MalformedRequest, match="1024 top-level members"):
        members(body)
    assert len(members(body[:-7] + b"}")) == MOST_MEMBERS
