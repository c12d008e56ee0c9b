"""Load on a gateway of this machine: keep-alive connections, each with one request at a time, for a fixed time."""

import asyncio
import time
from dataclasses import dataclass, field

_END = b"\r\n\r\n"


@dataclass(slots=True)
class Result:
    """What one run saw; ``latencies`` are seconds, of requests or of streams' first events."""

    seconds: float
    requests: int = 0
    events: int = 0
    errors: int = 0
    latencies: list[float] = field(default_factory=list)

    def quantile(self, share: float) -> float:
        """A latency in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] * 1000 if ordered else 0.0


class _Client(asyncio.Protocol):
    """Sends the next request as soon as the last answer is whole."""

    def __init__(self, request: bytes, result: Result, until: float) -> None:
        self._request = request
        self._result = result
        self._until = until
        self._buffer = b""
        self._sent = 0.0
        self._first = True
        self._transport: asyncio.Transport | None = None
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - lost is lost
        if not self.done.done():
            self._result.errors += 1
            self.done.set_result(None)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if self._first and _END in self._buffer:
            self._first = False
            self._result.latencies.append(time.perf_counter() - self._sent)
            if not self._buffer.startswith(b"HTTP/1.1 200"):
                self._result.errors += 1
        if self._is_whole():
            self._result.requests += 1
            self._result.events += self._buffer.count(b"data: {")
            self._send()

    def _is_whole(self) -> bool:
        head, separator, body = self._buffer.partition(_END)
        if not separator:
            return False
        lowered = head.lower()
        at = lowered.find(b"content-length:")
        if at >= 0:
            return len(body) >= int(lowered[at + 15 :].split(b"\r\n", 1)[0])
        return self._buffer.endswith(b"0\r\n\r\n")

    def _send(self) -> None:
        self._buffer = b""
        self._first = True
        self._sent = time.perf_counter()
        if self._transport is None or self._sent >= self._until:
            if not self.done.done():
                self.done.set_result(None)
            if self._transport is not None:
                self._transport.close()
            return
        self._transport.write(self._request)


async def load(port: int, request: bytes, *, connections: int, seconds: float) -> Result:
    """Load 127.0.0.1:``port`` for ``seconds``; every connection ends with the answer it has begun."""
    loop = asyncio.get_running_loop()
    result = Result(seconds)
    until = time.perf_counter() + seconds
    clients: list[_Client] = []
    for _ in range(connections):
        _, client = await loop.create_connection(lambda: _Client(request, result, until), "127.0.0.1", port)
        clients.append(client)
    await asyncio.gather(*(client.done for client in clients))
    return result


def post(body: bytes, key: str) -> bytes:
    """A chat request with the headers that OpenAI's client sends."""
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {key}\r\n"
        "accept: application/json\r\ncontent-type: application/json\r\nuser-agent: OpenAI/Python 2.8.0\r\n"
        "x-stainless-lang: python\r\nx-stainless-os: Linux\r\nx-stainless-runtime: CPython\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
