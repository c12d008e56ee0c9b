"""From an exchange to entries, at the moment something went wrong in it."""

import time
from collections.abc import Callable

from sealane_api.diagnosis.error_event import Origin
from sealane_api.route_table import Route
from sealane_router.errors import (
    Failure,
    GatewayDraining,
    GatewayError,
    GatewayFault,
    PathNotFound,
    ProviderFailed,
    Unauthenticated,
)
from sealane_router.exchange import Attempt, Exchange
from sealane_router.providers.api import Api

from .backlog import Backlog
from .credential_names import CredentialNames
from .entry import Entry
from .folding import Folding
from .wording import ANSWERED, EXPIRED_KEY, NO_KEY, WRONG_KEY

#: What Sealane did itself, whatever the client asked for.
_OWN = (GatewayFault, GatewayDraining)
_SUFFIXES = tuple(api.suffix.encode("ascii") for api in Api)
#: No key is longer, and its class is in its beginning.
_LONGEST_KEY = 512


class ErrorNotes:
    """Notes each failed attempt and each exchange that the gateway answered with an error of its own.

    Attempts are noted one by one. An exchange whose last attempt failed is not noted again, and a client that left is
    no error. ``self_tenant`` is the tenant of the investigator's own calls. ``wall`` is seconds since 1970,
    ``clock`` monotonic.
    """

    def __init__(
        self,
        backlog: Backlog,
        folding: Folding,
        names: CredentialNames,
        *,
        self_tenant: str = "",
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._backlog = backlog
        self._folding = folding
        self._names = names
        self._self_tenant = self_tenant
        self._wall = wall
        self._clock = clock

    def attempt_failed(self, exchange: Exchange, failure: Failure) -> None:
        """The exchange's latest attempt ended with ``failure``, before the commit or behind it."""
        attempt = exchange.attempt
        entry = self._entry(exchange)
        self._place(entry, exchange, attempt)
        entry.status = failure.status or attempt.status
        entry.code, entry.type = failure.code, failure.error_type
        entry.message = failure.message or failure.raw
        entry.failure_class = failure.failure_class.value
        self._backlog.put(entry)

    def exchange_failed(self, exchange: Exchange, error: GatewayError, exception: str | None = None) -> None:
        """The client got ``error``; ``exception`` is where a defect struck, without what it said."""
        if isinstance(error, ProviderFailed):
            return
        entry = self._entry(exchange)
        if isinstance(error, _OWN):
            entry.origin = Origin.SELF
        if exchange.matched:
            _route(entry, exchange.match.route)
        entry.model = exchange.model
        entry.status, entry.code = error.status, error.code
        entry.message, entry.exception = ANSWERED.get(error.code, error.message), exception
        if isinstance(error, PathNotFound):
            entry.message += _hint(exchange.head.path)
        elif isinstance(error, Unauthenticated):
            entry.credential_class = self._presented(exchange)
            entry.message = NO_KEY if entry.credential_class is None else WRONG_KEY
            if "expired" in error.message:
                entry.message = EXPIRED_KEY
        self._folding.put(entry, self._clock())

    def _entry(self, exchange: Exchange) -> Entry:
        tenant, attempts = exchange.tenant, exchange.attempts
        entry = Entry(self._wall(), Origin.SELF if tenant and tenant == self._self_tenant else Origin.ROUTER)
        entry.tenant = tenant
        entry.request_id = exchange.request_id
        entry.traceparent = exchange.head.get(b"traceparent")
        entry.attempt = len(attempts)
        entry.committed = bool(attempts) and attempts[-1].first_content > 0.0
        return entry

    def _place(self, entry: Entry, exchange: Exchange, attempt: Attempt) -> None:
        provider = attempt.target.provider
        _route(entry, exchange.match.route)
        entry.provider, entry.dialect, entry.base_url = provider.name, provider.dialect.value, provider.base_url
        entry.model = attempt.target.model or exchange.match.canonical
        entry.credential, entry.credential_class = self._names.of(attempt.runtime.credential)

    def _presented(self, exchange: Exchange) -> str | None:
        """The class of the key that was refused: a provider's own key at the gateway is a usual mistake."""
        head = exchange.head
        shown = head.get(b"authorization") or head.get(b"x-api-key")
        if not shown:
            return None
        return self._names.class_of(shown.rpartition(b" ")[2][:_LONGEST_KEY])


def _route(entry: Entry, route: Route) -> None:
    entry.route = route.key
    entry.revision = route.number


def _hint(path: bytes) -> str:
    """What a wrong base URL of a client leaves of a path: the rest of it may hold anything."""
    for suffix in _SUFFIXES:
        if path.endswith(suffix):
            return f": {suffix.decode('ascii')}"
    return ""
