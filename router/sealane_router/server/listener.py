"""The traffic port: one :class:`ClientConnection` per client, which reads heads and bodies and runs exchanges.

The reading side is never paused while an exchange runs: a paused socket hides its close. Bytes behind the running
request wait, bounded; more of them than that ends the connection.
"""

import asyncio
import time
from collections.abc import Callable
from typing import cast

from sealane_router.aio.driver import Driver
from sealane_router.aio.watchdog import Watchdog
from sealane_router.error_answer import render
from sealane_router.errors import ClientGone, GatewayBusy, GatewayError, HeadTooLarge, MalformedRequest, RequestTimedOut
from sealane_router.exchange import Exchange
from sealane_router.http1.body import RequestBody, surplus_behind
from sealane_router.http1.head import parse_head
from sealane_router.http1.response import CONTINUE, ClientResponse

from .traffic import Traffic

_END = b"\r\n\r\n"
#: How long, and how much, a refused client may go on sending before its connection is dropped; closing at once
#: would destroy the answer it has not read yet.
LINGER_SECONDS = 5.0
LINGER_BYTES = 64 * 1024 * 1024
#: A client that takes nothing of its answer for this long has left in all but name.
CLIENT_STALL = 60.0


class ClientConnection(asyncio.Protocol):
    """A client's connection; ``traffic`` is what all of them share."""

    __slots__ = (
        "_body", "_buffer", "_deadline_hit", "_driver", "_exchange", "_head_begun", "_lingering", "_loop", "_response",
        "_transport", "_watchdog", "traffic",
    )  # fmt: skip

    def __init__(self, traffic: Traffic, loop: asyncio.AbstractEventLoop) -> None:
        self.traffic = traffic
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._watchdog = Watchdog(loop, self._expired)
        self._deadline_hit: Callable[[], None] = self.close
        self._buffer = bytearray()
        self._driver: Driver | None = None
        self._body: RequestBody | None = None
        self._response: ClientResponse | None = None
        self._exchange: Exchange | None = None
        self._head_begun = False
        self._lingering = 0

    @property
    def busy(self) -> bool:
        """Whether an exchange runs on it."""
        return self._driver is not None

    # The transport's callbacks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not derive from asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        if not self.traffic.admit(self):
            self._refuse(GatewayBusy("the gateway is at its limit of client connections", close=True), "connections")
            return
        self._wait(self.traffic.settings.keep_alive_timeout, self.close)

    def data_received(self, data: bytes) -> None:
        if self._lingering:
            self._lingering -= len(data)
            if self._lingering <= 0:
                self.abort()
        elif self._driver is None:
            self._take_head(data)
        elif self._body is not None:
            self._take_body(data)
        else:
            self._take_pipelined(data)

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the client left, for whatever reason
        self._transport = None
        self._watchdog.close()
        self.traffic.forget(self)
        if self._driver is not None:
            self._driver.cancel(ClientGone())

    def pause_writing(self) -> None:
        if self._response is not None:
            self._response.pause()
            self._wait(CLIENT_STALL, self.abort)

    def resume_writing(self) -> None:
        if self._response is not None:
            self._watchdog.disarm()
            self._response.resume()

    # What the server calls

    def close(self) -> None:
        """Close after what was written has left."""
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close now."""
        if self._transport is not None:
            self._transport.abort()

    def finish_up(self) -> None:
        """Drain: an idle connection closes, a busy one closes after its answer."""
        if self._response is not None:
            self._response.close = True
        elif self._driver is None and not self._buffer and not self._lingering:
            self.close()

    def end_exchange(self, error: GatewayError) -> None:
        """The drain deadline passed: end what runs with ``error``."""
        if self._driver is not None:
            self._driver.cancel(error)

    # Reading

    def _take_head(self, data: bytes) -> None:
        buffer = self._buffer
        if not buffer and data[:2] == b"\r\n":
            data = data[2:]  # RFC 9112 §2.2: an empty line before the request line is forgiven
        searched = max(len(buffer) - 3, 0)
        buffer += data
        end = buffer.find(_END, searched)
        limit = self.traffic.settings.head_limit
        if end < 0 and len(buffer) <= limit:
            self._await_head(buffer)
            return
        if end < 0 or end + 4 > limit:
            self._refuse(HeadTooLarge(f"the request head is above the limit of {limit} bytes", close=True), "head_size")
            return
        raw = bytes(buffer[: end + 4])
        rest = bytes(buffer[end + 4 :])
        buffer.clear()
        self._begin(raw, rest)

    def _await_head(self, buffer: bytearray) -> None:
        if not buffer:
            return
        if b"\n\n" in buffer or b"\n\r\n" in buffer:
            self._refuse(MalformedRequest("lines of a request end with CR LF", close=True), "malformed")
        elif not self._head_begun:
            self._head_begun = True
            self._wait(self.traffic.settings.head_timeout, self._head_late)

    def _begin(self, raw: bytes, rest: bytes) -> None:
        transport = self._transport
        if transport is None:
            return
        try:
            head = parse_head(raw)
        except GatewayError as error:
            self._refuse(error, "malformed")
            return
        traffic = self.traffic
        takeover = traffic.takeover(head)
        if takeover is not None:
            self._hand_over(takeover, raw + rest)
            return
        self._watchdog.disarm()
        self._head_begun = False
        body = RequestBody(head, traffic.settings.body_limit, traffic.memory)
        response = ClientResponse(transport, http10=head.version == "1.0", keep_alive=head.keep_alive)
        response.close = response.close or traffic.draining
        exchange = traffic.exchange(head, body, response)
        self._response = response
        self._exchange = exchange
        driver = Driver(traffic.run(exchange), self._done)
        self._driver = driver
        if not body.complete:
            self._body = body
        if rest:
            self.data_received(rest)
        driver.start()
        if head.expects_continue and self._body is body and not driver.finished:
            transport.write(CONTINUE)  # the exchange got as far as wanting the body: its head has passed
        if self._body is body and not driver.finished:
            self._wait(traffic.settings.body_idle_timeout, self._body_late)

    def _take_body(self, data: bytes) -> None:
        body = self._body
        if body is None:
            return
        if body.failed:
            return  # the answer is being written; what still comes in is dropped with the connection
        rest = body.feed(data)
        if body.complete:
            self._body = None
            self._watchdog.disarm()
            if surplus_behind(body) and self._response is not None:
                self._response.close = True
            if rest:
                self._take_pipelined(rest)
        elif not body.failed:
            self._wait(self.traffic.settings.body_idle_timeout, self._body_late)
        # Last: the exchange may run to its end inside.
        body.wake()

    def _take_pipelined(self, data: bytes) -> None:
        if len(self._buffer) + len(data) > self.traffic.settings.pipeline_limit:
            self.traffic.rejected("pipelined")
            self.abort()
            return
        self._buffer += data

    # Ending

    def _done(self, error: BaseException | None) -> None:
        response, body = self._response, self._body
        exchange = self._exchange
        self._driver = self._response = self._exchange = self._body = None
        if exchange is not None:
            exchange.body.close()
        transport = self._transport
        if transport is None or response is None or transport.is_closing():
            return
        if error is not None or not response.ended:
            self.abort()
        elif body is not None:
            self._linger()
        elif response.close or self.traffic.draining:
            self.close()
        elif self._buffer:
            # A new turn of the loop: pipelined requests must not nest.
            self._loop.call_soon(self._resume)
        else:
            self._wait(self.traffic.settings.keep_alive_timeout, self.close)

    def _resume(self) -> None:
        if self._transport is not None and self._driver is None:
            self._take_head(b"")

    def _refuse(self, error: GatewayError, reason: str) -> None:
        """Answer what never became an exchange, and close."""
        self.traffic.rejected(reason)
        transport = self._transport
        if transport is None:
            return
        self._buffer.clear()
        response = ClientResponse(transport, http10=False, keep_alive=False)
        status, headers, body, _ = render(error, anthropic=False)
        response.answer(status, headers, body)
        self._linger()

    def _linger(self) -> None:
        """Say that this was all, and let the client finish reading before the connection goes."""
        if self._transport is not None and self._transport.can_write_eof():
            self._transport.write_eof()
        self._body = None
        self._lingering = LINGER_BYTES
        self._wait(LINGER_SECONDS, self.abort)

    def _hand_over(self, factory: Callable[[], asyncio.Protocol], data: bytes) -> None:
        transport = self._transport
        if transport is None:
            return
        self._watchdog.close()
        self.traffic.forget(self)
        self._transport = None
        protocol = factory()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        protocol.data_received(data)

    # Time

    def _wait(self, seconds: float, hit: Callable[[], None]) -> None:
        self._deadline_hit = hit
        self._watchdog.arm(time.monotonic() + seconds)

    def _expired(self) -> None:
        self._deadline_hit()

    def _head_late(self) -> None:
        self._refuse(RequestTimedOut("the request head did not arrive in time", close=True), "head_timeout")

    def _body_late(self) -> None:
        if self._body is not None:
            self._body.fail(RequestTimedOut("the request body did not arrive in time", close=True))
            self._body.wake()
