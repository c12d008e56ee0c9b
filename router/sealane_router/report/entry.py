"""One error as it waits to be sent: references to what is there anyway, and no text made for it."""

import sys

from sealane_api.diagnosis.error_event import Origin

#: What an entry takes beside its message, in bytes: the object, its ids and its place in the queue.
BASE_BYTES = 512


class Entry:
    """What went wrong once, or ``count`` times alike.

    The members are those of :class:`~sealane_api.diagnosis.error_event.ErrorEvent`, not yet redacted; ``message`` may
    be the beginning of an answer as it came. ``credential`` is a keyed hash already. ``sequence`` is set when the
    entry is queued.
    """

    __slots__ = (
        "attempt", "base_url", "code", "committed", "count", "credential", "credential_class", "dialect", "exception",
        "failure_class", "message", "model", "occurred_at", "origin", "provider", "request_id", "revision", "route",
        "sequence", "status", "tenant", "traceparent", "type",
    )  # fmt: skip

    def __init__(self, occurred_at: float, origin: Origin) -> None:
        self.occurred_at = occurred_at
        self.origin = origin
        self.sequence = 0
        self.count = 1
        self.route: str | None = None
        self.revision: int | None = None
        self.provider: str | None = None
        self.dialect: str | None = None
        self.base_url: str | None = None
        self.model = ""
        self.tenant = ""
        self.credential: str | None = None
        self.credential_class: str | None = None
        self.status = 0
        self.code: str | None = None
        self.type: str | None = None
        self.message: str | bytes = ""
        self.exception: str | None = None
        self.failure_class: str | None = None
        self.attempt = 0
        self.committed = False
        self.request_id = ""
        self.traceparent: bytes | None = None

    @property
    def size(self) -> int:
        """Bytes that it holds, about."""
        size = BASE_BYTES + sys.getsizeof(self.message)
        return size if self.exception is None else size + sys.getsizeof(self.exception)
