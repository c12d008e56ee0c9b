"""Chat streams as Moonshot, Z.ai and others send them."""

import pytest

from sealane_api.failure import FailureClass as F
from sealane_api.route_table import DialectName
from sealane_router.providers.api import Api
from sealane_router.providers.registry import dialect_of
from sealane_router.providers.stream_inspector import StreamInspector, inspector_for
from sealane_router.providers.usage import Usage

ZAI, MOONSHOT, OPENAI = DialectName.ZAI, DialectName.MOONSHOT, DialectName.OPENAI

KIMI_START = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1741252964,"model":"moonshot-v1-8k",'
    b'"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n'
)
KIMI_TEXT = b'data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}\n\n'
KIMI_STOP = (
    b'data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1741252964,"model":"moonshot-v1-8k",'
    b'"choices":[{"index":0,"delta":{},"finish_reason":"stop","usage":{"prompt_tokens":39,"completion_tokens":211,'
    b'"total_tokens":250}}],"system_fingerprint":"fpv0_1"}\n\n'
)
KIMI_USAGE = (
    b'data: {"id":"chatcmpl-1","choices":[],"usage":{"prompt_tokens":39,"completion_tokens":211,"total_tokens":250,'
    b'"cached_tokens":7}}\n\n'
)
GLM_TEXT = b'data: {"id":"2025","choices":[{"index":0,"delta":{"role":"assistant","reasoning_content":"Hm"}}]}\n\n'
GLM_STOP = (
    b'data: {"id":"2025","created":1785483395,"object":"chat.completion.chunk","model":"glm-5.2","choices":[{"index":0,'
    b'"finish_reason":"stop","delta":{"role":"assistant","content":""}}],"usage":{"prompt_tokens":28,'
    b'"completion_tokens":185,"total_tokens":213,"prompt_tokens_details":{"cached_tokens":5},'
    b'"completion_tokens_details":{"reasoning_tokens":182}}}\n\n'
)
DONE = b"data: [DONE]\n\n"


def stream(dialect: DialectName = OPENAI) -> StreamInspector:
    return inspector_for(Api.CHAT_COMPLETIONS, dialect_of(dialect), wall=0.0)


def failure_class(inspector: StreamInspector) -> F | None:
    return None if inspector.failure is None else inspector.failure.failure_class


def test_kimi_s_usage_is_found_in_the_choice_and_at_the_top() -> None:
    """The finish chunk has it inside ``choices``; the last chunk, with cached tokens, replaces it."""
    kimi = stream(MOONSHOT)

    assert kimi.feed(KIMI_START) == b""
    assert kimi.feed(KIMI_TEXT) == KIMI_START + KIMI_TEXT
    assert kimi.feed(KIMI_STOP) == KIMI_STOP
    assert (kimi.usage, kimi.finished) == (Usage(39, 211), True)
    assert kimi.feed(KIMI_USAGE + DONE) == KIMI_USAGE + DONE
    assert (kimi.usage, kimi.end()) == (Usage(39, 211, 7), None)


def test_glm_s_usage_comes_with_the_finish() -> None:
    """Reasoning is content, and the finish chunk says what it cost."""
    glm = stream(ZAI)

    assert glm.feed(GLM_TEXT) == GLM_TEXT
    assert glm.feed(GLM_STOP) == GLM_STOP
    assert (glm.usage, glm.end()) == (Usage(28, 185, 5), None)


@pytest.mark.parametrize(
    "delta",
    [
        b'{"content":"a"}',
        b'{"reasoning_content":"a"}',
        b'{"reasoning":"a"}',
        b'{"tool_calls":[{"index":0}]}',
        b'{"function_call":{"name":"f"}}',
        b'{"refusal":"no"}',
        b'{"audio":{"id":"x"}}',
        b'{"content":[{"type":"text"}]}',
    ],
)
def test_content_commits(delta: bytes) -> None:
    """Each kind of content starts the stream."""
    inspector = stream()
    event = b'data: {"choices":[{"index":0,"delta":' + delta + b"}]}\n\n"

    assert inspector.feed(event) == event


@pytest.mark.parametrize(
    "event",
    [
        b'data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":""}]}\n\n',
        b'data: {"choices":[{"index":0,"delta":{"tool_calls":[],"content":null,"refusal":null}}]}\n\n',
        b'data: {"choices":[],"prompt_filter_results":[]}\n\n',
        b'data: {"choices":null}\n\n',
        b'data: {"choices":"odd"}\n\n',
        b'data: {"choices":[{"delta":"odd"},7]}\n\n',
        b'data: {"error":null,"choices":[]}\n\n',
        b"data: [1]\n\n",
        b"event: ping\n\n",
        b": PROCESSING\n\n",
    ],
)
def test_what_says_nothing_is_held(event: bytes) -> None:
    """Nothing is committed, nothing is lost: it goes out with the first content."""
    inspector = stream(MOONSHOT)

    assert inspector.feed(event) == b""
    assert inspector.failure is None
    assert inspector.feed(KIMI_TEXT) == event + KIMI_TEXT


def test_a_finish_without_a_word_is_an_answer() -> None:
    """An empty generation is forwarded whole."""
    assert stream().feed(KIMI_START + KIMI_STOP) == KIMI_START + KIMI_STOP
    assert stream().feed(KIMI_START + DONE) == KIMI_START + DONE


def test_a_chunk_glued_to_another_generation_breaks() -> None:
    """GLM's corruption: a chunk cut in its middle, then one of another generation, on one line or two."""
    for glue in (b"", b"\n"):
        inspector = stream(ZAI)
        glued = b'data: {"id":"2025","object":"chat.c' + glue + b'data: {"id":"2026","choices":[]}\n\n'

        assert inspector.feed(GLM_TEXT + glued) == GLM_TEXT
        assert failure_class(inspector) is F.BROKEN_STREAM


@pytest.mark.parametrize(("dialect", "breaks"), [(ZAI, True), (MOONSHOT, True), (OPENAI, False)])
def test_a_changed_id_breaks_where_it_means_corruption(dialect: DialectName, breaks: bool) -> None:
    """An empty id changes nothing; another one is another generation at Moonshot and Z.ai."""
    inspector = stream(dialect)
    empty = b'data: {"id":"","choices":[]}\n\n'
    other = KIMI_TEXT.replace(b"chatcmpl-1", b"chatcmpl-2")

    assert inspector.feed(KIMI_TEXT + empty) == KIMI_TEXT + empty
    assert inspector.feed(other) == (b"" if breaks else other)
    assert failure_class(inspector) is (F.BROKEN_STREAM if breaks else None)


def test_network_error_is_a_failure_at_z_ai_alone() -> None:
    """The finish reason that reports a failed generation is never success there; others pass as they are."""
    bad = GLM_STOP.replace(b'"stop"', b'"network_error"')
    before, after, other = stream(ZAI), stream(ZAI), stream(OPENAI)

    assert before.feed(bad) == b""
    assert failure_class(before) is F.SERVER_ERROR
    assert after.feed(GLM_TEXT + bad) == GLM_TEXT
    assert failure_class(after) is F.BROKEN_STREAM
    assert after.failure is not None
    assert after.failure.code == "network_error"
    assert other.feed(bad) == bad
    sensitive = GLM_STOP.replace(b'"stop"', b'"sensitive"')
    assert stream(ZAI).feed(sensitive) == sensitive


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (b'data: {"error":{"message":"Overloaded","type":"overloaded_error"}}\n\n', F.OVERLOADED),
        (b'event: error\ndata: {"message":"oops"}\n\n', F.SERVER_ERROR),
        (b"event: error\ndata: plain words\n\n", F.SERVER_ERROR),
        (b'data: {"code":1113,"msg":"no balance"}\n\n', F.QUOTA_EXHAUSTED),
        (b'data: {"id":"2025","choices":[],"error":{"code":429,"message":"slow"}}\n\n', F.RATE_LIMITED),
    ],
)
def test_errors_are_recognised_in_every_shape(event: bytes, expected: F) -> None:
    """Before content an error event has the class that the same answer would have."""
    inspector = stream(ZAI)

    assert inspector.feed(event) == b""
    assert failure_class(inspector) is expected


def test_lone_surrogates_and_odd_types_pass() -> None:
    """What a client may understand is not the gateway's to refuse."""
    inspector = stream(ZAI)
    odd = (
        rb'data: {"id":"2025","choices":[{"index":0,"delta":{"content":"\ud83d"}}]}' + b"\n\n"
        b'data: {"id":"2025","choices":[{"index":"zero","delta":{"content":"b"}}],"usage":7}\n\n'
        b'data: {"id":"2025","choices":[{"index":null,"finish_reason":"stop"}],"big":1e999}\n\n'
    )

    assert inspector.feed(odd) == odd
    assert (inspector.end(), inspector.usage) == (None, None)


def test_each_of_several_choices_must_finish() -> None:
    """With n = 2 a cut after the first finish is not success."""
    first = b'data: {"choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]}\n\n'
    one = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
    two = b'data: {"choices":[{"index":1,"delta":{},"finish_reason":"length"}]}\n\n'
    cut, whole = stream(), stream()

    assert cut.feed(first + one) == first + one
    assert cut.end() is not None
    assert whole.feed(first + one + two) == first + one + two
    assert whole.end() is None
