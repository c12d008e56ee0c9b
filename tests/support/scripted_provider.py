"""A provider that plays bytes on a real socket: each connection follows a script of what to read and what to say."""

import asyncio
import re
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)\r\n", re.IGNORECASE)
#: Long enough for what was said before to be read by itself.
_PAUSE = 0.003


class Line:
    """One connection that the provider accepted."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def request(self) -> bytes:
        """The next whole request, head and body."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        return head + await self.reader.readexactly(int(length[1]) if length is not None else 0)

    async def say(self, *pieces: bytes) -> None:
        """Send each piece so that it is read by itself."""
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            await asyncio.sleep(_PAUSE)

    async def gone(self) -> None:
        """Wait until the gateway has closed the connection."""
        try:
            while await self.reader.read(65536):
                pass
        except ConnectionError:
            return

    def hang_up(self) -> None:
        """Close in order."""
        self.writer.close()

    def reset(self) -> None:
        """Close so that the other side meets ECONNRESET."""
        sock: socket.socket = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Script = Callable[[Line], Awaitable[None]]


class ScriptedProvider:
    """Serves the first connection with the first script, and so on; the last script serves all further ones.

    A connection closes when its script returns. A script that fails makes the ``async with`` block fail.
    ``lines`` are the connections accepted so far, ``requests`` what :func:`playing` has read on them.
    """

    def __init__(self, *scripts: Script, tls: ssl.SSLContext | None = None) -> None:
        self._scripts = scripts
        self._tls = tls
        self._tasks: list[asyncio.Task[None]] = []
        self._server: asyncio.Server | None = None
        self.lines: list[Line] = []
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls, limit=2**24)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        ended = await asyncio.gather(*self._tasks, return_exceptions=True)
        for line in self.lines:
            line.writer.transport.abort()
        await asyncio.sleep(0)
        if error is None:
            for failure in ended:
                if isinstance(failure, Exception):
                    raise failure

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = Line(reader, writer)
        script = self._scripts[min(len(self.lines), len(self._scripts) - 1)]
        self.lines.append(line)
        self._tasks.append(asyncio.get_running_loop().create_task(_play(script, line)))


async def _play(script: Script, line: Line) -> None:
    try:
        await script(line)
    finally:
        line.writer.close()


def playing(*answers: bytes, requests: list[bytes] | None = None) -> Script:
    """A script that gives one answer per request and then waits for the connection's end."""

    async def script(line: Line) -> None:
        for answer in answers:
            request = await line.request()
            if requests is not None:
                requests.append(request)
            await line.say(answer)
        await line.gone()

    return script


def answer(
    body: bytes = b"{}", *, status: str = "200 OK", kind: str = "application/json", headers: bytes = b""
) -> bytes:
    """One whole answer with a length."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n".encode()
    return head + headers + b"\r\n" + body


def chunked(*pieces: bytes, kind: str = "text/event-stream", end: bool = True) -> bytes:
    """One answer in chunks, with or without its end."""
    head = f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ntransfer-encoding: chunked\r\n\r\n".encode()
    body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return head + body + (b"0\r\n\r\n" if end else b"")
