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
from sealane_router.http1.head import RequestHead, parse_head
from sealane_router.http1.response import CONTINUE, ClientResponse
from sealane_telemetry.logs import get_logger

from .handover import HandedOver
from .traffic import Taker, Traffic

_log = get_logger("sealane.router")

_END = b"\r\n\r\n"
#: How long, and how much, a refused client may go on sending before its connection is dropped; closing at once
#: would destroy the answer it has not read yet.
LINGER_SECONDS = 5.0
LINGER_BYTES = 64 * 1024 * 1024
#: A client that takes nothing of its answer for this long has left in all but name.
CLIENT_STALL = 60.0
#: Behind an answer that could not yet say it is the last, a draining router waits so long for one more request: a
#: client that keeps connections sends it at once, and to close then would lose it.
ONE_MORE_SECONDS = 1.0


class ClientConnection(asyncio.Protocol):
    """A client's connection; ``traffic`` is what all of them share."""

    __slots__ = (
        "_body", "_buffer", "_deadline_hit", "_driver", "_exchange", "_head_begun", "_keep_alive", "_lingering",
        "_loop", "_one_more", "_response", "_searched", "_stalled", "_transport", "_watchdog", "traffic",
    )  # fmt: skip

    def __init__(self, traffic: Traffic, loop: asyncio.AbstractEventLoop) -> None:
        self.traffic = traffic
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._watchdog = Watchdog(loop, self._expired)
        self._deadline_hit: Callable[[], None] = self.close
        self._buffer = bytearray()
        #: Where a head's end may still be found: what was pipelined has not been looked at.
        self._searched = 0
        self._driver: Driver | None = None
        self._body: RequestBody | None = None
        self._response: ClientResponse | None = None
        self._exchange: Exchange | None = None
        self._head_begun = False
        self._keep_alive = False
        self._stalled = False
        self._lingering = 0
        self._one_more = False

    @property
    def busy(self) -> bool:
        """Whether an exchange runs on it."""
        return self._driver is not None

    # The transport's callbacks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not derive from asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        if not self.traffic.admit(self):
            self._refuse(GatewayBusy("the gateway is at its limit of client connections", close=True))
            return
        self._wait(self.traffic.settings.keep_alive_timeout, self.close)

    def data_received(self, data: bytes) -> None:
        if self._lingering:
            self._lingering -= len(data)
            if self._lingering <= 0:
                self.abort()
        elif self._body is not None:
            self._take_body(data)
        elif self._driver is not None or self._stalled:
            self._take_pipelined(data)
        else:
            self._take_head(data)

    def eof_received(self) -> bool:
        """A half-closed client looks like one that left, and is taken for it; what it was answered still leaves."""
        if self._driver is not None:
            self.abort()
        return False

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the client left, for whatever reason
        self._transport = None
        self._watchdog.close()
        self.traffic.forget(self)
        if self._driver is not None:
            self._driver.cancel(ClientGone())

    def pause_writing(self) -> None:
        self._stalled = True
        if self._response is not None:
            self._response.pause()
            self._wait(CLIENT_STALL, self.abort)

    def resume_writing(self) -> None:
        self._stalled = False
        if self._response is not None:
            self._watchdog.disarm()
            self._response.resume()
        elif not self._lingering and self._transport is not None and not self._transport.is_closing():
            self._next()

    # What the server calls

    def close(self) -> None:
        """Close after what was written has left, which a client that reads nothing cannot put off for ever."""
        if self._transport is not None:
            self._transport.close()
            self._wait(CLIENT_STALL, self.abort)

    def abort(self) -> None:
        """Close now."""
        if self._transport is not None:
            self._transport.abort()

    def announce_close(self) -> None:
        """Drain: the answer under way is the last, and says so where it has not begun; else the next one does."""
        if self._response is not None:
            self._response.close = True

    def close_if_idle(self) -> None:
        """Drain: close, unless something is under way or may come at once; then it closes behind that."""
        if self._driver is None and not self._buffer and not self._lingering and not self._one_more:
            self.close()

    def end_exchange(self, error: GatewayError) -> None:
        """The drain deadline passed: end what runs with ``error``."""
        if self._driver is not None:
            self._driver.cancel(error)

    # Reading

    def _take_head(self, data: bytes) -> None:
        buffer = self._buffer
        limit = self.traffic.settings.head_limit
        if not buffer:
            if data[:2] == b"\r\n":
                data = data[2:]  # RFC 9112 §2.2: an empty line before the request line is forgiven
            end = data.find(_END) + 4
            if 4 <= end <= limit:
                self._begin(data[:end], data[end:])
                return
        buffer += data
        end = buffer.find(_END, self._searched)
        if end < 0 and len(buffer) <= limit:
            self._await_head(buffer)
            return
        if end < 0 or end + 4 > limit:
            self._refuse(HeadTooLarge(f"the request head is above the limit of {limit} bytes", close=True))
            return
        raw = bytes(buffer[: end + 4])
        rest = bytes(buffer[end + 4 :])
        buffer.clear()
        self._searched = 0
        self._begin(raw, rest)

    def _await_head(self, buffer: bytearray) -> None:
        if not buffer:
            return
        searched = self._searched
        self._searched = max(len(buffer) - 3, 0)
        if buffer.find(b"\n\n", searched) >= 0 or buffer.find(b"\n\r\n", searched) >= 0:
            self._refuse(MalformedRequest("lines of a request end with CR LF", close=True))
        elif not self._head_begun:
            self._head_begun = True
            self._wait(self.traffic.settings.head_timeout, self._head_late)

    def _begin(self, raw: bytes, rest: bytes) -> None:
        try:
            head = parse_head(raw)
        except GatewayError as error:
            self._refuse(error)
            return
        self._watchdog.disarm()
        self._head_begun = False
        refused = None
        try:
            taker = self.traffic.takeover(head)
        except GatewayError as error:
            taker, refused = None, error
        if taker is not None:
            self._hand_over(taker, raw + rest)
        else:
            self._serve(head, rest, refused)

    def _serve(self, head: RequestHead, rest: bytes, refused: GatewayError | None) -> None:
        transport, traffic = self._transport, self.traffic
        if transport is None:
            return
        body = RequestBody(head, traffic.settings.body_limit, traffic.memory)
        response = ClientResponse(
            transport, http10=head.version == "1.0", keep_alive=head.keep_alive, bodiless=head.method == b"HEAD"
        )
        exchange = traffic.exchange(head, body, response)
        self._response, self._exchange = response, exchange
        self._keep_alive = not response.close and refused is None
        # An answer that comes before the end of its request's body is the connection's last.
        response.close = not self._keep_alive or traffic.draining or not body.complete
        driver = self._driver = Driver(traffic.run(exchange, refused), self._done)
        if not body.complete:
            self._body = body
            if rest:
                self._take_body(rest)
        elif rest:
            self._take_pipelined(rest)
        driver.start()
        if self._body is body and not driver.finished:
            if head.expects_continue:
                transport.write(CONTINUE)  # the exchange got as far as wanting the body: its head has passed
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
            if self._response is not None:
                self._response.close = not self._keep_alive or self.traffic.draining or surplus_behind(body)
            if rest:
                self._take_pipelined(rest)
        elif not body.failed:
            self._wait(self.traffic.settings.body_idle_timeout, self._body_late)
        # Last: the exchange may run to its end inside.
        body.wake()

    def _take_pipelined(self, data: bytes) -> None:
        if len(self._buffer) + len(data) > self.traffic.settings.pipeline_limit:
            self.traffic.rejected(MalformedRequest.code)
            self.abort()
            return
        self._buffer += data

    # Ending

    def _done(self, error: BaseException | None) -> None:
        response, body, exchange = self._response, self._body, self._exchange
        self._driver = self._response = self._exchange = self._body = None
        surplus = bool(self._buffer)
        if exchange is not None:
            surplus = surplus or surplus_behind(exchange.body)
            exchange.body.close()
        if error is not None:
            # The report answers every error it meets; only one of its own ends here.
            _log.error("exchange_unreported", exc_info=error)
        transport = self._transport
        if transport is None or response is None or transport.is_closing():
            return
        if error is not None or not response.ended:
            self.abort()
        elif not response.close and not self.traffic.draining:
            self._next()
        elif self.traffic.draining and not response.last and body is None:
            self._await_one_more()
        elif body is not None or surplus:
            self._linger()
        else:
            self.close()

    def _next(self) -> None:
        """Turn to what follows an answer; a client that has not taken this one gets no other."""
        if self._stalled:
            self._wait(CLIENT_STALL, self.abort)
        elif self._buffer:
            # A new turn of the loop: pipelined requests must not nest.
            self._loop.call_soon(self._resume)
        else:
            self._wait(self.traffic.settings.keep_alive_timeout, self.close)

    def _await_one_more(self) -> None:
        """Drain: the client was not told that it must not send; what it sends now is answered, and told so."""
        self._one_more = True
        if self._buffer:
            self._loop.call_soon(self._resume)
        else:
            self._wait(ONE_MORE_SECONDS, self.close)

    def _resume(self) -> None:
        transport = self._transport
        if self._buffer and self._driver is None and transport is not None and not transport.is_closing():
            self._take_head(b"")

    def _refuse(self, error: GatewayError) -> None:
        """Answer what never became an exchange, and close."""
        self.traffic.rejected(error.code)
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        response = ClientResponse(transport, http10=False, keep_alive=False)
        status, headers, body, _ = render(error, anthropic=False)
        response.answer(status, headers, body)
        self._linger()

    def _linger(self) -> None:
        """Say that this was all, and let the client finish reading before the connection goes."""
        if self._transport is not None and self._transport.can_write_eof():
            self._transport.write_eof()
        self._buffer.clear()
        self._lingering = LINGER_BYTES
        self._wait(LINGER_SECONDS, self.abort)

    def _hand_over(self, taker: Taker, data: bytes) -> None:
        transport = self._transport
        if transport is None:
            return
        self._watchdog.close()
        self._buffer.clear()
        self._transport = None
        HandedOver(self.traffic, taker).begin(transport, data, instead_of=self)

    # Time

    def _wait(self, seconds: float, hit: Callable[[], None]) -> None:
        self._deadline_hit = hit
        self._watchdog.arm(time.monotonic() + seconds)

    def _expired(self) -> None:
        self._deadline_hit()

    def _head_late(self) -> None:
        self._refuse(RequestTimedOut("the request head did not arrive in time", close=True))

    def _body_late(self) -> None:
        if self._body is not None:
            self._body.fail(RequestTimedOut("the request body did not arrive in time", close=True))
            self._body.wake()
