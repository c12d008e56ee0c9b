"""Answers that are no errors, and their prose, which is nobody's business."""

import pytest

from sealane_api.diagnosis.error_class import ErrorClass as C
from sealane_investigator.classify.healthy import healthy
from sealane_investigator.classify.wording import wording_of
from sealane_investigator.peel.peeling import peel

_TALK = '{"object":"chat.completion","choices":[{"message":{"content":"%s"},"finish_reason":"%s"}],"usage":{}}'


def _found(text: str, status: int | None = None) -> C | None:
    found = healthy(wording_of(peel(text, http_status=status)))
    return None if found is None else found[1]


@pytest.mark.parametrize(
    "text",
    [
        _TALK % ("Error 429 means too many requests; your API key is invalid", "stop"),
        _TALK % ("Once upon a", "length"),
        'data: {"id":"1","object":"chat.completion.chunk","choices":[{"delta":{"content":"timeout"}}]}',
        '{"object":"list","data":[{"id":"gpt-4o","object":"model"}]}',
        '{"candidates":[{"content":{"parts":[{"text":"failed"}]},"finishReason":"MAX_TOKENS"}]}',
        '10.0.0.1 - "POST /v1/chat/completions HTTP/1.1" 200 OK',
        '[GIN] 2026/03/01 - 10:00:00 | 200 |  1.2s | 10.0.0.1 | POST "/v1/chat/completions"',
        "llm: POST https://api.moonshot.cn/v1/chat/completions 200 in 812ms",
        '{"base_resp":{"status_code":0,"status_msg":"success"},"choices":[]}',
    ],
)
def test_an_answer_is_no_error(text: str) -> None:
    """Whatever it talks about."""
    assert _found(text) is C.NONE


def test_a_filtered_answer_was_filtered() -> None:
    """The finish reason says so."""
    assert _found(_TALK % ("", "content_filter")) is C.CONTENT_FILTER


def test_a_chunk_glued_to_another_is_a_broken_stream() -> None:
    """Z.ai was seen to cut a chunk inside a string and to go on with another generation."""
    glued = 'data: {"id":"1","object":"chat.cdata: {"id":"2","object":"chat.completion.chunk","choices":[]}'

    assert _found(glued) is C.STREAM_TRUNCATED


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ('{"choices":null,"error":{"message":"overloaded","code":529}}', 200),
        ('data: {"error":{"message":"x"}}', 200),
        ('"POST /v1/chat/completions HTTP/1.1" 200 OK', 500),
        ("200 OK but the upstream failed", None),
        ("rate limit exceeded", 429),
        ('Got more than 131072 bytes when reading: b\'data: {"object":"chat.completion.chunk","choices":[', None),
    ],
)
def test_an_error_is_none_of_them(text: str, status: int | None) -> None:
    """Also in an answer that began with 200."""
    assert _found(text, status) is None
