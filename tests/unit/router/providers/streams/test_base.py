"""What holds for every event stream, shown on chat."""

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_api.failure import FailureClass as F
from sealane_api.route_table import DialectName
from sealane_router.providers.api import Api
from sealane_router.providers.registry import dialect_of
from sealane_router.providers.stream_inspector import StreamInspector, inspector_for
from sealane_router.providers.streams import base


def inspector(api: Api = Api.CHAT_COMPLETIONS, dialect: DialectName = DialectName.ZAI) -> StreamInspector:
    return inspector_for(api, dialect_of(dialect), wall=0.0)


def chunk(content: str = "", finish: str | None = None, **members: object) -> bytes:
    choice = {"index": 0, "delta": {"role": "assistant", "content": content}, "finish_reason": finish}
    return b"data: " + json.dumps({"id": "a", "choices": [choice], **members}, ensure_ascii=False).encode() + b"\n\n"


ROLE, HELLO, STOP, DONE = chunk(), chunk("Hello 你好"), chunk(finish="stop"), b"data: [DONE]\n\n"
PARTS = [
    ROLE,
    HELLO,
    STOP,
    DONE,
    b": ping\n\n",
    b"\n",
    HELLO.replace(b"\n", b"\r\n"),
    b"data: {cut\n\n",
    b'data: {"error":{"message":"m","code":"1302"}}\n\n',
    b"data: \xff\n\n",
    chunk("x", id="b"),
    b"data: 7\n\n",
    chunk(usage={"prompt_tokens": 1}),
]


def run(chunks: list[bytes], api: Api = Api.CHAT_COMPLETIONS) -> tuple[bytes, object, bool, object]:
    """All that a client would get, and the verdict."""
    stream = inspector(api)
    out = b"".join(map(stream.feed, chunks))
    return out, stream.end(), stream.started, stream.usage


@given(st.lists(st.sampled_from(PARTS), max_size=8), st.lists(st.integers(0, 900), max_size=6))
@settings(max_examples=300)
def test_the_network_s_cuts_change_nothing(parts: list[bytes], cuts: list[int]) -> None:
    """For any stream and any chunking: the same bytes go to the client, and the verdict is the same."""
    stream = b"".join(parts)
    places = sorted({min(cut, len(stream)) for cut in cuts} | {0, len(stream)})
    chunks = [stream[start:end] for start, end in pairwise(places)]

    for api in (Api.CHAT_COMPLETIONS, Api.MESSAGES, Api.RESPONSES, Api.COMPLETIONS):
        whole = run([stream], api)
        assert run(chunks, api) == whole
        assert run([bytes([byte]) for byte in stream], api) == whole
        # What is forwarded is a prefix of what came: never repaired, never reordered.
        assert stream.startswith(whole[0])


def test_a_good_stream_passes_byte_for_byte() -> None:
    """Comments, held events and the end marker all arrive as sent."""
    parts = [b": ping\n\n", ROLE, HELLO, STOP, DONE]
    stream = inspector()

    assert [stream.feed(part) for part in parts] == [b"", b"", b"".join(parts[:3]), STOP, DONE]
    assert (stream.end(), stream.started, stream.finished) == (None, True, True)


def test_a_stream_that_ends_before_content_is_a_closed_connection() -> None:
    """Nothing was sent, so it can be tried elsewhere like a refused connection."""
    for parts in ([], [b": ping\n\n"], [ROLE], [ROLE, HELLO[:-1]]):
        out, failure, started, _ = run(parts)

        assert out == b""
        assert not started
        assert getattr(failure, "failure_class", None) is F.CONNECT


def test_a_stream_that_ends_after_content_is_broken() -> None:
    """A cut between or inside events is never success, and the cut event is not forwarded."""
    for tail in (b"", HELLO[:30], HELLO[:-1]):
        out, failure, _, _ = run([HELLO, tail])

        assert out == HELLO
        assert getattr(failure, "failure_class", None) is F.BROKEN_STREAM


@pytest.mark.parametrize("bad", [b"data: {cut\n\n", b"data: \xff\xff\n\n", b"data:\n\n", b'data: {"id":"a"}}\n\n'])
def test_an_invalid_event_breaks_the_stream(bad: bytes) -> None:
    """Before content it is a server error, after it a broken stream; what was valid has been forwarded."""
    before, after = inspector(), inspector()

    assert before.feed(ROLE + bad + HELLO) == b""
    assert before.failure is not None
    assert before.failure.failure_class is F.SERVER_ERROR
    assert after.feed(HELLO + b": ping\n\n" + bad + HELLO) == HELLO + b": ping\n\n"
    assert after.failure is not None
    assert after.failure.failure_class is F.BROKEN_STREAM
    assert after.feed(DONE) == b""
    assert after.end() is after.failure


def test_junk_behind_the_finish_is_dropped() -> None:
    """The answer is whole; what follows it is neither forwarded nor a failure."""
    stream = inspector()

    assert stream.feed(HELLO + STOP + b"data: {cut\n\n" + DONE) == HELLO + STOP
    assert stream.feed(DONE) == b""
    assert stream.end() is None


def test_a_missing_done_and_an_unterminated_one_are_success() -> None:
    """A finish reason is enough, and so is ``[DONE]`` without its blank line."""
    assert run([HELLO, STOP])[:2] == (HELLO + STOP, None)
    assert run([HELLO, b"data: [DONE]\n"])[:2] == (HELLO, None)


@pytest.mark.parametrize("nothing", [b": keep-alive\n\n", b"\n" * 10])
def test_what_is_held_is_bounded(monkeypatch: pytest.MonkeyPatch, nothing: bytes) -> None:
    """A provider that only sends keep-alives or blank lines cannot fill the memory."""
    monkeypatch.setattr(base, "MOST_HELD", 100)
    stream = inspector()

    for _ in range(20):
        assert stream.feed(nothing) == b""
    assert stream.failure is not None
    assert stream.failure.failure_class is F.SERVER_ERROR
    assert "1 MiB" in stream.failure.message


def test_an_event_beyond_16_mib_breaks_the_stream() -> None:
    """Whether it ends or not, it is not waited for."""
    stream = inspector()
    assert stream.feed(HELLO) == HELLO

    stream.feed(b"data: " + b"x" * (17 * 1024 * 1024))

    assert stream.failure is not None
    assert "16 MiB" in stream.failure.message


def test_an_error_in_the_stream_is_classified_before_content() -> None:
    """Nothing was sent, so the class decides what happens next; afterwards only the words are kept."""
    error = b'data: {"error":{"code":"1302","message":"slow down"}}\n\n'
    before, after = inspector(), inspector()

    assert before.feed(ROLE + error) == b""
    assert before.failure is not None
    assert (before.failure.failure_class, before.failure.code) == (F.RATE_LIMITED, "1302")
    assert after.feed(HELLO + error) == HELLO
    assert after.failure is not None
    assert (after.failure.failure_class, after.failure.code) == (F.BROKEN_STREAM, "1302")
    assert after.failure.message == "slow down"
