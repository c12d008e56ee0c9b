"""Request bodies on their way in: exactly the bytes the head declared, counted against one limit for all of them."""

import httptools

from sealane_router.aio.driver import Wakeup
from sealane_router.errors import BodyTooLarge, ClientGone, GatewayBusy, GatewayError, MalformedRequest

from .head import RequestHead

_CHUNKED_HEAD = b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n"
#: Chunk sizes, extensions and trailers may not outweigh the data they carry by more than this.
_OVERHEAD_FREE = 64 * 1024
_OVERHEAD_FACTOR = 8


class BodyMemory:
    """What all buffered request bodies hold together, in bytes."""

    __slots__ = ("limit", "used")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0

    def reserve(self, size: int) -> bool:
        """Count ``size`` more bytes; False, and nothing counted, when that is above the limit."""
        if self.used + size > self.limit:
            return False
        self.used += size
        return True

    def release(self, size: int) -> None:
        """Give back what was reserved."""
        self.used -= size


class RequestBody:
    """One body; the listener feeds it and the exchange reads it, whole."""

    __slots__ = (
        "_decoder", "_error", "_first", "_limit", "_memory", "_more", "_remaining", "_wake", "complete", "size",
    )  # fmt: skip

    def __init__(self, head: RequestHead, limit: int, memory: BodyMemory) -> None:
        self._limit = limit
        self._memory = memory
        self._first = b""
        # One growing buffer, because a list of tiny pieces would hold twenty times the bytes that are counted.
        self._more: bytearray | None = None
        self._wake: Wakeup | None = None
        self._error: GatewayError | ClientGone | None = None
        self._remaining = head.length or 0
        self.size = 0
        self.complete = self._remaining == 0 and not head.chunked
        self._decoder = _ChunkedDecoder(self) if head.chunked else None
        if self._remaining > limit:
            self.fail(_too_large(limit))

    @property
    def failed(self) -> bool:
        """Whether reading it has become pointless."""
        return self._error is not None

    def feed(self, data: bytes) -> bytes:
        """Take what belongs to this body; returns what lies behind it (a chunked one: see :func:`surplus_behind`)."""
        rest = b""
        if self._error is None:
            if self._decoder is not None:
                self._decoder.feed(data)
            else:
                rest = self._feed_sized(data)
        return rest

    def add(self, data: bytes) -> None:
        """Keep decoded bytes, within the limits; a body that has failed keeps nothing."""
        if self._error is not None:
            return
        if self.size + len(data) > self._limit:
            self.fail(_too_large(self._limit))
        elif not self._memory.reserve(len(data)):
            message = "the gateway's memory for request bodies is used up; try again in a moment"
            self.fail(GatewayBusy(message, close=True))
        else:
            self.size += len(data)
            if self._more is not None:
                self._more += data
            elif self._first:
                self._more = bytearray(self._first)
                self._more += data
            else:
                self._first = data

    def fail(self, error: GatewayError | ClientGone) -> None:
        """End reading: whoever waits for the body gets ``error``."""
        if self._error is None and not self.complete:
            self._error = error
            self._drop()

    def wake(self) -> None:
        """Let the reader look again, when there is something to see."""
        if self._wake is not None and (self.complete or self._error is not None):
            self._wake.set()

    async def read(self) -> bytes:
        """The whole body; raises what :meth:`fail` was told."""
        while not self.complete:
            if self._error is not None:
                raise self._error
            if self._wake is None:
                self._wake = Wakeup()
            await self._wake
        if self._more is not None:
            self._first = bytes(self._more)
            self._more = None
        return self._first

    def close(self) -> None:
        """Give its memory back; the exchange has ended."""
        self._drop()

    def _drop(self) -> None:
        self._memory.release(self.size)
        self.size = 0
        self._first = b""
        self._more = None

    def _feed_sized(self, data: bytes) -> bytes:
        if len(data) > self._remaining:
            data, rest = data[: self._remaining], data[self._remaining :]
        else:
            rest = b""
        self._remaining -= len(data)
        self.add(data)
        if self._remaining == 0 and self._error is None:
            self.complete = True
        return rest


class _ChunkedDecoder:
    """Decodes one chunked body with a parser of its own, so that nothing in the real head can change its mind.

    llhttp does not tell where a chunked body ended: what lies behind one condemns the connection (``surplus``).
    """

    __slots__ = ("_body", "_fed", "_parser", "surplus")

    def __init__(self, body: RequestBody) -> None:
        self._body = body
        self._fed = 0
        self.surplus = False
        self._parser = httptools.HttpRequestParser(self)
        self._parser.feed_data(_CHUNKED_HEAD)

    def feed(self, data: bytes) -> None:
        self._fed += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.surplus = self._body.complete
            self._body.fail(MalformedRequest("the chunked body is not valid HTTP/1.1", close=True))
            return
        if self._fed > _OVERHEAD_FREE + _OVERHEAD_FACTOR * self._body.size and not self._body.complete:
            self._body.fail(MalformedRequest("the chunked body is mostly framing", close=True))

    def on_message_begin(self) -> None:
        if self._body.complete:
            raise ValueError("a request behind a chunked body")

    def on_body(self, data: bytes) -> None:
        self._body.add(data)

    def on_message_complete(self) -> None:
        if not self._body.failed:
            self._body.complete = True


def surplus_behind(body: RequestBody) -> bool:
    """Whether bytes came behind a chunked body: the connection closes after this answer."""
    return body._decoder is not None and body._decoder.surplus


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"the request body is above the limit of {limit} bytes", close=True)
