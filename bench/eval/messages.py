"""The labelled messages: 187 from public threads and provider pages, and our own tables.

``labelled.jsonl`` has groups (message templates) and kinds (``observed``, ``documented``). ``wordings.txt`` was written
from documentation and knowledge of the field before any rule was; ``collected.txt`` was collected from public threads
and written from memory afterwards, and measured before anything was corrected by it; ``threads.txt``,
``third_hand.txt`` and ``fourth_hand.txt`` likewise, by hands that had not written the rules; ``paraphrased.txt`` are
sentences of our own in words that no provider uses.
"""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sealane_api.diagnosis.error_class import ErrorClass
from sealane_investigator.classify.wording import Wording, wording_of
from sealane_investigator.incident.peeled import Peeled
from sealane_investigator.peel.peeling import peel

_DATA = Path(__file__).parent / "data"

#: Our own tables, in the order in which they were written or collected.
TABLES = ("wordings", "collected", "threads", "third_hand", "fourth_hand", "paraphrased")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message with its class; ``group`` names its template, ``kind`` where it comes from."""

    text: str
    error_class: ErrorClass
    status: int | None = None
    provider: str | None = None
    group: str = ""
    kind: str = "own"

    @property
    def peeled(self) -> Peeled:
        """The message without its wrappers."""
        return _peeled(self)

    @property
    def wording(self) -> Wording:
        """The message as rules read it."""
        return wording_of(self.peeled)


@lru_cache(maxsize=8192)
def _peeled(message: Message) -> Peeled:
    return peel(message.text, http_status=message.status, provider=message.provider)


@lru_cache(maxsize=1)
def labelled() -> tuple[Message, ...]:
    """Return the messages from public threads and provider pages."""
    lines = (_DATA / "labelled.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(
        Message(
            text=row["text"],
            error_class=ErrorClass(row["class"]),
            status=row.get("http_status"),
            provider=row.get("provider"),
            group=row["group"],
            kind=row["kind"],
        )
        for row in map(json.loads, lines)
    )


@lru_cache(maxsize=len(TABLES))
def own(name: str) -> tuple[Message, ...]:
    """Return a table of our own: one of :data:`TABLES`.

    A line is ``class|status|provider|text``, in which ``⏎`` stands for a line break.
    """
    messages = []
    for number, line in enumerate((_DATA / f"{name}.txt").read_text(encoding="utf-8").splitlines(), start=1):
        if line and not line.startswith("#"):
            error_class, status, provider, text = line.split("|", 3)
            messages.append(
                Message(
                    text=text.replace("⏎", "\n"),
                    error_class=ErrorClass(error_class),
                    status=int(status) if status else None,
                    provider=provider or None,
                    group=f"{name}.{number}",
                )
            )
    return tuple(messages)


def training() -> tuple[Message, ...]:
    """Return everything the similarity model learns from."""
    return (*labelled(), *tables())


def tables() -> tuple[Message, ...]:
    """Return all messages of our own tables."""
    return tuple(message for name in TABLES for message in own(name))
