"""Every endpoint below the base path, by its path, and the small ones themselves."""

import base64
import struct
from collections.abc import Callable, Iterator, Mapping

from sealane_cli.stub import chat, messages, responses
from sealane_cli.stub.ask import Ask
from sealane_cli.stub.error_bodies import Refusal, error_value
from sealane_cli.stub.personality import Personality
from sealane_cli.stub.reply import Answer, EventStream, Reply, data_event, json_reply

_MAX_INPUTS = 2_048
_CREATED = 1_750_000_000
_VECTOR = (0.5, -0.25, 0.125, 0.75)
#: An MPEG frame header and silence, about 4 KiB.
_SPEECH = (b"\xff\xfb\x90\x00" + bytes(413)) * 10


def models(personality: Personality, extra: frozenset[str]) -> Reply:
    """``GET /models``: the personality's own list, and the names this stub knows besides."""
    names = (*personality.models, *sorted(extra.difference(personality.models)))
    return json_reply({"object": "list", "data": [_model(personality, name) for name in names]})


def _model(personality: Personality, name: str) -> dict[str, object]:
    value: dict[str, object] = {
        "id": name,
        "object": "model",
        "created": _CREATED,
        "owned_by": {"moonshot": "moonshot", "zai": "z-ai", "openai": "system"}[personality.name],
    }
    if personality.name == "moonshot":
        sees = "vision" in name or name.startswith("kimi-")
        value |= {
            "context_length": _context_length(name),
            "supports_image_in": sees,
            "supports_video_in": name.startswith("kimi-"),
            "supports_reasoning": personality.reasons(name),
        }
    return value


def _context_length(name: str) -> int:
    for mark, length in (("-8k", 8_192), ("-32k", 32_768), ("moonshot-v1", 131_072), ("kimi-k3", 1_048_576)):
        if mark in name:
            return length
    return 262_144


def completions(ask: Ask) -> Answer:
    """``/completions``: the older text API."""
    if not ask.streams:
        return json_reply(_text(ask, ask.text(), "stop") | {"usage": chat.usage(ask)})
    return EventStream(
        id=_text_id(ask),
        content_type=ask.personality.stream_type,
        opening=(),
        content=_text_content(ask),
        finish=(data_event(_text(ask, "", "stop") | {"usage": chat.usage(ask)}),),
        done=chat.DONE,
        error=data_event(error_value(ask.personality, Refusal.SERVER_ERROR)),
    )


def _text_content(ask: Ask) -> Iterator[bytes]:
    for piece in ask.pieces():
        yield data_event(_text(ask, piece, None))


def _text_id(ask: Ask) -> str:
    return f"cmpl-{ask.token}"


def _text(ask: Ask, text: str, finish: str | None) -> dict[str, object]:
    choice = {"text": text, "index": 0, "logprobs": None, "finish_reason": finish}
    return {
        "id": _text_id(ask),
        "object": "text_completion",
        "created": ask.created,
        "model": ask.model,
        "choices": [choice],
    }


def embeddings(ask: Ask) -> Answer:
    """``/embeddings``: one small fixed vector for each input, as numbers or base64."""
    given = ask.body.get("input")
    count = min(len(given), _MAX_INPUTS) if isinstance(given, list) else 1
    vector: object = list(_VECTOR)
    if ask.body.get("encoding_format") == "base64":
        vector = base64.b64encode(struct.pack(f"<{len(_VECTOR)}f", *_VECTOR)).decode()
    data = [{"object": "embedding", "index": index, "embedding": vector} for index in range(count)]
    counts = {"prompt_tokens": ask.prompt_tokens, "total_tokens": ask.prompt_tokens}
    return json_reply({"object": "list", "model": ask.model, "data": data, "usage": counts})


def rerank(ask: Ask) -> Answer:
    """``/rerank``: the documents in the order they came, with falling scores."""
    given = ask.body.get("documents")
    count = min(len(given), _MAX_INPUTS) if isinstance(given, list) else 0
    results = [{"index": index, "relevance_score": 1 / (index + 1)} for index in range(count)]
    counts = {"prompt_tokens": ask.prompt_tokens, "total_tokens": ask.prompt_tokens}
    head = {"id": ask.token, "request_id": ask.token, "created": ask.created, "model": ask.model}
    return json_reply(head | {"results": results, "usage": counts})


def moderations(ask: Ask) -> Answer:
    """``/moderations``: nothing is ever flagged."""
    names = ("harassment", "hate", "self-harm", "sexual", "violence")
    result = {
        "flagged": False,
        "categories": dict.fromkeys(names, False),
        "category_scores": dict.fromkeys(names, 0.01),
    }
    return json_reply({"id": f"modr-{ask.token}", "model": ask.model, "results": [result]})


def images(ask: Ask) -> Answer:
    """``/images/generations``: an address, never an image."""
    return json_reply(
        {"created": ask.created, "data": [{"url": f"https://images.invalid/{ask.model}/{ask.token}.png"}]}
    )


def speech(_ask: Ask) -> Answer:
    """``/audio/speech``: some 4 KiB of silent MPEG audio."""
    return Reply(200, _SPEECH, "audio/mpeg")


#: What is answered to a POST, by the path behind the base path.
ENDPOINTS: Mapping[str, Callable[[Ask], Answer]] = {
    "/chat/completions": chat.answer,
    "/completions": completions,
    "/embeddings": embeddings,
    "/responses": responses.answer,
    "/messages": messages.answer,
    "/rerank": rerank,
    "/moderations": moderations,
    "/images/generations": images,
    "/audio/speech": speech,
}
