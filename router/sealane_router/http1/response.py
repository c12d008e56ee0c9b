"""Writes one answer to a client: whole, or streamed with backpressure."""

import asyncio
from http import HTTPStatus

from sealane_router.aio.driver import Wakeup

_REASONS = {status.value: status.phrase.encode("ascii") for status in HTTPStatus}
_STATUS_LINES: dict[int, bytes] = {code: b"HTTP/1.1 %d %b\r\n" % (code, reason) for code, reason in _REASONS.items()}
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class ClientResponse:
    """The client's side of one exchange.

    Header blocks are bytes of whole lines (``name: value\\r\\n``) without framing headers: those are added here.
    ``bytes_sent`` counts the body; ``last`` is whether the head said that the connection closes behind it. With
    ``bodiless`` (a HEAD request) an answer's length is told, not its body.
    """

    __slots__ = (
        "_bodiless", "_chunked", "_drained", "_http10", "_paused", "_transport", "bytes_sent", "close", "ended",
        "last", "started",
    )  # fmt: skip

    def __init__(self, transport: asyncio.Transport, *, http10: bool, keep_alive: bool, bodiless: bool = False) -> None:
        self._transport = transport
        self._http10 = http10
        self._bodiless = bodiless
        self._chunked = False
        self._paused = False
        self._drained: Wakeup | None = None
        self.close = not keep_alive or http10
        self.last = False
        self.started = False
        self.ended = False
        self.bytes_sent = 0

    def answer(self, status: int, headers: bytes, body: bytes) -> None:
        """Write a whole answer."""
        self.last = self.close
        head = b"%b%bcontent-length: %d\r\n%b\r\n" % (
            _status_line(status), headers, len(body), b"connection: close\r\n" if self.close else b"",
        )  # fmt: skip
        if self._bodiless:
            body = b""
        if len(body) <= 16 * 1024:
            self._transport.write(head + body)
        else:
            # Not writelines: asyncio's forgot to pause its protocol until 3.12.9 and 3.13.2 (CVE-2024-12254).
            self._transport.write(head)
            self._transport.write(body)
        self.started = self.ended = True
        self.bytes_sent += len(body)

    def begin(self, status: int, headers: bytes, first: bytes, *, length: int | None = None) -> None:
        """Commit: write the head and the first bytes of a body of ``length`` bytes (None: unknown)."""
        if length is not None:
            framing = b"content-length: %d\r\n" % length
        elif self._http10:
            framing = b""
        else:
            framing = b"transfer-encoding: chunked\r\n"
            self._chunked = True
        closing = b"connection: close\r\n" if self.close else b""
        self.started, self.last = True, self.close
        head = b"%b%b%b%b\r\n" % (_status_line(status), headers, framing, closing)
        self._transport.write(head + self._frame(first))

    def write(self, data: bytes) -> None:
        """Write the next bytes of the body."""
        self._transport.write(self._frame(data))

    def end(self) -> None:
        """The body is complete."""
        if self._chunked:
            self._transport.write(b"0\r\n\r\n")
        self.ended = True

    def cut(self) -> None:
        """The body cannot be completed and the client must see that: close without its end."""
        self.close = True
        self.ended = True
        self._transport.abort()

    @property
    def paused(self) -> bool:
        """Whether the client reads slower than the provider writes."""
        return self._paused

    async def drained(self) -> None:
        """Wait until the client has taken what was written."""
        while self._paused:
            if self._drained is None:
                self._drained = Wakeup()
            await self._drained

    def pause(self) -> None:
        """The transport's buffer is full."""
        self._paused = True

    def resume(self) -> None:
        """The transport's buffer has emptied."""
        self._paused = False
        if self._drained is not None:
            self._drained.set()

    def _frame(self, data: bytes) -> bytes:
        self.bytes_sent += len(data)
        if not self._chunked:
            return data
        return b"%x\r\n%b\r\n" % (len(data), data) if data else b""


def _status_line(status: int) -> bytes:
    line = _STATUS_LINES.get(status)
    return line if line is not None else b"HTTP/1.1 %d Unknown\r\n" % status
