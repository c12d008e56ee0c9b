"""What a judgement says when it is No: a reason for programs, words for people."""

from collections.abc import Sequence
from dataclasses import dataclass

#: A condition's message is read in a terminal; what is wrong beyond it is seen after the first corrections.
MAX_WORDS = 10

_MAX_MESSAGE = 4096


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something cannot be; ``reason`` is a condition's reason, ``message`` says what to do about it."""

    reason: str
    message: str


def joined(sentences: Sequence[str]) -> str:
    """Return at most ten sentences as one message, one a line, and count the rest."""
    lines = list(sentences[:MAX_WORDS])
    if len(sentences) > MAX_WORDS:
        lines.append(f"and {len(sentences) - MAX_WORDS} more")
    text = "\n".join(lines)
    return text if len(text) <= _MAX_MESSAGE else text[: _MAX_MESSAGE - 1] + "…"
