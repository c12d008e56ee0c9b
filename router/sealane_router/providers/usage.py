"""Token counts, in the places and spellings in which providers state them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Usage:
    """What an answer cost in tokens, cached ones included.

    Providers differ: OpenAI's ``prompt_tokens`` contains cached tokens, Anthropic's ``input_tokens`` does
    not. Here ``input_tokens`` always does, and ``cached_tokens`` says how many of them were read from a
    cache.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0


def usage_from(stated: object) -> Usage | None:
    """The usage in a decoded ``usage`` object of any API; None when it states none."""
    if not isinstance(stated, dict):
        return None
    input_tokens = _count(stated, "prompt_tokens", "input_tokens")
    output_tokens = _count(stated, "completion_tokens", "output_tokens")
    cached = _count(stated, "cached_tokens") or _cached_in(stated)
    if input_tokens is None:
        total = _count(stated, "total_tokens")
        if total is None and output_tokens is None:
            return None
        input_tokens = max(0, (total or 0) - (output_tokens or 0))
    # Anthropic counts these beside input_tokens, never inside.
    read = _count(stated, "cache_read_input_tokens") or 0
    written = _count(stated, "cache_creation_input_tokens") or 0
    return Usage(input_tokens + read + written, output_tokens or 0, cached + read)


def _cached_in(stated: dict[str, object]) -> int:
    for name in ("prompt_tokens_details", "input_tokens_details"):
        details = stated.get(name)
        if isinstance(details, dict):
            return _count(details, "cached_tokens") or 0
    return 0


def _count(stated: dict[str, object], *names: str) -> int | None:
    """The first of ``names`` that holds a count; a negative or odd value is none."""
    for name in names:
        value = stated.get(name)
        if type(value) is int and value >= 0:
            return value
        if type(value) is float and value >= 0 and value.is_integer():
            return int(value)
    return None
