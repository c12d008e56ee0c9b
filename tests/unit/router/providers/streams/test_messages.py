"""Anthropic message streams."""

from sealane_api.failure import FailureClass as F
from sealane_api.route_table import DialectName
from sealane_router.providers.api import Api
from sealane_router.providers.registry import dialect_of
from sealane_router.providers.stream_inspector import StreamInspector, inspector_for
from sealane_router.providers.usage import Usage

START = (
    b'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","role":"assistant","content":[],'
    b'"usage":{"input_tokens":25,"cache_read_input_tokens":10,"output_tokens":1}}}\n\n'
)
PING = b'event: ping\ndata: {"type": "ping"}\n\n'
BLOCK = (
    b'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text"}}\n\n'
)
DELTA = b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"text":"Hi"}}\n\n'
END = (
    b'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},'
    b'"usage":{"output_tokens":15,"input_tokens":null}}\n\n'
)
STOP = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
ERROR = b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n'


def stream(dialect: DialectName = DialectName.OPENAI) -> StreamInspector:
    return inspector_for(Api.MESSAGES, dialect_of(dialect), wall=0.0)


def failure_class(inspector: StreamInspector) -> F | None:
    return None if inspector.failure is None else inspector.failure.failure_class


def test_a_message_starts_with_its_first_block_and_ends_with_its_stop() -> None:
    """Start and pings are held; usage is put together from start and delta."""
    inspector = stream()

    assert inspector.feed(START + PING) == b""
    assert inspector.feed(BLOCK) == START + PING + BLOCK
    assert inspector.feed(DELTA + END) == DELTA + END
    assert not inspector.finished
    assert inspector.feed(STOP) == STOP
    assert (inspector.end(), inspector.usage) == (None, Usage(35, 15, 10))


def test_without_its_stop_a_message_is_broken() -> None:
    """A stop reason alone is not the end."""
    inspector = stream()
    inspector.feed(START + BLOCK + DELTA + END)

    failure = inspector.end()

    assert failure is not None
    assert failure.failure_class is F.BROKEN_STREAM


def test_an_error_event_is_classified_before_content_and_breaks_after() -> None:
    """Overloaded before the first block can be tried elsewhere."""
    before, after = stream(), stream()

    assert before.feed(START + ERROR) == b""
    assert failure_class(before) is F.OVERLOADED
    assert after.feed(START + BLOCK + ERROR) == START + BLOCK
    assert failure_class(after) is F.BROKEN_STREAM
    assert after.failure is not None
    assert (after.failure.message, after.failure.error_type) == ("Overloaded", "overloaded_error")


def test_a_second_message_is_another_generation() -> None:
    """At Z.ai and Moonshot a second start with another id is corruption."""
    inspector = stream(DialectName.ZAI)

    assert inspector.feed(START + BLOCK + START) == START + BLOCK + START
    assert inspector.feed(START.replace(b"msg_1", b"msg_2")) == b""
    assert failure_class(inspector) is F.BROKEN_STREAM


def test_odd_types_are_opaque() -> None:
    """JSON that is not understood is passed on."""
    inspector = stream()
    odd = b'data: {"type":7,"message":"x"}\n\ndata: [1]\n\ndata: {"type":"new_kind"}\n\n'

    assert inspector.feed(odd) == b""
    assert inspector.feed(BLOCK) == odd + BLOCK
