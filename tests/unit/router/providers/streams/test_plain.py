"""Streams of which only the framing is checked."""

from sealane_api.failure import FailureClass as F
from sealane_router.providers.api import Api
from sealane_router.providers.openai import OpenAI
from sealane_router.providers.stream_inspector import StreamInspector, inspector_for
from sealane_router.providers.usage import Usage

TEXT = b'data: {"id":"a","choices":[{"text":"Hi"}]}\n\n'
ERROR = b'data: {"error":{"code":"rate_limit_exceeded","message":"slow down"}}\n\n'


def stream() -> StreamInspector:
    return inspector_for(Api.COMPLETIONS, OpenAI(), wall=0.0)


def test_the_first_event_is_content_and_the_end_is_the_end() -> None:
    """No finish marker is asked for, and usage is picked up on the way."""
    inspector = stream()
    usage = b'data: {"usage":{"prompt_tokens":2,"completion_tokens":1}}\n\n'

    assert inspector.feed(TEXT) == TEXT
    assert inspector.feed(b"data: not json\n\n" + usage) == b"data: not json\n\n" + usage
    assert (inspector.end(), inspector.finished, inspector.usage) == (None, True, Usage(2, 1))


def test_a_cut_event_breaks_and_an_empty_stream_was_closed() -> None:
    """Framing is what is checked, so a half event is a failure."""
    cut, empty = stream(), stream()

    assert cut.feed(TEXT + TEXT[:9]) == TEXT
    failures = [cut.end(), empty.end()]
    assert [failure and failure.failure_class for failure in failures] == [F.BROKEN_STREAM, F.CONNECT]


def test_errors_are_recognised_first_and_later() -> None:
    """An error is an error in any stream."""
    before, after = stream(), stream()

    assert before.feed(ERROR) == b""
    assert before.failure is not None
    assert before.failure.failure_class is F.RATE_LIMITED
    assert after.feed(TEXT + ERROR) == TEXT
    assert after.failure is not None
    assert after.failure.failure_class is F.BROKEN_STREAM
