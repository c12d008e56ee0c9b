"""A load generator of its own process: so many requests a second, whatever becomes of them.

``python -m tests.support.open_loop FILE RATE MODEL HOST:PORT...`` sends small chat requests to the routers in turn,
each at its own time, until SIGTERM. It appends one line a request to FILE: when it was sent (monotonic seconds, which
all processes of a machine share), seconds until the answer was complete, its status (0: none), the revision that gave
it (``-``: none) and the number of the router. Connections are kept and used for one request at a time.
"""

import asyncio
import signal
import sys
import time
from collections import deque
from io import TextIOWrapper
from pathlib import Path
from typing import cast

import uvloop

#: Seconds: an answer that takes longer is given up.
_PATIENCE = 10.0
#: Requests that may be under way at once; beyond it a request counts as failed without being sent.
_MOST_OPEN = 500
_FLUSH_SECONDS = 0.05


class _Connection(asyncio.Protocol):
    """One kept connection, one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._buffer = b""
        self._answer: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._answer is not None and not self._answer.done() and (end := _end_of(self._buffer)):
            self._answer.set_result(self._buffer[:end])
            self._buffer = self._buffer[end:]

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ConnectionResetError("closed"))

    @property
    def usable(self) -> bool:
        return self.transport is not None and not self.transport.is_closing() and not self._buffer

    async def ask(self, request: bytes) -> bytes:
        assert self.transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        async with asyncio.timeout(_PATIENCE):
            return await self._answer


class _Router:
    """One router's address and the connections to it that nobody uses at the moment."""

    def __init__(self, number: int, address: str, model: str) -> None:
        host, _, port = address.rpartition(":")
        self.number = number
        self._host, self._port = host, int(port)
        body = b'{"model":"%b","messages":[{"role":"user","content":"hello"}]}' % model.encode()
        head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n"
        self._request = head.encode() + b"content-length: %d\r\n\r\n" % len(body) + body
        self._idle: deque[_Connection] = deque()

    async def ask(self) -> tuple[int, str]:
        """Status and revision of one answer; 0 when there was none."""
        connection = None
        try:
            connection = await self._connected()
            answer = await connection.ask(self._request)
        except (OSError, TimeoutError):
            if connection is not None and connection.transport is not None:
                connection.transport.abort()
            return 0, "-"
        self._idle.append(connection)
        return int(answer[9:12]), _header(answer, b"x-sealane-revision") or "-"

    async def _connected(self) -> _Connection:
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                return connection
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(_PATIENCE):
            _, connection = await loop.create_connection(_Connection, self._host, self._port)
        return connection


def _header(answer: bytes, name: bytes) -> str:
    head = answer[: answer.find(b"\r\n\r\n")]
    at = head.lower().find(b"\r\n" + name + b":")
    if at < 0:
        return ""
    begin = at + 3 + len(name)
    end = head.find(b"\r\n", begin)
    return head[begin : end if end >= 0 else len(head)].decode("latin-1").strip()


def _end_of(buffer: bytes) -> int:
    """Where the first answer ends; 0 while it is not complete."""
    head = buffer.find(b"\r\n\r\n")
    if head < 0:
        return 0
    length = _header(buffer, b"content-length")
    if length:
        end = head + 4 + int(length)
        return end if len(buffer) >= end else 0
    last = buffer.find(b"\r\n0\r\n\r\n", head)
    return last + 7 if last >= 0 else 0


async def _send(router: _Router, out: TextIOWrapper) -> None:
    sent = time.monotonic()
    status, revision = await router.ask()
    out.write(f"{sent:.6f} {time.monotonic() - sent:.6f} {status} {revision} {router.number}\n")


async def _run(path: Path, rate: float, routers: list[_Router]) -> None:
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    begin, number, flushed = time.monotonic(), 0, 0.0
    open_requests: set[asyncio.Task[None]] = set()
    with path.open("a", encoding="ascii") as out:
        while not stopped.is_set():
            now = time.monotonic()
            while begin + number / rate <= now:
                router = routers[number % len(routers)]
                number += 1
                if len(open_requests) >= _MOST_OPEN:
                    out.write(f"{now:.6f} 0.0 0 - {router.number}\n")
                    continue
                task = asyncio.ensure_future(_send(router, out))
                open_requests.add(task)
                task.add_done_callback(open_requests.discard)
            if now - flushed > _FLUSH_SECONDS:
                out.flush()
                flushed = now
            await asyncio.sleep(max(0.0, begin + number / rate - time.monotonic()))
        if open_requests:
            await asyncio.wait(open_requests, timeout=_PATIENCE)


def main() -> None:
    """Send until SIGTERM."""
    path, rate, model, *addresses = sys.argv[1:]
    routers = [_Router(number, address, model) for number, address in enumerate(addresses)]
    uvloop.run(_run(Path(path), float(rate), routers))


if __name__ == "__main__":
    main()
