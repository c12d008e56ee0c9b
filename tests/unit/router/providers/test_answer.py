"""Complete JSON answers."""

import pytest

from sealane_api.failure import FailureClass as F
from sealane_router.providers.answer import Answer, read_answer
from sealane_router.providers.openai import OpenAI
from sealane_router.providers.usage import Usage
from sealane_router.providers.zai import Zai

CHAT = (
    b'{"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}],'
    b'"usage":{"prompt_tokens":3,"completion_tokens":4}}'
)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (CHAT, Answer(complete=True, usage=Usage(3, 4))),
        (b'{"data":[{"embedding":[0.1]}],"usage":{"prompt_tokens":8,"total_tokens":8}}', Answer(True, None, Usage(8))),
        (
            b'{"type":"message","content":[],"usage":{"input_tokens":3,"output_tokens":4}}',
            Answer(True, None, Usage(3, 4)),
        ),
        (b'{"object":"response","error":null,"output":[],"usage":{"input_tokens":1}}', Answer(True, None, Usage(1))),
        (b'{"object":"response","error":{"code":"x"},"output":[{"a":1}]}', Answer(complete=True)),
        (b'{"results":[{"index":0}]}', Answer(complete=True)),
        (b'{"choices":"odd","usage":{"prompt_tokens":1}}', Answer(True, None, Usage(1))),
        (rb'{"choices":[{"message":{"content":"\ud800"}}],"usage":{"prompt_tokens":1}}', Answer(True, None, Usage(1))),
        (b"[1,2]", Answer(complete=True)),
        (b'{"x":1e999}', Answer(complete=True)),
        (CHAT[:-1], Answer(complete=False)),
        (b"", Answer(complete=False)),
        (b"<html>", Answer(complete=False)),
        (CHAT + CHAT, Answer(complete=False)),
    ],
)
def test_an_answer_is_read_once(body: bytes, expected: Answer) -> None:
    """Whole or not, and what it cost."""
    assert read_answer(Zai(), body, wall=0.0) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"error":{"code":"1302","message":"Rate limit reached"}}', F.RATE_LIMITED),
        (b'{"code":1113,"msg":"no balance","success":false,"data":null}', F.QUOTA_EXHAUSTED),
        (b'{"error":{"message":"oops"},"choices":[]}', F.SERVER_ERROR),
        (b'{"error":"oops"}', F.SERVER_ERROR),
    ],
)
def test_an_error_disguised_as_an_answer_is_a_failure(body: bytes, expected: F) -> None:
    """Status 200 does not make an error object an answer."""
    answer = read_answer(Zai(), body, wall=0.0)

    assert answer.complete
    assert answer.failure is not None
    assert answer.failure.failure_class is expected


def test_a_finish_reason_that_reports_a_failure_is_one() -> None:
    """Z.ai ends a failed generation with ``network_error``; elsewhere the word has no such meaning."""
    body = CHAT.replace(b'"stop"', b'"network_error"')
    failure = read_answer(Zai(), body, wall=0.0).failure

    assert failure is not None
    assert (failure.failure_class, failure.code) == (F.SERVER_ERROR, "network_error")
    assert read_answer(OpenAI(), body, wall=0.0).failure is None
