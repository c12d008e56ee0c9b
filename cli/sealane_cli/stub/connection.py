"""One client connection: its requests are read, answered one after another, and their ends recorded.

Reading never stops while an answer is delayed or stalled, so a client that goes away is seen at once; the one
exception is the fault ``slow-read``, which pauses reading by its nature.
"""

import asyncio
from dataclasses import dataclass
from typing import cast

import httptools

from sealane_cli.stub.counters import Ending, Exchange, RecordedRequest
from sealane_cli.stub.delivery import deliver
from sealane_cli.stub.faults import FaultSet
from sealane_cli.stub.link import Link
from sealane_cli.stub.reply import Answer
from sealane_cli.stub.service import CONTROL_PATH, Service, understood
from sealane_cli.stub.staging import stage
from sealane_router.aio.tasks import spawn

_MAX_BODY = 64 << 20
_MAX_HEAD = 1 << 20
_MAX_PIPELINED = 16

_PARSE_ERRORS = (httptools.HttpParserError, httptools.HttpParserUpgrade)


class _RefusedError(Exception):
    """The request cannot be read on; the argument is the status to close with."""


@dataclass(frozen=True, slots=True)
class _Complete:
    """A whole request on its way to its answer; ``exchange`` is None for a control request."""

    request: RecordedRequest
    body: object
    exchange: Exchange | None
    keep_alive: bool


class Connection(asyncio.Protocol):
    """The protocol of one connection; ``open_connections`` is where it lists itself while it lasts."""

    task: "asyncio.Task[None]"

    def __init__(self, service: Service, open_connections: "set[Connection]") -> None:
        self._service = service
        self._open_connections = open_connections
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: asyncio.Queue[_Complete] = asyncio.Queue(_MAX_PIPELINED)
        self._exchanges: set[Exchange] = set()
        self._reading: Exchange | None = None
        self._pause = 0.0
        self._begin_message()

    # The transport's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._link = Link(self._transport)
        self._open_connections.add(self)
        self._service.counters.connections_opened += 1
        self._service.counters.connections_open += 1
        self.task = spawn(self._serve(), name="stub-connection")

    def data_received(self, data: bytes) -> None:
        if self._link.closing:
            return  # read already when the connection was refused
        try:
            self._parser.feed_data(data)
        except _PARSE_ERRORS as error:
            refused = error.__context__
            self._refuse(refused.args[0] if isinstance(refused, _RefusedError) else 400)
            return
        if self._pause and not self._link.closing:
            self._transport.pause_reading()
            self._loop.call_later(self._pause, self._read_on)

    def eof_received(self) -> None:
        self.shut("client_closed")

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio calls it so
        self._open_connections.discard(self)
        self._service.counters.connections_open -= 1
        self._link.lost()
        self._end_all("client_closed")
        self.task.cancel()

    def pause_writing(self) -> None:
        self._link.pause()

    def resume_writing(self) -> None:
        self._link.resume()

    def shut(self, how: Ending) -> None:
        """End the connection and every exchange on it at once."""
        self._end_all(how)
        self.task.cancel()
        self._link.abort()

    # The parser's side

    def on_url(self, url: bytes) -> None:
        self._target += url
        self._grow_head(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        self._grow_head(len(name) + len(value))
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        self._headers[key] = f"{self._headers[key]}, {text}" if key in self._headers else text

    def on_headers_complete(self) -> None:
        path = self._target.partition(b"?")[0].decode("latin-1")
        if not path.startswith(CONTROL_PATH):
            self._reading = self._service.counters.begin(path, self._loop.time())
            self._exchanges.add(self._reading)
            self._pause = self._service.slow_read(self._headers)
        if self._headers.get("expect", "").lower() == "100-continue":
            self._link.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        if len(self._body) + len(body) > _MAX_BODY:
            raise _RefusedError(413)
        self._body += body

    def on_message_complete(self) -> None:
        method, target = self._parser.get_method().decode("latin-1"), self._target.decode("latin-1")
        request, body = understood(method, target, self._headers, bytes(self._body))
        complete = _Complete(request, body, self._reading, self._parser.should_keep_alive())
        self._begin_message()
        if self._waiting.full():
            raise _RefusedError(400)
        self._waiting.put_nowait(complete)

    # Between the two

    def _begin_message(self) -> None:
        self._target = b""
        self._headers: dict[str, str] = {}
        self._head_bytes = 0
        self._body = bytearray()
        self._reading = None
        self._pause = 0.0

    def _grow_head(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > _MAX_HEAD:
            raise _RefusedError(431)

    def _refuse(self, status: int) -> None:
        self._service.counters.malformed += 1
        self._link.write(b"HTTP/1.1 %d Refused\r\ncontent-length: 0\r\nconnection: close\r\n\r\n" % status)
        self._end_all("complete")
        self.task.cancel()
        self._link.close()

    def _read_on(self) -> None:
        if not self._link.closing:
            self._transport.resume_reading()

    def _end_all(self, how: Ending) -> None:
        for exchange in self._exchanges:
            self._service.counters.end(exchange, how, self._loop.time())
        self._exchanges.clear()

    def _respond(self, complete: _Complete) -> tuple[Answer, FaultSet]:
        if complete.exchange is None:
            return self._service.control(complete.request, complete.body), {}
        return self._service.respond(complete.request, complete.body, complete.exchange)

    async def _serve(self) -> None:
        try:
            await self._serve_each()
        except Exception:
            self._link.abort()  # a defect of the stub must not look like a provider that hangs
            raise

    async def _serve_each(self) -> None:
        while not self._link.closing:
            complete = await self._waiting.get()
            answer, faults = self._respond(complete)
            staged = stage(answer, faults, self._service.terms.chunk_delay)
            how = await deliver(self._link, staged, faults, keep_alive=complete.keep_alive)
            if complete.exchange is not None:
                self._service.counters.end(complete.exchange, how, self._loop.time())
                self._exchanges.discard(complete.exchange)
