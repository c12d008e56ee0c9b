"""OpenAI responses streams."""

import pytest

from sealane_api.failure import FailureClass as F
from sealane_api.route_table import DialectName
from sealane_router.providers.api import Api
from sealane_router.providers.registry import dialect_of
from sealane_router.providers.stream_inspector import StreamInspector, inspector_for
from sealane_router.providers.usage import Usage


def event(kind: str, rest: str = "") -> bytes:
    return f'event: {kind}\ndata: {{"type":"{kind}"{rest}}}\n\n'.encode()


CREATED = event("response.created", ',"response":{"id":"r1","usage":null}')
PROGRESS = event("response.in_progress", ',"response":{"id":"r1"}')
ITEM = event("response.output_item.added", ',"item":{"id":"m1"}')
DELTA = event("response.output_text.delta", ',"delta":"Hi"')
USAGE = ',"response":{"id":"r1","output":[],"usage":{"input_tokens":3,"output_tokens":4}}'


def stream(dialect: DialectName = DialectName.OPENAI) -> StreamInspector:
    return inspector_for(Api.RESPONSES, dialect_of(dialect), wall=0.0)


@pytest.mark.parametrize("finish", ["response.completed", "response.incomplete", "response.failed"])
def test_a_response_runs_from_its_first_item_to_its_finish(finish: str) -> None:
    """Announcements are held; each of the three finishes is one, and carries the usage."""
    inspector = stream()
    end = event(finish, USAGE)

    assert inspector.feed(CREATED) == b""
    assert inspector.feed(PROGRESS) == b""
    assert inspector.feed(ITEM) == CREATED + PROGRESS + ITEM
    assert inspector.feed(DELTA + end) == DELTA + end
    assert (inspector.end(), inspector.usage) == (None, Usage(3, 4))


def test_without_its_finish_a_response_is_broken() -> None:
    """A cut after content is never success."""
    inspector = stream()
    inspector.feed(CREATED + ITEM + DELTA)
    failure = inspector.end()

    assert failure is not None
    assert failure.failure_class is F.BROKEN_STREAM


@pytest.mark.parametrize(
    "error",
    [
        event("error", ',"code":"rate_limit_exceeded","message":"slow down","param":null'),
        b'data: {"error":{"code":"rate_limit_exceeded","message":"slow down"}}\n\n',
        b'event: error\ndata: {"error":{"code":"rate_limit_exceeded","message":"slow down"}}\n\n',
    ],
)
def test_an_error_is_classified_before_content_and_breaks_after(error: bytes) -> None:
    """In OpenAI's event or in any other shape."""
    before, after = stream(), stream()

    assert before.feed(CREATED + error) == b""
    assert before.failure is not None
    assert before.failure.failure_class is F.RATE_LIMITED
    assert after.feed(CREATED + ITEM + error) == CREATED + ITEM
    assert after.failure is not None
    assert (after.failure.failure_class, after.failure.message) == (F.BROKEN_STREAM, "slow down")


def test_another_response_is_another_generation() -> None:
    """At Moonshot and Z.ai a changed id is corruption."""
    other = CREATED.replace(b"r1", b"r2")

    assert stream(DialectName.OPENAI).feed(CREATED + ITEM + other) == CREATED + ITEM + other
    assert stream(DialectName.MOONSHOT).feed(CREATED + ITEM + other) == CREATED + ITEM


def test_odd_types_are_opaque() -> None:
    """JSON that is not understood is held like an announcement and passed on."""
    odd = b'data: {"type":7,"response":"x"}\n\ndata: {}\n\n'
    inspector = stream()

    assert inspector.feed(odd) == b""
    assert inspector.feed(ITEM) == odd + ITEM
