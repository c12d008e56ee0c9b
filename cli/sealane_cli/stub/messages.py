"""``/messages``: Anthropic's messages API, whole and as a stream that ``message_stop`` ends."""

from collections.abc import Iterator

from sealane_cli.stub.ask import Ask
from sealane_cli.stub.reply import Answer, EventStream, json_reply, typed_event


def answer(ask: Ask) -> Answer:
    """The answer to one messages request."""
    if not ask.streams:
        content = [{"type": "text", "text": ask.text()}]
        return json_reply(_message(ask, content, "end_turn", ask.chunks))
    return EventStream(
        id=_id(ask),
        content_type=ask.personality.stream_type,
        opening=(
            typed_event({"type": "message_start", "message": _message(ask, [], None, 1)}),
            typed_event({"type": "ping"}),
        ),
        content=_content(ask),
        finish=(
            typed_event(
                {
                    "type": "message_delta",
                    "delta": {"stop_reason": "end_turn", "stop_sequence": None},
                    "usage": {"output_tokens": ask.chunks},
                }
            ),
        ),
        done=typed_event({"type": "message_stop"}),
        error=typed_event({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
    )


def _content(ask: Ask) -> Iterator[bytes]:
    yield typed_event({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}})
    for piece in ask.pieces():
        yield typed_event({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}})
    yield typed_event({"type": "content_block_stop", "index": 0})


def _id(ask: Ask) -> str:
    return f"msg_{ask.token}"


def _message(ask: Ask, content: list[dict[str, str]], stop_reason: str | None, output_tokens: int) -> dict[str, object]:
    return {
        "id": _id(ask),
        "type": "message",
        "role": "assistant",
        "model": ask.model,
        "content": content,
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "usage": {"input_tokens": ask.prompt_tokens, "output_tokens": output_tokens},
    }
