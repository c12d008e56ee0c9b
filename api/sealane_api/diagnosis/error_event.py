"""One error as it travels to the investigator, and the batch it travels in.

``POST /v1/errors`` takes an :class:`ErrorBatch` as JSON; member names are the attribute names. A reporter numbers its
events: ``(reporter, epoch, sequence)`` names one event, as its ``id`` does, so a batch that is sent twice counts once
and a gap shows what was dropped. ``message`` and ``exception`` have been redacted by the sender.
"""

from dataclasses import dataclass
from enum import StrEnum

#: Events of one batch, and characters of its longest texts; what is longer was cut by the sender, at a character.
MAX_BATCH = 500
MAX_MESSAGE = 8_192
MAX_NAME = 512


class Origin(StrEnum):
    """Who an event is about: ``SELF`` is Sealane's own trouble, which no model is asked about."""

    ROUTER = "router"
    ALERT = "alert"
    KUBERNETES = "kubernetes"
    CLIENT = "client"
    SELF = "self"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorEvent:
    """What went wrong once.

    ``occurred_at`` is in seconds since 1970, by the reporter's clock. ``route`` is ``namespace/name``, ``workload``
    ``namespace/kind/name`` for an event of Kubernetes. ``provider`` is the name inside the route and ``dialect`` its
    family as the route says; ``base_url_host`` the host it was sent to. ``credential`` is a keyed hash, never a key,
    and ``credential_class`` the class of its prefix. ``failure_class`` is the router's own word
    (:class:`sealane_api.failure.FailureClass`). ``attempt`` counts from 1, 0 when nothing was sent. ``committed``:
    the client had content already. ``count`` is how many occurrences the event stands for.
    """

    id: str
    reporter: str
    epoch: str
    sequence: int
    occurred_at: float
    origin: Origin = Origin.ROUTER
    route: str | None = None
    revision: int | None = None
    provider: str | None = None
    dialect: str | None = None
    base_url_host: str | None = None
    model: str | None = None
    tenant: str | None = None
    credential: str | None = None
    credential_class: str | None = None
    workload: str | None = None
    status: int | None = None
    code: str | None = None
    type: str | None = None
    message: str = ""
    exception: str | None = None
    failure_class: str | None = None
    attempt: int = 0
    committed: bool = False
    request_id: str | None = None
    trace_id: str | None = None
    count: int = 1

    @property
    def subject(self) -> str:
        """Where the error is at home, one half of an incident's key: the workload, the provider and its host, or the
        gateway itself, which refused before any provider was chosen."""
        if self.workload:
            return self.workload
        if self.provider is None and self.base_url_host is None:
            return "gateway"
        return f"{self.provider or '-'}@{self.base_url_host or '-'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBatch:
    """Events of one reporter; ``dropped`` is how many it had to give up since its epoch began."""

    reporter: str
    epoch: str
    events: tuple[ErrorEvent, ...] = ()
    dropped: int = 0
