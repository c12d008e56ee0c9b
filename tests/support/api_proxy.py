"""A proxy in front of a real Kubernetes API, for one client: it lets through, breaks, delays, and notes every write.

It runs in a thread of its own, so that a test may wait for a program while the program talks. Towards the API server it
is who its kubeconfig says; the client finds it by the kubeconfig that it writes. What the client sends goes on byte for
byte, but for its credentials.
"""

import asyncio
import base64
import hashlib
import json
import random
import re
import socket
import ssl
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from weakref import WeakSet

import aiohttp
from aiohttp import web

from tests.support.api_faults import Faults, Stream, troubled
from tests.support.cluster_identity import write_kubeconfig
from tests.support.waiting import until

_WRITES = {"POST", "PUT", "PATCH", "DELETE"}
_HOP = {"connection", "keep-alive", "transfer-encoding", "host", "authorization", "accept-encoding", "content-length"}
_ITEMS = re.compile(rb'"items":\s?\[')
#: Of one client in one test; more would be a loop that nobody wanted.
_MAX_NOTED = 100_000
_MAX_REMEMBERED_LISTS = 200
_MAX_REFUSED = 100
_PATIENCE_SECONDS = 100.0

Moment = Literal["before", "after"]
#: Told of a write before it is forwarded and after the API server has answered; False cuts the client's connection.
Watcher = Callable[["Write", Moment], bool]


@dataclass(frozen=True, slots=True)
class Write:
    """One write in the order of its client; ``status`` is the answer's, 0 while there is none."""

    number: int
    method: str
    path: str
    digest: str
    status: int = 0

    @property
    def of_rollout(self) -> bool:
        """Whether it is no heartbeat and no announcement: those repeat by the clock, not by what happens."""
        return "/leases" not in self.path and "/events" not in self.path


class ApiProxy:
    """``with ApiProxy(kubeconfig, folder, "operator") as proxy``; set ``faults`` and ``watcher`` at any time.

    ``requests`` counts what was asked, ``touched`` the events and lists that were tampered with; ``refused`` are the
    API server's own refusals, the last ones.
    """

    def __init__(self, kubeconfig: Path, folder: Path, client: str, *, seed: int = 1) -> None:
        self.client = client
        self.kubeconfig = folder / f"{client}.proxied.kubeconfig"
        self.writes: list[Write] = []
        self.watcher: Watcher = lambda _write, _moment: True
        self.requests = 0
        self.touched = 0
        self.refused: deque[str] = deque(maxlen=_MAX_REFUSED)
        self._identity = _Identity.read(kubeconfig)
        self._faults = Faults()
        self._random = random.Random(seed)
        self._lists: dict[str, tuple[bytes, str]] = {}
        self._streams: set[Stream] = set()
        self._sockets: WeakSet[socket.socket] = WeakSet()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"proxy of {client}", daemon=True)
        self._port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        self._wait(self._open())
        write_kubeconfig(self.kubeconfig, {"server": f"http://127.0.0.1:{self._port}"}, {})
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._wait(self._shut())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE_SECONDS)
        self._loop.close()

    @property
    def faults(self) -> Faults:
        """What is wrong at the moment."""
        return self._faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._wait(self._become(faults))

    @property
    def watches(self) -> int:
        """How many watches are open."""
        return len(self._streams)

    def end_watches(self, code: int) -> None:
        """Let every open watch end with an ERROR event of this status."""

        def end() -> None:
            for stream in self._streams:
                stream.end(code)

        self._loop.call_soon_threadsafe(end)

    def rollout_writes(self) -> list[Write]:
        """The writes so far that are no heartbeat and no announcement."""
        return [write for write in self.writes if write.of_rollout]

    def _wait(self, work: Any) -> None:
        done: Future[None] = asyncio.run_coroutine_threadsafe(work, self._loop)
        done.result(_PATIENCE_SECONDS)

    async def _open(self) -> None:
        self._server = web.Server(self._answer, access_log=None, handler_cancellation=True)
        connector = aiohttp.TCPConnector(ssl=self._identity.tls, limit=0, socket_factory=self._socket)
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=5)
        self._session = aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=False)
        await self._listen()

    async def _listen(self) -> None:
        self._listener = await self._loop.create_server(self._server, "127.0.0.1", self._port)
        self._port = self._listener.sockets[0].getsockname()[1]

    async def _shut(self) -> None:
        self._listener.close()
        self._cut()
        await self._server.shutdown(1.0)
        await self._session.close()
        # What was given up in the middle of an answer waits for the API server's goodbye, and nobody tells it not to.
        for left in self._open_sockets():
            with suppress(OSError):  # it never came to a connection, or the API server was first
                left.shutdown(socket.SHUT_RDWR)
        await until(lambda: not self._open_sockets())

    def _socket(self, address: aiohttp.AddrInfoType) -> socket.socket:
        made = socket.socket(*address[:3])
        self._sockets.add(made)
        return made

    def _open_sockets(self) -> list[socket.socket]:
        return [each for each in self._sockets if each.fileno() != -1]

    async def _become(self, faults: Faults) -> None:
        was, self._faults = self._faults, faults
        if faults.down and not was.down:
            self._listener.close()
            self._cut()
        elif was.down and not faults.down:
            await self._listen()
        if faults.silent:
            for stream in self._streams:
                if faults.only in stream.path:
                    stream.silence()

    def _cut(self) -> None:
        for connection in self._server.connections:
            if connection.transport is not None:
                connection.transport.abort()

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        self.requests += 1
        path, faults = request.path, self._faults
        body = await request.read() if request.can_read_body else b""
        write = self._note(request.method, path, body) if request.method in _WRITES else None
        if faults.only in path:
            if faults.delay:
                await asyncio.sleep(faults.delay)
            if faults.status:
                return _refusal(faults)
        if write is not None and not self.watcher(write, "before"):
            return _cut_off(request)
        if "watch" in request.query:
            return await self._watch(request)
        try:
            status, headers, answer = await self._ask(request, body)
        except aiohttp.ClientError:
            return _cut_off(request)  # what the API server did to us happens to the client
        if write is not None:
            self.writes[write.number] = replace(write, status=status)
            if not self.watcher(self.writes[write.number], "after"):
                return _cut_off(request)
        return web.Response(status=status, headers=headers, body=answer)

    async def _ask(self, request: web.BaseRequest, body: bytes) -> tuple[int, dict[str, str], bytes]:
        if request.method == "GET" and self._faults.stale and self._faults.only in request.path:
            remembered = self._lists.get(request.path_qs)
            if remembered is not None:
                self.touched += 1
                return 200, {"Content-Type": remembered[1]}, remembered[0]
        async with self._forward(request, body) as answer:
            content = await answer.read()
            self._see(request, answer.status, content)
            kept = ("Content-Type", "Retry-After", "Warning")
            headers = {name: answer.headers[name] for name in kept if name in answer.headers}
        if request.method == "GET" and answer.status == 200 and _ITEMS.search(content):
            self._remember(request.path_qs, content, headers.get("Content-Type", "application/json"))
        return answer.status, headers, content

    def _see(self, request: web.BaseRequest, status: int, content: bytes) -> None:
        if status >= 400 and status != 404:
            self.refused.append(f"{request.method} {request.path_qs}: {status} {content[:300].decode()}")

    def _remember(self, url: str, content: bytes, kind: str) -> None:
        self._lists.pop(url, None)
        self._lists[url] = content, kind
        if len(self._lists) > _MAX_REMEMBERED_LISTS:
            del self._lists[next(iter(self._lists))]

    def _forward(self, request: web.BaseRequest, body: bytes) -> Any:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP}
        headers |= {"Accept-Encoding": "identity"} | self._identity.headers
        url = self._identity.server + request.path_qs
        return self._session.request(request.method, url, data=body or None, headers=headers, allow_redirects=False)

    async def _watch(self, request: web.BaseRequest) -> web.StreamResponse:
        stream = Stream(request.path, deaf=self._faults.silent and self._faults.only in request.path)
        self._streams.add(stream)
        try:
            async with self._forward(request, b"") as answer:
                kept = {"Content-Type": answer.headers.get("Content-Type", "application/json")}
                response = web.StreamResponse(status=answer.status, headers=kept)
                response.enable_chunked_encoding()
                await response.prepare(request)
                self._see(request, answer.status, b"")
                if stream.deaf:
                    stream.changed.set()
                async for line in troubled(_lines(answer), stream, lambda: self._at(request.path), self._random):
                    await response.write(line)
            await response.write_eof()
        except (aiohttp.ClientError, ConnectionError):
            return _cut_off(request)
        else:
            return response
        finally:
            self.touched += stream.touched
            self._streams.discard(stream)

    def _at(self, path: str) -> Faults:
        return self._faults if self._faults.only in path else Faults()

    def _note(self, method: str, path: str, body: bytes) -> Write:
        if len(self.writes) >= _MAX_NOTED:
            raise RuntimeError(f"{self.client} has written more than {_MAX_NOTED} times")
        write = Write(len(self.writes), method, path, hashlib.sha256(body).hexdigest()[:16])
        self.writes.append(write)
        return write


@dataclass(frozen=True, slots=True)
class _Identity:
    """Where the API server is and who we are there, as the first context of a kubeconfig of the tests says it."""

    server: str
    tls: ssl.SSLContext
    headers: dict[str, str]

    @classmethod
    def read(cls, kubeconfig: Path) -> Self:
        config = json.loads(kubeconfig.read_text(encoding="utf-8"))
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        tls = ssl.create_default_context(cafile=cluster.get("certificate-authority"))
        if data := cluster.get("certificate-authority-data"):
            tls.load_verify_locations(cadata=_decoded(data))
        if "client-certificate" in user:
            tls.load_cert_chain(user["client-certificate"], user["client-key"])
        headers = {"Authorization": f"Bearer {user['token']}"} if "token" in user else {}
        return cls(cluster["server"], tls, headers)


def _decoded(data: str) -> str:
    return base64.b64decode(data).decode("ascii")


async def _lines(answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    rest = b""
    async for chunk in answer.content.iter_any():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line + b"\n"
    if rest:
        yield rest


def _refusal(faults: Faults) -> web.Response:
    status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": faults.status, "message": "as told"}
    headers = {} if faults.retry_after is None else {"Retry-After": str(faults.retry_after)}
    return web.json_response(status, status=faults.status, headers=headers)


def _cut_off(request: web.BaseRequest) -> web.StreamResponse:
    """Reset the client's connection; what is returned reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=502)
