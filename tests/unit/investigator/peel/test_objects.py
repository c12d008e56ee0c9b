"""Objects are read in every notation, whole or cut, and never go wrong."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealane_investigator.peel.objects import MAX_DEPTH, Value, find_objects, unescape


def _only(text: str) -> Value:
    found = find_objects(text)

    assert len(found) == 1
    return found[0].value


@pytest.mark.parametrize(
    "text",
    [
        '{"error": {"code": 429, "message": "slow down", "param": null}}',
        "{'error': {'code': 429, 'message': 'slow down', 'param': None}}",
        'b\'{"error": {"code": 429, "message": "slow down", "param": null}}\'',
        "{ error:\n   { code: 429,\n     message: 'slow down', param: undefined } }",
        r"{\"error\": {\"code\": 429, \"message\": \"slow down\", \"param\": null}}",
        r"{\\\"error\\\": {\\\"code\\\": 429, \\\"message\\\": \\\"slow down\\\", \\\"param\\\": null}}",
        r"{\n  \"error\": {\n    \"code\": 429,\n \"message\": \"slow down\", \"param\": null}}",
        '{"error" => {"code" => 429, "message" => "slow down", "param" => nil}}',
    ],
)
def test_one_object_in_every_notation(text: str) -> None:
    """JSON, Python, bytes, JavaScript, Ruby, and JSON escaped once or twice without its quotes."""
    assert _only(f"Error code: 429 - {text}") == {"error": {"code": 429, "message": "slow down", "param": None}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"error": {"message": "slow do', {"error": {"message": "slow do"}}),
        ('{"error": {"message": "slow down", "co', {"error": {"message": "slow down"}}),
        ('{"error": {"message": "slow down"', {"error": {"message": "slow down"}}),
        ('{"errors": [{"message": "slow"}, {"mess', {"errors": [{"message": "slow"}, {}]}),
    ],
)
def test_a_text_cut_inside_an_object_is_read_to_its_end(text: str, expected: Value) -> None:
    """What is open is closed, and said to be cut."""
    found = find_objects(text)

    assert found[0].value == expected
    assert found[0].cut


def test_a_quote_that_closes_nothing_is_part_of_the_string() -> None:
    """Somebody forgot to escape it."""
    assert _only('{"message": "He said "stop" to me", "code": 1}') == {"message": 'He said "stop" to me', "code": 1}


def test_braces_without_keys_are_words() -> None:
    """Set notation, code and templates are no objects."""
    assert find_objects("{} {1, 2} ${model_name} {{}} {a b c}") == []


def test_several_objects_come_in_order() -> None:
    """With the places they stand at."""
    text = 'first {"a": 1} then {"b": 2}.'

    assert [(one.value, text[one.start : one.end]) for one in find_objects(text)] == [
        ({"a": 1}, '{"a": 1}'),
        ({"b": 2}, '{"b": 2}'),
    ]


@pytest.mark.parametrize("end", ["", ',"', ',"mess', ',"message"', ',"message" ', ',"message":', ',"message": "'])
def test_what_stands_before_the_cut_is_kept(end: str) -> None:
    """Wherever in the next member the text ends."""
    found = find_objects('{"error":{"code":"1234"' + end)

    assert found[0].cut
    assert found[0].value["error"]["code"] == "1234"  # type: ignore[index, call-overload]


def test_depth_has_a_limit() -> None:
    """What is deeper than anybody nests is not followed."""
    assert find_objects('{"a": ' * (MAX_DEPTH * 3)) != []


_TEXTS = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12)


@given(st.recursive(st.none() | st.integers(-9, 999) | _TEXTS, lambda inner: st.lists(inner, max_size=3)))
def test_json_is_read_as_json(value: object) -> None:
    """Strictly written JSON is read as a strict reader does, whatever the strings."""
    text = json.dumps({"k": value}, ensure_ascii=True)

    assert _only(text) == json.loads(text)


@given(st.text(alphabet="{}[]\"'\\:, \nab1", max_size=200))
def test_no_text_is_too_strange(text: str) -> None:
    """The reader always comes to an end."""
    assert isinstance(find_objects(text), list)


@pytest.mark.parametrize(
    ("text", "expected"), [(r"a\nb\"c", 'a\nb"c'), (r"\u4f59\u989d", "余额"), (r"\ud83d\ude00", "😀"), ("\\", "")]
)
def test_one_level_of_escapes_is_taken_away(text: str, expected: str) -> None:
    """Pairs of surrogates are one character."""
    assert unescape(text) == expected
