"""A client that writes the bytes it is given and sees the bytes that come back."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """One answer; ``headers`` are as they came, in order, with lower-case names. ``complete``: its body ended well."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    complete: bool = True

    def get(self, name: str) -> str | None:
        """The only header of this lower-case name; an AssertionError when there are several."""
        values = self.all(name)
        assert len(values) <= 1, f"{name}: {values}"
        return values[0] if values else None

    def all(self, name: str) -> list[str]:
        """Every header of this lower-case name."""
        return [value for known, value in self.headers if known == name]

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)

    @property
    def code(self) -> object:
        """The stable code of an error."""
        return self.json["error"]["code"]


class RawClient:
    """One connection to a gateway."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        """Write bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def post(self, path: str, body: bytes, headers: Headers = ()) -> RawAnswer:
        """Send one request with a content length, and read its answer."""
        await self.send(request_bytes("POST", path, body, headers))
        return await self.answer()

    async def get(self, path: str, headers: Headers = ()) -> RawAnswer:
        """Send one request without a body, and read its answer."""
        await self.send(request_bytes("GET", path, None, headers))
        return await self.answer()

    async def head(self) -> RawAnswer:
        """The next answer's status and headers; its body is left unread."""
        raw = await self.reader.readuntil(b"\r\n\r\n")
        status_line, *lines = raw[:-4].decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        return RawAnswer(
            int(status_line.split(" ")[1]), tuple((name.lower(), value.strip()) for name, _, value in pairs), b""
        )

    async def answer(self) -> RawAnswer:
        """The next answer, whole."""
        head = await self.head()
        try:
            body = await self._body(head)
        except (asyncio.IncompleteReadError, ConnectionError):
            return RawAnswer(head.status, head.headers, b"", complete=False)
        return RawAnswer(head.status, head.headers, body)

    async def piece(self) -> bytes:
        """The next chunk of a chunked body; empty at its end."""
        size = int(await self.reader.readuntil(b"\r\n"), 16)
        return (await self.reader.readexactly(size + 2))[:-2]

    async def ends(self) -> bool:
        """Whether the gateway has closed the connection without another byte."""
        return await self.reader.read(1) == b""

    async def _body(self, head: RawAnswer) -> bytes:
        if head.get("transfer-encoding") == "chunked":
            pieces = []
            while piece := await self.piece():
                pieces.append(piece)
            return b"".join(pieces)
        length = head.get("content-length")
        return await self.reader.read() if length is None else await self.reader.readexactly(int(length))


def request_bytes(method: str, path: str, body: bytes | None, headers: Headers = ()) -> bytes:
    """One HTTP/1.1 request; ``headers`` follow Host and Content-Length as they are."""
    lines = [f"{method} {path} HTTP/1.1", "Host: gateway"]
    lines += [f"Content-Length: {len(body)}"] if body is not None else []
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + (body or b"")


@asynccontextmanager
async def raw_client(host: str, port: int) -> AsyncIterator[RawClient]:
    """A connection that is closed with the block."""
    reader, writer = await asyncio.open_connection(host, port, limit=1 << 20)
    try:
        yield RawClient(reader, writer)
    finally:
        writer.close()
