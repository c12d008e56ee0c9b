"""Reading the head of a request body."""

import pytest

from sealane_router.errors import MalformedRequest
from sealane_router.providers.request_body import RequestHead, read_head


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"model":"kimi-k3"}', RequestHead("kimi-k3", stream=False)),
        (b'{"model":"kimi-k3","stream":true}', RequestHead("kimi-k3", stream=True)),
        (b' {"stream" : true , "model" : "a" }\n', RequestHead("a", stream=True)),
        (b'{"model":"a","stream":null}', RequestHead("a", stream=False)),
        (b'{"model":"a","stream":1e999}', RequestHead("a", stream=False)),
        (b'{"model":"a","stream":"true"}', RequestHead("a", stream=False)),
        (b'{"model":"a","stream":{"model":"b"},"x":[{"model":1}]}', RequestHead("a", stream=False)),
        (rb'{"mod\u0065l":"k\u0069mi\/x"}', RequestHead("kimi/x", stream=False)),
        (rb'{"model":"a","text":"cut emoji \ud83d"}', RequestHead("a", stream=False)),
        ('{"model":"модель 😀"}'.encode(), RequestHead("модель 😀", stream=False)),
    ],
)
def test_the_head_is_read(body: bytes, expected: RequestHead) -> None:
    """The top-level model and a literal true are found wherever and however they are written."""
    assert read_head(body) == expected


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{}", "must name a model"),
        (b'{"messages":[{"model":"a"}]}', "must name a model"),
        (b'{"model":null}', "must be a string"),
        (b'{"model":7}', "must be a string"),
        (b'{"model":["a"]}', "must be a string"),
        (b'{"model":""}', "must not be empty"),
        (b'{"model":"' + b"x" * 257 + b'"}', "at most 256"),
        (rb'{"model":"a\u0000"}', "control characters"),
        (rb'{"model":"a\nb"}', "control characters"),
        (b'{"model":"a\x7f"}', "control characters"),
        ('{"model":"a\x85"}'.encode(), "control characters"),
        (rb'{"model":"\ud800"}', "Unicode"),
        (b'{"model":"a","model":"b"}', "more than one model"),
        (b'{"model":"a","model":"a"}', "more than one model"),
        (b'{"model":"a","model":null}', "more than one model"),
        (rb'{"model":"a","x":"\ud800","mod\u0065l":"b"}', "more than one model"),
    ],
)
def test_a_model_that_nobody_can_be_sure_of_is_refused(body: bytes, words: str) -> None:
    """Whatever is wrong with the model, the error says so and names the member."""
    with pytest.raises(MalformedRequest, match=words) as caught:
        read_head(body)

    assert caught.value.param == "model"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b" ", "not valid JSON"),
        (b"[]", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b'"model"', "must be a JSON object"),
        (b'\xef\xbb\xbf{"model":"a"}', "byte order mark"),
        (b'{"model":"a","x":NaN}', r"not valid JSON: invalid character \(byte 17\)"),
        (b'{"model":"a","x":Infinity}', "not valid JSON"),
        (rb'{"model":"a","y":"\ud800","x":NaN}', "not valid JSON"),
        (b'{"model":"a"} x', "trailing characters"),
        (b'{"model":"a"}{"model":"b"}', "trailing characters"),
        (b'{"model":"a",}', "trailing comma"),
        (b'{"model":"a"', "not valid JSON"),
        (b'\x00{"model":"a"}', "not valid JSON"),
        (b'{"model":"a","x":"\xff"}', "not valid UTF-8 at byte 18"),
        (b'{"model":"\xc3\x28"}', "not valid UTF-8 at byte 10"),
        (b'{"model":"a","x":"\xed\xa0\x80"}', "not valid UTF-8 at byte 18"),
        (b'{"model":"a","x":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "nested too deeply"),
        (b'{"model":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "nested too deeply"),
    ],
)
def test_what_is_not_one_json_object_is_refused(body: bytes, words: str) -> None:
    """The error says what is wrong and where, and quotes nothing."""
    with pytest.raises(MalformedRequest, match=words) as caught:
        read_head(body)

    assert caught.value.param is None


def test_nothing_is_remembered_from_the_body_before() -> None:
    """A refused body leaves no model behind for the next."""
    with pytest.raises(MalformedRequest):
        read_head(b'{"model":"a","x":')

    assert read_head(b'{"model":"b"}').model == "b"
