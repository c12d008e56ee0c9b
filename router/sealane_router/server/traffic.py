"""What all client connections share: limits, the stacks that serve, and the count of who is connected."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Mapping
from itertools import count
from typing import Any, Protocol

from sealane_router.errors import GatewayDraining, GatewayError, MalformedRequest, MethodNotAllowed, PathNotFound
from sealane_router.exchange import Exchange, Handler
from sealane_router.http1.body import BodyMemory, RequestBody
from sealane_router.http1.head import RequestHead
from sealane_router.http1.response import ClientResponse
from sealane_router.providers.api import API_BY_PATH
from sealane_router.settings.groups import ListenerSettings
from sealane_router.stack import Stacks

MODELS_PATH = b"/v1/models"
_LONGEST_ID = 64
#: Ids are unique and no secret: one look at the system's randomness per process is enough.
_PROCESS_ID = os.urandom(8).hex()
_serial = count(int.from_bytes(os.urandom(7)))
_ID = frozenset(b"0123456789abcdefABCDEF-")

#: Makes the protocol that takes a connection over.
Taker = Callable[[], asyncio.Protocol]
#: Decides on a request's connection: who takes it over, None when nobody does; raises GatewayError to refuse it.
Takeover = Callable[[RequestHead], Taker | None]
RejectedHook = Callable[[str], None]


class Connection(Protocol):
    """A client's connection as all of them are counted and closed; whoever serves it."""

    @property
    def busy(self) -> bool:
        """Whether an exchange runs on it."""
        ...

    def announce_close(self) -> None:
        """Make the answer under way the last one."""
        ...

    def close_if_idle(self) -> None:
        """Close unless something is under way."""
        ...

    def end_exchange(self, error: GatewayError) -> None:
        """End what runs with ``error``."""
        ...

    def close(self) -> None:
        """Close after what was written has left."""
        ...


class Traffic:
    """The state behind the traffic port.

    ``takeovers`` maps paths to what decides on handing a connection (with the bytes already read) to another
    protocol, such as aiohttp's request handler.
    """

    def __init__(
        self,
        settings: ListenerSettings,
        stacks: Stacks,
        *,
        rejected: RejectedHook,
        takeovers: Mapping[bytes, Takeover] | None = None,
    ) -> None:
        self.settings = settings
        self.memory = BodyMemory(settings.buffered_bodies)
        self.rejected = rejected
        self.draining = False
        self._stacks = stacks
        self._takeovers = dict(takeovers or {})
        self._connections: set[Connection] = set()
        self._empty = asyncio.Event()

    @property
    def connections(self) -> int:
        """Client connections now."""
        return len(self._connections)

    @property
    def exchanges(self) -> int:
        """Exchanges under way."""
        return sum(connection.busy for connection in self._connections)

    def admit(self, connection: Connection) -> bool:
        """Count a new connection; False when there are too many."""
        if len(self._connections) >= self.settings.max_connections:
            return False
        self._connections.add(connection)
        return True

    def replace(self, connection: Connection, successor: Connection) -> None:
        """The same client's connection is served by ``successor`` from now on."""
        self._connections.discard(connection)
        self._connections.add(successor)

    def forget(self, connection: Connection) -> None:
        """A connection is gone."""
        self._connections.discard(connection)
        if not self._connections:
            self._empty.set()

    def takeover(self, head: RequestHead) -> Taker | None:
        """Who else serves this request's connection; None when we do. Raises GatewayError to refuse it."""
        decide = self._takeovers.get(head.path)
        return None if decide is None else decide(head)

    def exchange(self, head: RequestHead, body: RequestBody, response: ClientResponse) -> Exchange:
        """The exchange of a request whose head has been read."""
        return Exchange(
            head, body, response, api=API_BY_PATH.get(head.path), request_id=_request_id(head.get(b"x-request-id"))
        )

    def handler(self, exchange: Exchange) -> Handler:
        """The stack that serves the exchange's path."""
        head = exchange.head
        if exchange.api is not None:
            return self._stacks.proxy if head.method == b"POST" else self._stacks.refuse(_not_allowed("POST"))
        if head.path == MODELS_PATH:
            return self._stacks.models if head.method == b"GET" else self._stacks.refuse(_not_allowed("GET"))
        return self._stacks.refuse(_bad_path(head.path))

    def run(self, exchange: Exchange, refused: GatewayError | None) -> Coroutine[Any, Any, None]:
        """What serves an exchange to its end; ``refused`` is why its connection is not handed over after all."""
        handler = self.handler(exchange) if refused is None else self._stacks.refuse(refused)
        return handler(exchange)

    # Leaving

    def begin_leaving(self) -> None:
        """Every answer from now on is its connection's last, so that clients go elsewhere one by one."""
        self.draining = True
        for connection in self._connections:
            connection.announce_close()

    def close_idle(self) -> None:
        """Close what carries no exchange; the others close behind theirs."""
        for connection in list(self._connections):
            connection.close_if_idle()

    async def wait_until_idle(self, seconds: float) -> bool:
        """Wait until no connection is left; False when ``seconds`` were not enough."""
        if not self._connections:
            return True
        self._empty.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            return False
        return True

    def end_all(self) -> None:
        """The drain deadline passed: streams end with a clear code, and what is left closes."""
        for connection in list(self._connections):
            connection.end_exchange(GatewayDraining("the gateway is shutting down; send the request again"))
        for connection in list(self._connections):
            connection.close()


def _request_id(given: bytes | None) -> str:
    """The client's id when it is one that is safe everywhere (hex digits and dashes), else a new one."""
    if given is not None and 0 < len(given) <= _LONGEST_ID and _ID.issuperset(given):
        return given.decode("ascii")
    return f"{_PROCESS_ID}{next(_serial):016x}"


def _not_allowed(method: str) -> GatewayError:
    return MethodNotAllowed(f"this path takes {method} only", headers=(("allow", method),))


def _bad_path(path: bytes) -> GatewayError:
    lowered = path.lower()
    tricks = b".." in lowered or b"%2e" in lowered or b"%2f" in lowered or b"\\" in lowered or b"//" in lowered
    if tricks or not path.startswith(b"/"):
        return MalformedRequest("the path must be one of the gateway's paths, written plainly")
    return PathNotFound("the gateway does not serve this path; docs/api.md lists those it does")
