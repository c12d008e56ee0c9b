"""OpenAI responses: content is the first event that is no announcement; the finish carries the usage.

``response.failed`` is a finish: the provider's account of what went wrong, complete, and passed on as such.
"""

from typing import Any

import msgspec

from sealane_router.errors import Failure
from sealane_router.providers.dialect import Dialect

from .base import StreamInspector
from .documents import UNREADABLE, read_document

_ANNOUNCEMENTS = frozenset({"response.created", "response.in_progress", "response.queued"})
_FINISHES = frozenset({"response.completed", "response.incomplete", "response.failed"})


class _Response(msgspec.Struct, gc=False):
    id: Any = None
    usage: Any = None


class _Event(msgspec.Struct, gc=False):
    type: str = ""
    # The finish carries the whole answer; all but this is skipped.
    response: _Response | None = None


_decode_event = msgspec.json.Decoder(_Event).decode


class ResponsesInspector(StreamInspector):
    """Watches a responses stream."""

    __slots__ = ("_id",)

    def __init__(self, dialect: Dialect, *, wall: float) -> None:
        super().__init__(dialect, wall=wall)
        self._id: object = None

    def _read(self, name: bytes, data: bytes) -> Failure | None:
        try:
            event = _decode_event(data)
        except UNREADABLE:
            event = _lenient(read_document(data))
        if event.type == "error" or name == b"error":
            return self._in_band(data)
        if not event.type:
            # Not one of this API's events: an error in another shape, or nothing that we know.
            return self._in_band(data) if read_document(data).get("error") else None
        if event.response is not None:
            failure = self._read_response(event.response)
            if failure is not None:
                return failure
        if event.type in _FINISHES:
            self._finish()
        elif event.type not in _ANNOUNCEMENTS:
            self.started = True
        return None

    def _read_response(self, response: _Response) -> Failure | None:
        if response.id and response.id != self._id:
            if self._id and self._dialect.changed_id_breaks:
                return self._broken("it was mixed with another generation (its id changed)")
            self._id = response.id
        if response.usage:
            self._stated_usage = response.usage
        return None


def _lenient(document: dict[str, object]) -> _Event:
    kind = document.get("type")
    response = document.get("response")
    return _Event(
        kind if isinstance(kind, str) else "",
        _Response(response.get("id"), response.get("usage")) if isinstance(response, dict) else None,
    )
