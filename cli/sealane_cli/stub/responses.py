"""``/responses``: OpenAI's responses API, whole and as a stream of typed events."""

from collections.abc import Iterator

from sealane_cli.stub.ask import Ask
from sealane_cli.stub.reply import Answer, EventStream, json_reply, typed_event

#: Events before the first content: response.created and response.in_progress.
_OPENING = 2


def answer(ask: Ask) -> Answer:
    """The answer to one responses request."""
    if not ask.streams:
        return json_reply(_response(ask, "completed"))
    last = _OPENING + 2 + ask.chunks  # the sequence number of output_text.done
    error: dict[str, object] = {
        "type": "error",
        "code": "server_error",
        "message": "The server had an error.",
        "param": None,
        "sequence_number": _OPENING,
    }
    return EventStream(
        id=_id(ask),
        content_type=ask.personality.stream_type,
        opening=(
            typed_event({"type": "response.created", "sequence_number": 0, "response": _response(ask, "in_progress")}),
            typed_event(
                {
                    "type": "response.in_progress",
                    "sequence_number": 1,
                    "response": _response(ask, "in_progress"),
                }
            ),
        ),
        content=_content(ask),
        finish=(
            _event(ask, "response.output_text.done", last, text=ask.text(), logprobs=[]),
            _event(ask, "response.content_part.done", last + 1, part=_part(ask.text())),
            _item_event("response.output_item.done", last + 2, _item(ask, "completed")),
            typed_event(
                {
                    "type": "response.completed",
                    "sequence_number": last + 3,
                    "response": _response(ask, "completed"),
                }
            ),
        ),
        done=b"",
        error=typed_event(error),
    )


def _content(ask: Ask) -> Iterator[bytes]:
    yield _item_event("response.output_item.added", _OPENING, _item(ask, "in_progress"))
    yield _event(ask, "response.content_part.added", _OPENING + 1, part=_part(""))
    for number, piece in enumerate(ask.pieces(), _OPENING + 2):
        yield _event(ask, "response.output_text.delta", number, delta=piece, logprobs=[])


def _event(ask: Ask, kind: str, number: int, **fields: object) -> bytes:
    place = {"item_id": _item_id(ask), "output_index": 0, "content_index": 0}
    return typed_event({"type": kind, "sequence_number": number} | place | fields)


def _item_event(kind: str, number: int, item: dict[str, object]) -> bytes:
    return typed_event({"type": kind, "sequence_number": number, "output_index": 0, "item": item})


def _id(ask: Ask) -> str:
    return f"resp_{ask.token}"


def _item_id(ask: Ask) -> str:
    return f"msg_{ask.token}"


def _part(text: str) -> dict[str, object]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _item(ask: Ask, status: str) -> dict[str, object]:
    content = [_part(ask.text())] if status == "completed" else []
    return {
        "id": _item_id(ask),
        "type": "message",
        "status": status,
        "role": "assistant",
        "content": content,
    }


def _response(ask: Ask, status: str) -> dict[str, object]:
    done = status == "completed"
    counts: dict[str, object] = {
        "input_tokens": ask.prompt_tokens,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": ask.chunks,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": ask.prompt_tokens + ask.chunks,
    }
    return {
        "id": _id(ask),
        "object": "response",
        "created_at": ask.created,
        "status": status,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": ask.model,
        "output": [_item(ask, "completed")] if done else [],
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": counts if done else None,
    }
