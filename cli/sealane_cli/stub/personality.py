"""Whom a stub plays: base path, models, key shapes, as publicly documented in August 2026."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

PersonalityName = Literal["moonshot", "zai", "openai"]


@dataclass(frozen=True, slots=True)
class Personality:
    """One provider as its clients see it.

    ``message_paths`` are the bases under which it speaks Anthropic's messages besides ``base_path``.
    ``prefixes`` are the beginnings of model names that belong to this provider and mark a stray request at
    any other. ``key_shape`` is what every key of it looks like.
    """

    name: PersonalityName
    base_path: str
    message_paths: tuple[str, ...]
    models: tuple[str, ...]
    prefixes: tuple[str, ...]
    key_shape: re.Pattern[str]
    stream_type: str = "text/event-stream"

    def reasons(self, model: str) -> bool:
        """Whether the model thinks before it answers unless it is told not to."""
        if self.name == "zai":
            return model.lower().startswith(("glm-4.", "glm-5"))
        return self.name == "moonshot" and model.lower().startswith("kimi-")


_MOONSHOT_MODELS = (
    "kimi-k3", "kimi-k2.7-code", "kimi-k2.7-code-highspeed", "kimi-k2.6", "kimi-k2.5",
    "moonshot-v1-8k", "moonshot-v1-32k", "moonshot-v1-128k", "moonshot-v1-auto",
    "moonshot-v1-8k-vision-preview", "moonshot-v1-32k-vision-preview", "moonshot-v1-128k-vision-preview",
)  # fmt: skip

_ZAI_MODELS = (
    "glm-5.3", "glm-5.3-flash", "glm-5.2", "glm-5.1", "glm-5-turbo", "glm-5",
    "glm-4.7", "glm-4.7-flash", "glm-4.7-flashx", "glm-4.6",
    "glm-4.5", "glm-4.5-air", "glm-4.5-x", "glm-4.5-airx", "glm-4.5-flash", "glm-4-32b-0414-128k",
    "glm-5v-turbo", "glm-4.6v", "glm-4.6v-flash", "glm-4.6v-flashx", "glm-4.5v", "autoglm-phone-multilingual",
    "glm-image", "cogview-3", "cogview-4", "cogvideox-3", "embedding-2", "embedding-3",
    "glm-asr-2512", "glm-tts", "glm-ocr", "charglm-4", "codegeex-4", "rerank", "moderation",
)  # fmt: skip

_OPENAI_MODELS = (
    "gpt-5", "gpt-5-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-4o", "gpt-4o-mini", "gpt-3.5-turbo-instruct",
    "text-embedding-3-small", "text-embedding-3-large", "omni-moderation-latest", "gpt-image-1", "tts-1",
)  # fmt: skip

_ZAI_PREFIXES = (
    "glm-", "cogview-", "cogvideox-", "charglm-", "codegeex-", "autoglm-", "embedding-2", "embedding-3",
)  # fmt: skip

_OPENAI_PREFIXES = ("gpt-", "chatgpt-", "text-embedding-", "omni-moderation-", "dall-e-", "tts-", "whisper-")

MOONSHOT = Personality(
    name="moonshot",
    base_path="/v1",
    message_paths=("/anthropic/v1", "/anthropic"),
    models=_MOONSHOT_MODELS,
    prefixes=("kimi-", "moonshot-"),
    key_shape=re.compile(r"sk-(?!proj-|svcacct-)[^.\s]+"),
)

ZAI = Personality(
    name="zai",
    base_path="/api/paas/v4",
    message_paths=("/api/anthropic/v1", "/api/anthropic"),
    models=_ZAI_MODELS,
    prefixes=_ZAI_PREFIXES,
    key_shape=re.compile(r"(?!sk-)[^.\s]+\.[^.\s]+"),
    stream_type="text/event-stream;charset=UTF-8",
)

OPENAI = Personality(
    name="openai",
    base_path="/v1",
    message_paths=(),
    models=_OPENAI_MODELS,
    prefixes=_OPENAI_PREFIXES,
    key_shape=re.compile(r"sk-[^.\s]+"),
    stream_type="text/event-stream; charset=utf-8",
)

PERSONALITIES: Mapping[str, Personality] = {one.name: one for one in (MOONSHOT, ZAI, OPENAI)}


def split_model(written: str) -> tuple[str, list[str]]:
    """A model name parted from the faults behind it: ``kimi-k3+cut`` is ``kimi-k3`` and ``[cut]``."""
    name, *suffixes = written.split("+")
    return name, suffixes


def is_foreign_model(personality: Personality, model: str) -> bool:
    """Whether the name, with or without an alias before it, begins as only another provider's models do."""
    bare = model.lower().rpartition("/")[2]
    return not bare.startswith(personality.prefixes) and any(
        bare.startswith(other.prefixes) for other in PERSONALITIES.values() if other is not personality
    )


def is_foreign_key(personality: Personality, key: str) -> bool:
    """Whether the key has the shape of another provider's and not of this one's."""
    return not personality.key_shape.fullmatch(key) and any(
        other.key_shape.fullmatch(key) for other in PERSONALITIES.values()
    )
