"""From entries to the bytes of a batch: the only place where an error's text is read, and it leaves redacted."""

from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

import msgspec

from sealane_api.diagnosis.error_event import MAX_MESSAGE, MAX_NAME, ErrorEvent
from sealane_router.http1.traceparent import trace_id
from sealane_telemetry.error_text.chunks import is_label, is_name
from sealane_telemetry.redaction import redact, scrub

from .entry import Entry
from .wording import words_of

#: Errors repeat themselves, and redacting one takes longer than all the rest.
_REMEMBERED = 256

#: Replaces what is private in an error's text, credentials by their keyed hash.
Redact = Callable[[str], str]


class EventWriter:
    """Writes entries as events of ``reporter`` in its ``epoch``; no text leaves but through ``redact_text``."""

    def __init__(self, reporter: str, epoch: str, redact_text: Redact) -> None:
        self.reporter = reporter
        self.epoch = epoch
        self._redact = redact_text
        self._redacted: dict[str, str] = {}

    def event(self, entry: Entry, longest: int = MAX_MESSAGE) -> bytes:
        """One event as JSON, with up to ``longest`` characters of its message; never raises for what an entry holds."""
        base = entry.base_url
        return msgspec.json.encode(
            ErrorEvent(
                id=f"{self.epoch}-{entry.sequence}",
                reporter=self.reporter,
                epoch=self.epoch,
                sequence=entry.sequence,
                occurred_at=entry.occurred_at,
                origin=entry.origin,
                route=entry.route,
                revision=entry.revision,
                provider=entry.provider,
                dialect=entry.dialect,
                base_url_host=None if base is None else urlsplit(base).hostname,
                model=self._name(entry.model) or None,
                tenant=entry.tenant or None,
                credential=entry.credential,
                credential_class=entry.credential_class,
                status=entry.status or None,
                code=self._name(entry.code),
                type=self._name(entry.type),
                message=self._message(entry.message or words_of(entry.code, entry.failure_class), longest),
                exception=None if entry.exception is None else entry.exception[:MAX_MESSAGE],
                failure_class=entry.failure_class,
                attempt=entry.attempt,
                committed=entry.committed,
                request_id=entry.request_id or None,
                trace_id=trace_id(entry.traceparent) or None,
                count=entry.count,
            )
        )

    def batch(self, events: Sequence[bytes], dropped: int) -> bytes:
        """A whole :class:`~sealane_api.diagnosis.error_event.ErrorBatch` as JSON."""
        return msgspec.json.encode(
            {
                "reporter": self.reporter,
                "epoch": self.epoch,
                "events": [msgspec.Raw(event) for event in events],
                "dropped": dropped,
            }
        )

    def _message(self, message: str | bytes, longest: int) -> str:
        text = (message.decode(errors="replace") if isinstance(message, bytes) else message)[:longest]
        if not text:
            return ""
        known = self._redacted.get(text)
        if known is None:
            if len(self._redacted) >= _REMEMBERED:
                self._redacted.clear()
            known = self._redacted[text] = self._public(_whole(text))
        return known

    def _name(self, text: str | None) -> str | None:
        """What providers and clients write where a name belongs, which may be anything."""
        if not text:
            return text
        name = _whole(text[:MAX_NAME])
        named = (is_label(name) or is_name(name)) and scrub(name) == name
        return name if named else self._public(name)[:MAX_NAME]

    def _public(self, text: str) -> str:
        try:
            return self._redact(text)[:MAX_MESSAGE]
        except (ValueError, RecursionError, IndexError, KeyError):
            # Providers write anything. An event without its words is worth more than none.
            return redact(text)


def _whole(text: str) -> str:
    """``text`` without halves of surrogate pairs, which no JSON can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
