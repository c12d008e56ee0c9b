"""The second redaction, before anything is written: a sender is trusted to have redacted, and checked all the same."""

import asyncio
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sealane_api.diagnosis.error_event import MAX_MESSAGE, MAX_NAME, ErrorEvent
from sealane_telemetry.error_text.chunks import is_label, is_name
from sealane_telemetry.error_text.credentials import mask_credentials
from sealane_telemetry.redaction import redact, scrub

#: A reporter's clock may be ahead; an event does not happen later than it arrives.
MAX_AHEAD_SECONDS = 60.0

#: These differ from event to event, so remembering them would only push out what repeats.
_IDS = ("id", "request_id", "trace_id")
_NAMES = (
    "reporter",
    "epoch",
    "route",
    "provider",
    "dialect",
    "base_url_host",
    "tenant",
    "credential",
    "credential_class",
    "workload",
    "failure_class",
)
#: What providers and clients write there may be anything; a name is shown, and a text is redacted.
_LABELS = ("model", "code", "type")
#: PostgreSQL stores no NUL, and no name has a control character.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]")
_NUL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
#: What names and ids are written in. What is not has been written by somebody, and is redacted as a text.
_PLAIN = re.compile(r"[!-~\ufffd]*")
_REMEMBERED = 2_048
#: What is longer takes milliseconds to redact and to analyse, so it is done on a thread; in characters.
LONG_TEXT = 1_024
#: Seconds of work after which others on the loop get their turn.
TURN_SECONDS = 0.002


class Cleaning:
    """Redacts events; ``redact`` is the redaction of error texts, which must not change what it made itself."""

    def __init__(self, redact: Callable[[str], str]) -> None:
        # Most errors say what one before them said: remembering what was made of a text makes intake ten times as fast.
        self._redact = lru_cache(maxsize=_REMEMBERED)(redact)
        self._remembered_name = lru_cache(maxsize=_REMEMBERED)(self._name)

    def clean(self, event: ErrorEvent, now: float) -> ErrorEvent:
        """Return ``event`` as it may be written."""
        changes: dict[str, Any] = {}
        for names, cleaning in ((_NAMES, self.name), (_IDS, self._name), (_LABELS, self._label)):
            for name in names:
                value = getattr(event, name)
                if value is not None and (cleaned := cleaning(value)) != value:
                    changes[name] = cleaned
        for name in ("message", "exception"):
            value = getattr(event, name)
            if value and (cleaned := self.text(value)) != value:
                changes[name] = cleaned
        if event.occurred_at > now + MAX_AHEAD_SECONDS:
            changes["occurred_at"] = now
        return replace(event, **changes) if changes else event

    async def clean_all(self, events: Sequence[ErrorEvent], now: float) -> tuple[ErrorEvent, ...]:
        """Return ``events`` as they may be written, without holding anybody else up."""
        cleaned: list[ErrorEvent] = []
        turn = time.perf_counter()
        for event in events:
            if is_long(event):
                cleaned.append(await asyncio.to_thread(self.clean, event, now))
                turn = time.perf_counter()
                continue
            cleaned.append(self.clean(event, now))
            if time.perf_counter() - turn > TURN_SECONDS:
                await asyncio.sleep(0)
                turn = time.perf_counter()
        return tuple(cleaned)

    def _label(self, value: str) -> str:
        name = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", value[:MAX_NAME])
        named = (is_label(name) or is_name(name)) and self.name(name) == name
        return name if named else self.text(name)[:MAX_NAME]

    def name(self, value: str) -> str:
        """Return a name as it may be written."""
        return self._remembered_name(value)

    def _name(self, value: str) -> str:
        name = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", value)
        is_plain = _PLAIN.fullmatch(name) is not None and _without_keys(name) == name
        return (name if is_plain else self.text(name))[:MAX_NAME]

    def text(self, value: str) -> str:
        """Return a text as it may be written."""
        return self._redact(_NUL.sub("\N{REPLACEMENT CHARACTER}", value))[:MAX_MESSAGE]

    def remark(self, value: str) -> str:
        """Return what a person wrote here, as it may be written: its words are meant to be read, and keys never are."""
        return _without_keys(_NUL.sub("\N{REPLACEMENT CHARACTER}", value))[:MAX_MESSAGE]


def _without_keys(value: str) -> str:
    return mask_credentials(scrub(value), lambda key, _: redact(key))


def is_long(event: ErrorEvent) -> bool:
    """Whether an event has a text that takes its time."""
    return len(event.message) > LONG_TEXT or len(event.exception or "") > LONG_TEXT
