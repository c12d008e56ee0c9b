"""Connections that somebody else serves: handed to another protocol with the bytes already read.

File uploads and WebSocket are aiohttp's work: it may pause reading and speaks protocols that the listener does not.
A connection is handed over once its first head has passed and its caller is known, serves that one request, and stays
counted among the traffic port's connections.
"""

import asyncio
import time
from collections.abc import Callable

from aiohttp import web

from sealane_router.errors import GatewayError, GatewayFault
from sealane_router.http1.head import RequestHead
from sealane_router.policy.authentication import Authenticator, Caller

from .traffic import Connection, Taker, Traffic

#: The listener has bounded the head already; aiohttp's own limits must not refuse what it has let through.
_LARGEST_LINE = 1024 * 1024
_MOST_HEADERS = 100_000
#: How long handlers may go on when everything closes, in seconds.
_SHUTDOWN = 1.0


class HandedOver(asyncio.Protocol):
    """A connection that ``taker``'s protocol serves; every callback of the transport goes on to it."""

    __slots__ = ("_inner", "_traffic", "_transport")

    def __init__(self, traffic: Traffic, taker: Taker) -> None:
        self._traffic = traffic
        self._inner = taker()
        self._transport: asyncio.Transport | None = None

    def begin(self, transport: asyncio.Transport, data: bytes, *, instead_of: Connection) -> None:
        """Take ``transport`` over from ``instead_of``; ``data`` is everything that was read of the request."""
        self._traffic.replace(instead_of, self)
        transport.set_protocol(self)
        self.connection_made(transport)
        self.data_received(data)

    # The transport's callbacks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not derive from asyncio's.
        self._transport = transport  # type: ignore[assignment]
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._traffic.forget(self)
        self._inner.connection_lost(exc)

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    # What the traffic port knows of a connection

    @property
    def busy(self) -> bool:
        """Its one request is under way until it closes."""
        return True

    def announce_close(self) -> None:
        """Nothing to do: the one answer is the last."""

    def close_if_idle(self) -> None:
        """Nothing to do: it is never idle."""

    def end_exchange(self, error: GatewayError) -> None:  # noqa: ARG002 - what is said at the end is the taker's
        """The drain deadline passed."""
        self.close()

    def close(self) -> None:
        """Close after what was written has left."""
        if self._transport is not None:
            self._transport.close()


class AiohttpTakeover:
    """Hands connections to an aiohttp application; an instance is a ``Takeover`` for ``Traffic``.

    ``await start()`` before the first request, ``await close()`` at the end. ``authenticator`` returns the one in
    force. Handlers find their caller with :func:`caller_of`, and are cancelled when the client goes away.
    """

    def __init__(self, application: web.Application, authenticator: Callable[[], Authenticator]) -> None:
        application.on_response_prepare.append(_one_answer)
        self._runner = web.AppRunner(
            application,
            access_log=None,
            handler_cancellation=True,
            shutdown_timeout=_SHUTDOWN,
            auto_decompress=False,
        )
        self._authenticator = authenticator

    async def start(self) -> None:
        """Run the application's start-up; from then on it is frozen."""
        await self._runner.setup()

    async def close(self) -> None:
        """Cancel the handlers that still run, close their connections, and run the application's clean-up."""
        await self._runner.cleanup()

    def __call__(self, head: RequestHead) -> Taker:
        """Who serves the connection of ``head``; raises Unauthenticated."""
        server = self._runner.server
        if server is None:
            raise GatewayFault("a connection was to be handed to an application that has not started")
        caller = self._authenticator().authenticate(head.get(b"authorization"), head.get(b"x-api-key"), time.time())
        return lambda: _Guest(server, caller)


def caller_of(request: web.BaseRequest) -> Caller:
    """Who sent a request that came over a handed-over connection."""
    guest = request.protocol
    if not isinstance(guest, _Guest):
        raise GatewayFault("the request did not come through the traffic port")
    return guest.caller


class _Guest(web.RequestHandler):
    """aiohttp's protocol of one connection, which knows who is calling."""

    __slots__ = ("caller",)

    def __init__(self, server: web.Server, caller: Caller) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type] # its way to say none
            max_line_size=_LARGEST_LINE,
            max_field_size=_LARGEST_LINE,
            max_headers=_MOST_HEADERS,
        )
        self.caller = caller


async def _one_answer(_: web.Request, response: web.StreamResponse) -> None:
    """The listener's rules hold for the first head alone, so nothing may follow it."""
    response.force_close()
    # aiohttp has written its headers' values by now; an upgraded connection has another one.
    response.headers.setdefault("Connection", "close")
