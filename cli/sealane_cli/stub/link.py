"""The sending side of one connection: writing with backpressure, and every way to end it."""

import asyncio
import socket
import struct
from typing import cast


class Link:
    """Wraps the transport of one connection."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._writable: asyncio.Future[None] | None = None
        self._late: asyncio.TimerHandle | None = None

    @property
    def closing(self) -> bool:
        """Whether the connection is over or about to be."""
        return self._transport.is_closing()

    def write(self, data: bytes | bytearray) -> None:
        """Send, or do nothing on a connection that is over."""
        if data and not self._transport.is_closing():
            self._transport.write(data)

    async def drained(self) -> None:
        """Wait until the transport wants more; at once unless the peer reads slowly."""
        if self._writable is not None:
            await self._writable

    def write_later(self, seconds: float, data: bytes) -> None:
        """Send in a while, whatever the connection does by then."""
        self._late = self._loop.call_later(seconds, self.write, data)

    def pause(self) -> None:
        """The transport's buffer is full."""
        self._writable = self._loop.create_future()

    def resume(self) -> None:
        """The transport's buffer has room again, or nobody will ever read it."""
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None

    def lost(self) -> None:
        """The connection is gone: nothing is sent any more."""
        if self._late is not None:
            self._late.cancel()
        self.resume()

    def close(self) -> None:
        """Close once everything written has been sent (TCP FIN)."""
        self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()

    def reset(self) -> None:
        """Close with a TCP RST, which a lingering time of 0 makes of a close."""
        raw = cast("socket.socket", self._transport.get_extra_info("socket"))
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()
