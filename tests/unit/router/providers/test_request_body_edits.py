"""Editing request bodies: what is asked for changes, and no other byte does."""

import json
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_router.providers.request_body import edit_body, read_head

NAMES = ("a", "b", "max_tokens", "max_completion_tokens", "thinking", "é")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | st.text(max_size=6) | st.just("kimi-k3"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(("model", "x")), inner),
    max_leaves=5,
)
PAIRS = st.lists(st.tuples(st.sampled_from(NAMES), VALUES), max_size=6)


def edited(
    body: bytes,
    model: str | None = None,
    set_: Mapping[str, object] | None = None,
    remove: Sequence[str] = (),
    rename: Mapping[str, str] | None = None,
) -> bytes:
    return edit_body(body, read_head(body), model=model, set=set_ or {}, remove=remove, rename=rename or {})


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"model":"kimi-k3"}', b'{"model":"glm-4.7"}'),
        (b'{ "model" : "kimi-k3" , "x":"kimi-k3"}', b'{ "model" : "glm-4.7" , "x":"kimi-k3"}'),
        (b'{"x":"kimi-k3","model":"kimi-k3"}', b'{"x":"kimi-k3","model":"glm-4.7"}'),
        (rb'{"user":"kimi-k3","model":"kimi\u002dk3"}', b'{"user":"kimi-k3","model":"glm-4.7"}'),
        (rb'{"text":"say \"kimi-k3","model":"kimi\u002dk3"}', rb'{"text":"say \"kimi-k3","model":"glm-4.7"}'),
        (
            b'{"x":{"model":"kimi-k3"},"model":"kimi-k3"}',
            b'{"x":{"model":"kimi-k3"},"model":"glm-4.7"}',
        ),
        (rb'{"x":[{"model":"y"}],"mod\u0065l":"kimi-k3"}', rb'{"x":[{"model":"y"}],"mod\u0065l":"glm-4.7"}'),
        (rb'{"t":"\"model\":\"a\",\ud800","model":"a"}', rb'{"t":"\"model\":\"a\",\ud800","model":"glm-4.7"}'),
        (b'{"model":"model","model2":"model"}', b'{"model":"glm-4.7","model2":"model"}'),
        (b'{"a":",","model":","}', b'{"a":",","model":"glm-4.7"}'),
    ],
)
def test_the_model_alone_changes(body: bytes, expected: bytes) -> None:
    """The top-level value is replaced, and nothing that only looks like it."""
    assert edited(body, "glm-4.7") == expected


def test_the_same_model_changes_nothing() -> None:
    """A body with nothing to edit is the very object that came in."""
    body = b'{"model":"a"}'

    assert edited(body, "a") is body
    assert edited(body) is body


def test_a_model_is_written_as_json() -> None:
    """Quotes and backslashes in a target's model name cannot leave the string."""
    assert edited(b'{"model":"a"}', 'x","stream":"\\') == rb'{"model":"x\",\"stream\":\"\\"}'


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"t":1,"model":"m","x":2}', b'{"model":"m","x":2}'),
        (b'{"model":"m","t":{"t":[1,2]},"x":2}', b'{"model":"m","x":2}'),
        (b'{"model":"m","x":2, "t":1}', b'{"model":"m","x":2}'),
        (b'{"t":1,"model":"m","t":2}', b'{"model":"m"}'),
        (rb'{"\u0074":1,"model":"m"}', b'{"model":"m"}'),
        (b'{\n  "t": 1,\n  "model": "m",\n  "x": 2\n}', b'{\n  "model": "m",\n  "x": 2\n}'),
        (b'{"x":{"t":1},"model":"m"}', b'{"x":{"t":1},"model":"m"}'),
    ],
)
def test_removing_takes_the_comma_along(body: bytes, expected: bytes) -> None:
    """A member goes from any place, escaped or twice, and what is left is JSON."""
    assert edited(body, remove=("t",)) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"model":"m"}', b'{"model":"m","t":0.5}'),
        (b'{"model":"m" }', b'{"model":"m","t":0.5 }'),
        (b'{"t" : 1,"model":"m"}', b'{"t" : 0.5,"model":"m"}'),
        (b'{"t":1,"model":"m","t":2}', b'{"t":0.5,"model":"m"}'),
    ],
)
def test_setting_replaces_in_place_or_appends(body: bytes, expected: bytes) -> None:
    """The first member of the name gets the value, its duplicates go, and a new one comes last."""
    assert edited(body, set_={"t": 0.5}) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"model":"m","old": 5}', b'{"model":"m","new": 5}'),
        (b'{"old":5,"model":"m","new":6}', b'{"model":"m","new":6}'),
        (b'{"old":5,"model":"m","old":6}', b'{"model":"m","new":6}'),
        (b'{"model":"m"}', b'{"model":"m"}'),
    ],
)
def test_renaming_keeps_the_value(body: bytes, expected: bytes) -> None:
    """The key alone changes; the old member goes when the new name is taken."""
    assert edited(body, rename={"old": "new"}) == expected


def test_set_beats_remove_beats_rename() -> None:
    """What the route sets is sent, and what it removes does not come back under another name."""
    body = b'{"model":"m","old":1,"x":2}'

    assert edited(body, set_={"x": 3}, remove=("x",)) == b'{"model":"m","old":1,"x":3}'
    assert edited(body, remove=("old",), rename={"old": "new"}) == b'{"model":"m","x":2}'
    assert edited(body, remove=("new",), rename={"old": "new"}) == b'{"model":"m","x":2}'
    assert edited(body, set_={"new": 9}, rename={"old": "new"}) == b'{"model":"m","x":2,"new":9}'


def test_only_the_target_s_model_names_the_model() -> None:
    """``set``, ``remove`` and ``rename`` have no say over the member that decides about the provider."""
    body = b'{"model":"m"}'

    assert edited(body, set_={"model": "evil"}, remove=("model",), rename={"model": "x"}) == body


def test_a_large_body_is_edited() -> None:
    """32 MiB with the model last costs no recursion and no stack."""
    body = b'{"x":"' + b"\\n" * (16 * 1024 * 1024 - 100) + b'","model":"a"}'

    assert edited(body, "b").endswith(b'","model":"b"}')


@given(
    PAIRS,
    PAIRS,
    st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=2),
    st.lists(st.sampled_from(NAMES), max_size=2),
    st.booleans(),
    st.sampled_from(("", " ", "\n  ")),
    st.booleans(),
)
@settings(max_examples=250, deadline=None)
def test_an_edit_means_what_it_says(
    before: list[tuple[str, object]],
    after: list[tuple[str, object]],
    set_: dict[str, object],
    remove: list[str],
    renames: bool,
    space: str,
    ascii_only: bool,
) -> None:
    """For any body the result parses to the expected object, and untouched members keep their bytes."""
    members = [*before, ("model", "kimi-k3"), *after]
    texts = [
        json.dumps(key, ensure_ascii=ascii_only) + ":" + space + json.dumps(value, ensure_ascii=ascii_only)
        for key, value in members
    ]
    body = ("{" + f",{space}".join(texts) + "}").encode()
    rename = {"max_completion_tokens": "max_tokens"} if renames else {}

    result = edited(body, "glm-4.7", set_, remove, rename)

    expected = {key: value for key, value in members if key not in remove or key in set_} | set_
    old, new = "max_completion_tokens", "max_tokens"
    if renames and old in expected and old not in set_:
        value = expected.pop(old)
        if new not in dict(members) and new not in set_ and new not in remove:
            expected[new] = value
    assert json.loads(result) == expected | {"model": "glm-4.7"}
    for (key, _), text in zip(members, texts, strict=True):
        if key not in {"model", *set_, *remove, *rename}:
            assert text.encode() in result
