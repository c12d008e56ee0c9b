"""Which model is asked, and how often; the text under each field says why its default is what it is."""

# ruff: noqa: RUF009 - setting() returns what dataclasses.field() returns

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sealane_telemetry.settings.variable import count, path, setting

_NAME = re.compile(r"[\x21-\x7e]{1,256}")


def base_url(text: str) -> str:
    """The address of an OpenAI-compatible API; empty text is none. A key in it would be shown in places."""
    if not text:
        return ""
    parts = urlsplit(text)
    is_plain = not (parts.username or parts.password or parts.query or parts.fragment)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not is_plain or len(text) > 512:
        raise ValueError("write https://HOST/v1, without user, query or fragment")
    return text


def model_name(text: str) -> str:
    """A model's name."""
    if _NAME.fullmatch(text) is None:
        raise ValueError("write the name of a model, such as kimi-k2.6")
    return text


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """The language model that is asked about new and unsure incidents."""

    url: str = setting("SEALANE_MODEL_URL", "", "URL", base_url)
    """Where a model is: any OpenAI-compatible API, or a router's own ``/v1`` on a route of its own. Empty: no model is
    ever asked. The stub provider is recognised and not asked again."""

    name: str = setting("SEALANE_MODEL", "kimi-k2.6", "name", model_name)
    """Which model. Thinking is switched off for Kimi and GLM: a choice from lists needs none."""

    key: Path | None = setting("SEALANE_MODEL_KEY", "", "file", path)
    """A file with the key. It is read before each call, so a rotated Secret is in force at once."""

    per_day: int = setting("SEALANE_MODEL_CALLS_PER_DAY", "200", "calls", count(0, 1_000_000))
    """The budget of a day (UTC) over all replicas, recorded before each call. A repair is a call."""

    per_minute: int = setting("SEALANE_MODEL_CALLS_PER_MINUTE", "10", "calls", count(1, 10_000))
    """What one replica asks at most; beyond it an incident keeps the diagnosis of the rules."""

    at_once: int = setting("SEALANE_MODEL_AT_ONCE", "2", "calls", count(1, 64))
    """How many incidents one replica asks about at the same time."""
