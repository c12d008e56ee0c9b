"""Anthropic messages: from ``message_start`` to ``message_stop``; content begins at ``content_block_start``.

``message_start`` states the input tokens, ``message_delta`` the output tokens so far.
"""

from typing import Any

import msgspec

from sealane_router.errors import Failure
from sealane_router.providers.dialect import Dialect

from .base import StreamInspector
from .documents import UNREADABLE, read_document


class _Event(msgspec.Struct, gc=False):
    type: str = ""
    # Only message_start has one, and it is small: its content is still empty.
    message: dict[str, Any] | None = None
    usage: Any = None


_decode_event = msgspec.json.Decoder(_Event).decode


class MessagesInspector(StreamInspector):
    """Watches a messages stream."""

    __slots__ = ("_id",)

    def __init__(self, dialect: Dialect, *, wall: float) -> None:
        super().__init__(dialect, wall=wall)
        self._id: object = None

    def _read(self, name: bytes, data: bytes) -> Failure | None:
        try:
            event = _decode_event(data)
        except UNREADABLE:
            event = _lenient(read_document(data))
        kind = event.type
        if kind == "content_block_delta":
            return None
        if kind == "error" or name == b"error":
            return self._in_band(data)
        if kind == "content_block_start":
            self.started = True
        elif kind == "message_stop":
            self._finish()
        elif kind == "message_start" and event.message is not None:
            return self._read_start(event.message)
        if event.usage:
            self._add_usage(event.usage)
        return None

    def _read_start(self, message: dict[str, Any]) -> Failure | None:
        started_id = message.get("id")
        if started_id and self._id and started_id != self._id and self._dialect.changed_id_breaks:
            return self._broken("it was mixed with another generation (its id changed)")
        self._id = started_id or self._id
        self._add_usage(message.get("usage"))
        return None

    def _add_usage(self, stated: object) -> None:
        """Later counts replace earlier ones of the same name; what is only stated at the start stays."""
        if isinstance(stated, dict):
            before = self._stated_usage if isinstance(self._stated_usage, dict) else {}
            self._stated_usage = before | {name: count for name, count in stated.items() if count is not None}


def _lenient(document: dict[str, object]) -> _Event:
    kind = document.get("type")
    message = document.get("message")
    return _Event(
        kind if isinstance(kind, str) else "",
        message if isinstance(message, dict) else None,
        document.get("usage"),
    )
