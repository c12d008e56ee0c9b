"""One connection to a provider: writes a request, reads its answer, and trusts no byte it did not ask for.

Reading is llhttp's work (through httptools). A connection carries one exchange at a time. A byte that arrives while
it is idle, or behind the end of an answer, condemns it: that byte could belong to another tenant's answer.
"""

import asyncio
import select
import time
from collections.abc import Callable
from typing import cast

import httptools

from sealane_api.failure import FailureClass
from sealane_router.aio.driver import Wakeup
from sealane_router.aio.watchdog import Watchdog

from .errors import StaleConnection, UpstreamError, lost_error

#: An answer's head above this is a provider (or something in front of it) gone wrong.
MAX_HEAD = 64 * 1024
#: How much of an answer may wait in memory for a slow client before the provider is paused.
HIGH_WATER = 256 * 1024
#: Large request bodies are written in pieces, so that the idle clock sees progress.
WRITE_PIECE = 256 * 1024
#: Up to here one copy is cheaper than a vectored write.
JOIN_LIMIT = 16 * 1024


class UpstreamConnection(asyncio.Protocol):
    """A pooled connection; ``lost`` is told when it has closed.

    Of an answer, ``status``, ``headers`` (lower-case names) and ``fields`` (the same by name) are set once its head
    has come; ``framed`` says that its end is told and not just the connection's, ``complete`` that it has come.
    """

    __slots__ = (
        "_answer_error", "_buffered", "_dirty", "_fd_poll", "_first_byte_at", "_informational", "_keep_alive",
        "_loop", "_lost", "_overhead", "_parser", "_pieces", "_read_paused", "_started_answer", "_transport",
        "_waited_for", "_wake", "_watchdog", "_write_paused", "_written", "busy", "complete", "created", "fields",
        "framed", "head_done", "headers", "retire_at", "reused", "status",
    )  # fmt: skip

    def __init__(self, loop: asyncio.AbstractEventLoop, lost: "Callable[[UpstreamConnection], None]") -> None:
        self._loop = loop
        self._lost = lost
        self._wake = Wakeup()
        self._watchdog = Watchdog(loop, self._timed_out)
        self._transport: asyncio.Transport | None = None
        self._fd_poll: select.poll | None = None
        self._parser: httptools.HttpResponseParser | None = None
        self._write_paused = False
        self.created = time.monotonic()
        self.retire_at = self.created
        self.busy = False
        self.reused = False
        self._begin()

    def _begin(self) -> None:
        self.status = 0
        self.headers: list[tuple[bytes, bytes]] = []
        self.fields: dict[bytes, bytes] = {}
        self.head_done = False
        self.complete = False
        self._pieces: list[bytes] = []
        self._buffered = 0
        self._overhead = 0  # bytes that came since the last one of a body
        self._informational = False
        self.framed = False
        self._keep_alive = False
        self._dirty = False
        self._started_answer = False
        self._read_paused = False
        self._written = False
        self._first_byte_at = 0.0
        self._waited_for = "idle_timeout"
        self._answer_error: UpstreamError | None = None

    # The transport's callbacks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports do not derive from asyncio's.
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=64 * 1024, low=0)
        descriptor = transport.get_extra_info("socket")
        if descriptor is not None:
            self._fd_poll = select.poll()
            self._fd_poll.register(descriptor.fileno(), select.POLLIN)

    def data_received(self, data: bytes) -> None:
        parser = self._parser
        if parser is None or self.complete:
            self._dirty = True
            self.abort()
            return
        self._started_answer = True
        in_head, held = not self.head_done, self._buffered
        try:
            parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fail(FailureClass.SERVER_ERROR, "switching_protocols")
        except httptools.HttpParserError:
            self._parse_failed()
        self._overhead += len(data)
        if self._overhead > MAX_HEAD and (in_head or self._buffered == held):
            self._check_overhead(in_head)
        if self._buffered != held:
            self._overhead = 0
        if self._buffered > HIGH_WATER and not self._read_paused and self._transport is not None:
            self._read_paused = True
            self._transport.pause_reading()
        self._wake.set()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._watchdog.close()
        if self.busy and not self.complete and self._answer_error is None:
            if self.head_done and not self.framed and exc is None:
                self.complete = True
            else:
                self._answer_error = lost_error(exc)
        self._dirty = True
        self._lost(self)
        self._wake.set()

    def pause_writing(self) -> None:
        self._write_paused = True

    def resume_writing(self) -> None:
        self._write_paused = False
        self._wake.set()

    # llhttp's callbacks

    def on_message_begin(self) -> None:
        if self.complete:
            self._dirty = True
            raise ValueError("an unasked answer")  # ends this feed; the answer before it stands

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.head_done:
            # llhttp leaves the white space before the line's end, which is no part of a value (RFC 9112 §5).
            self.headers.append((name.lower(), value.rstrip(b" \t")))

    def on_headers_complete(self) -> None:
        parser = self._parser
        assert parser is not None  # noqa: S101 - it is the caller
        status: int = parser.get_status_code()
        if status < 200:
            self._informational = True
            self.headers.clear()
            if status == 101:
                self._fail(FailureClass.SERVER_ERROR, "switching_protocols")
            return
        self.status = status
        self.head_done = True
        self._keep_alive = parser.should_keep_alive()
        fields = self.fields = dict(self.headers)
        self.framed = (
            b"content-length" in fields
            or fields.get(b"transfer-encoding", b"").lower().endswith(b"chunked")
            or status in (204, 304)
        )

    def on_body(self, body: bytes) -> None:
        self._pieces.append(body)
        self._buffered += len(body)

    def on_message_complete(self) -> None:
        if self._informational:
            self._informational = False
        else:
            self.complete = True

    # What the client of this connection calls

    def is_fit(self, now: float) -> bool:
        """Whether an idle connection may carry another request: open, young enough, and silent."""
        transport = self._transport
        if transport is None or self._dirty or now >= self.retire_at or transport.is_closing():
            return False
        # The loop may not have read yet what already lies in the kernel: an unasked answer there would be taken
        # for the answer to the next request.
        return self._fd_poll is None or not self._fd_poll.poll(0)

    async def request(self, head: bytes, body: bytes, *, first_byte: float, idle: float) -> None:
        """Write a request and wait for the head of its answer; then ``status`` and ``headers`` are set.

        Raises UpstreamError, StaleConnection when a kept connection closed before it answered anything.
        """
        self._begin()
        self.busy = True
        self._parser = httptools.HttpResponseParser(self)
        await self._write(head, body, idle)
        self._first_byte_at = time.monotonic() + first_byte
        self._waited_for = "first_byte_timeout"
        while not self.head_done:
            self._raise_failure()
            self._watchdog.arm(self._first_byte_at)
            await self._wake
        self._watchdog.disarm()

    async def read(self, idle: float | None) -> bytes | None:
        """The next bytes of the answer's body, None at its end.

        ``idle`` is the longest silence in seconds; None keeps the clock of the first byte running.
        """
        while True:
            if self._pieces:
                return self._take()
            if self.complete:
                return None
            self._raise_failure()
            if self._read_paused and self._transport is not None:
                self._read_paused = False
                self._transport.resume_reading()
            if idle is None:
                self._watchdog.arm(self._first_byte_at)
            else:
                self._waited_for = "idle_timeout"
                self._watchdog.arm(time.monotonic() + idle)
            await self._wake
            self._watchdog.disarm()

    def finish(self) -> bool:
        """End the exchange; True when the connection may be kept for another one."""
        self.busy = False
        self._parser = None
        self._pieces.clear()
        self._watchdog.disarm()
        usable = self.complete and self._keep_alive and self._written and not self._dirty and self.framed
        return usable and self._transport is not None and not self._read_paused

    def expire_at(self, deadline: float) -> None:
        """Close this idle connection at ``deadline``."""
        self._watchdog.arm(deadline)

    def abort(self) -> None:
        """Close at once; the provider sees the end of the request now."""
        self._watchdog.close()
        if self._transport is not None:
            self._transport.abort()

    @property
    def ssl_object(self) -> object:
        """The TLS object, None on a plain connection."""
        return None if self._transport is None else self._transport.get_extra_info("ssl_object")

    # Inside

    async def _write(self, head: bytes, body: bytes, idle: float) -> None:
        transport = self._transport
        if transport is None:
            raise StaleConnection("connection_closed")
        if len(body) <= JOIN_LIMIT:
            transport.write(head + body)
        else:
            transport.write(head)
            view = memoryview(body)
            for start in range(0, len(body), WRITE_PIECE):
                transport.write(view[start : start + WRITE_PIECE])
                if not await self._drained(idle):
                    return
        self._written = await self._drained(idle)

    async def _drained(self, idle: float) -> bool:
        """Wait until more may be written; False when the answer came first and the rest need not be sent."""
        while self._write_paused:
            if self.head_done:
                return False
            self._raise_failure()
            self._watchdog.arm(time.monotonic() + idle)
            await self._wake
        self._watchdog.disarm()
        return True

    def _take(self) -> bytes:
        pieces = self._pieces
        taken = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        self._pieces = []
        self._buffered = 0
        return taken

    def _raise_failure(self) -> None:
        error = self._answer_error
        if error is None:
            return
        if self.reused and not self._started_answer and error.failure_class is FailureClass.CONNECT:
            raise StaleConnection(error.code)
        raise error

    def _fail(self, failure_class: FailureClass, code: str) -> None:
        self._dirty = True
        if self._answer_error is None:
            self._answer_error = UpstreamError(failure_class, code)

    def _parse_failed(self) -> None:
        if self.complete:
            self._dirty = True
        else:
            self._fail(FailureClass.SERVER_ERROR, "broken_framing" if self.head_done else "not_http")

    def _check_overhead(self, in_head: bool) -> None:
        """Too much came in a row that was no body: a head, or chunk extensions or trailers without end."""
        if not in_head:
            self._fail(FailureClass.SERVER_ERROR, "broken_framing")
        elif not self.head_done or sum(len(name) + len(value) + 4 for name, value in self.headers) > MAX_HEAD:
            self.head_done = False  # the answer may have come whole with it, and must not be used
            self._fail(FailureClass.SERVER_ERROR, "head_too_large")

    def _timed_out(self) -> None:
        if not self.busy:
            self.abort()
            return
        self._fail(FailureClass.TIMEOUT, self._waited_for)
        self._wake.set()
