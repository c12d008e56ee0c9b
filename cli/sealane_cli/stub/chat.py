"""``/chat/completions``, in each personality's own shape, whole and as a stream.

Moonshot puts usage into ``choices[0]`` of the finish chunk and, with ``include_usage``, into one more chunk
without choices. Z.ai puts it beside the choices of the finish chunk, repeats the role in every delta and
leaves ``finish_reason`` out until the end. OpenAI sends usage only with ``include_usage``, in a chunk of its
own.
"""

from collections.abc import Iterator

from sealane_cli.stub.ask import REASONING, Ask
from sealane_cli.stub.error_bodies import Refusal, error_value
from sealane_cli.stub.reply import Answer, EventStream, data_event, json_reply

DONE = b"data: [DONE]\n\n"


def answer(ask: Ask) -> Answer:
    """The answer to one chat request."""
    return _stream(ask) if ask.streams else json_reply(_completion(ask))


def usage(ask: Ask) -> dict[str, object]:
    """Token counts in the personality's own shape."""
    counts: dict[str, object] = {
        "prompt_tokens": ask.prompt_tokens,
        "completion_tokens": ask.completion_tokens,
        "total_tokens": ask.prompt_tokens + ask.completion_tokens,
    }
    if ask.personality.name == "moonshot":
        counts["cached_tokens"] = 0
    else:
        counts["prompt_tokens_details"] = {"cached_tokens": 0}
        counts["completion_tokens_details"] = {"reasoning_tokens": ask.reasoning_tokens}
    return counts


def completion_id(ask: Ask) -> str:
    """An id as the personality writes it."""
    return f"20260212120000{ask.token}" if ask.personality.name == "zai" else f"chatcmpl-{ask.token}"


def wants_usage(ask: Ask) -> bool:
    """Whether ``stream_options.include_usage`` is set."""
    options = ask.body.get("stream_options")
    return isinstance(options, dict) and options.get("include_usage") is True


def _completion(ask: Ask) -> dict[str, object]:
    message: dict[str, object] = {"role": "assistant", "content": ask.text()}
    if ask.thinks:
        message["reasoning_content"] = "".join(REASONING)
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    value = _envelope(ask, "chat.completion") | {"choices": [choice], "usage": usage(ask)}
    if ask.personality.name == "zai":
        value["request_id"] = completion_id(ask)
    return value


def _stream(ask: Ask) -> EventStream:
    return EventStream(
        id=completion_id(ask),
        content_type=ask.personality.stream_type,
        opening=(_chunk(ask, {"role": "assistant", "content": ""}),),
        content=_content(ask),
        finish=tuple(_finish(ask)),
        done=DONE,
        error=data_event(error_value(ask.personality, Refusal.SERVER_ERROR)),
    )


def _content(ask: Ask) -> Iterator[bytes]:
    if ask.thinks:
        for thought in REASONING:
            yield _chunk(ask, {"reasoning_content": thought})
    for piece in ask.pieces():
        yield _chunk(ask, {"content": piece})


def _finish(ask: Ask) -> Iterator[bytes]:
    if ask.personality.name == "zai":
        choice: dict[str, object] = {
            "index": 0,
            "finish_reason": "stop",
            "delta": {"role": "assistant", "content": ""},
        }
        yield data_event(_envelope(ask) | {"choices": [choice], "usage": usage(ask)})
        return
    choice = {"index": 0, "delta": {}, "finish_reason": "stop"}
    if ask.personality.name == "moonshot":
        choice["usage"] = usage(ask)
    yield data_event(_envelope(ask) | {"choices": [choice]})
    if wants_usage(ask):
        yield data_event(_envelope(ask) | {"choices": [], "usage": usage(ask)})


def _chunk(ask: Ask, delta: dict[str, object]) -> bytes:
    if ask.personality.name == "zai":
        choice: dict[str, object] = {"index": 0, "delta": {"role": "assistant"} | delta}
    else:
        choice = {"index": 0, "delta": delta, "finish_reason": None}
    return data_event(_envelope(ask) | {"choices": [choice]})


def _envelope(ask: Ask, kind: str = "chat.completion.chunk") -> dict[str, object]:
    value: dict[str, object] = {
        "id": completion_id(ask),
        "object": kind,
        "created": ask.created,
        "model": ask.model,
    }
    if ask.personality.name != "zai":
        value["system_fingerprint"] = "fpv0_stub"
    return value
