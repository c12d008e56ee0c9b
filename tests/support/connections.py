"""Connections to a scripted provider, outside of any pool."""

import asyncio
import time

from sealane_router.aio.driver import drive
from sealane_router.upstream.connection import UpstreamConnection
from tests.support.scripted_provider import Line, Script, ScriptedProvider, answer

HEAD = b"POST /v1/x HTTP/1.1\r\nhost: a\r\ncontent-length: %d\r\n\r\n"
OK = answer(b'{"a":1}')


async def connect(provider: ScriptedProvider) -> UpstreamConnection:
    """A fresh connection, as a pool's connector makes them."""
    loop = asyncio.get_running_loop()
    _, connection = await loop.create_connection(
        lambda: UpstreamConnection(loop, lambda _: None), "127.0.0.1", provider.port
    )
    connection.retire_at = time.monotonic() + 60
    return connection


async def ask(
    connection: UpstreamConnection, body: bytes = b"{}", *, first_byte: float = 10.0, idle: float = 10.0
) -> tuple[int, bytes]:
    """Send a request and read all of its answer."""
    await drive(connection.request(HEAD % len(body), body, first_byte=first_byte, idle=idle))
    return connection.status, await drive(rest(connection, idle))


async def rest(connection: UpstreamConnection, idle: float | None = 10.0) -> bytes:
    """The answer's body from here on."""
    pieces = []
    while (piece := await connection.read(idle)) is not None:
        pieces.append(piece)
    return b"".join(pieces)


def saying(*pieces: bytes) -> Script:
    """Reads one request, sends pieces apart from each other, and waits for the other side to close."""

    async def script(line: Line) -> None:
        await line.request()
        await line.say(*pieces)
        await line.gone()

    return script


def ending(*pieces: bytes, reset: bool = False) -> Script:
    """Reads one request, sends pieces, and closes."""

    async def script(line: Line) -> None:
        await line.request()
        await line.say(*pieces)
        if reset:
            line.reset()

    return script
