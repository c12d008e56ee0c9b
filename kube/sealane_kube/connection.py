"""One connection pool to the Kubernetes API: one attempt for each call, a limit on everything, errors translated."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

import aiohttp
from kubernetes.aio.client import Configuration

from .api import CALL_TIMEOUT, JSON, Json, Measure
from .errors import KubeError, TooLong, Unavailable, Unreadable, refusal
from .pace import Pace
from .pool import Pool

#: Bytes of one answer: a full-size route with its managed fields has 2 MB; a list is asked for in pages.
MAX_ANSWER = 16 << 20
#: Bytes of one event of a watch: etcd keeps objects below 1.5 MiB.
MAX_LINE = 8 << 20
_MAX_REFUSAL = 64 << 10
_MAX_REASON = 300
#: Seconds that a watch may go on after the API server should have ended it.
WATCH_GRACE = 8.0


class Connection:
    """The API server, asked one call at a time per turn of ``pace``; every method is one attempt.

    ``agent`` is who asks, as the API server's audit log names it. ``connect`` and ``silence`` are seconds until
    connected and until the next byte of an answer, None: as long as a call may take as a whole; a watch may be silent.
    ``max_answer`` is in bytes.
    """

    def __init__(
        self,
        configuration: Configuration,
        agent: str,
        *,
        pace: Pace | None = None,
        measure: Measure = lambda _verb, _kind, _code, _took: None,
        connect: float | None = None,
        silence: float | None = None,
        max_answer: int = MAX_ANSWER,
    ) -> None:
        self._configuration = configuration
        self._agent = agent
        self._pool = Pool(configuration)
        self._pace = pace
        self._measure = measure
        self._connect, self._silence = connect, silence
        self._max_answer = max_answer

    async def close(self) -> None:
        """Close the pool."""
        await self._pool.close()

    async def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        content_type: str = JSON,
        headers: Mapping[str, str] | None = None,
        timeout: float = CALL_TIMEOUT,  # noqa: ASYNC109 - each call has its own limit, and a default
    ) -> Json:
        """Make one attempt and return the answer's object. Raises a KubeError."""
        sent = {"Content-Type": content_type, **(headers or {})}
        return _object(await self.ask(method, path, body, query=query, headers=sent, timeout=timeout), method, path)

    async def ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = CALL_TIMEOUT,  # noqa: ASYNC109 - each call has its own limit, and a default
    ) -> bytes:
        """Make one attempt and return the answer as it came; ``headers`` go before our own.

        ``timeout`` bounds the attempt in seconds; the wait for its turn comes before. Raises a KubeError.
        """
        await self._turn()
        limits = aiohttp.ClientTimeout(connect=self._connect, sock_connect=self._connect, sock_read=self._silence)
        began, status = time.monotonic(), 0
        try:
            async with (
                _translated(method, path, timeout),
                asyncio.timeout(timeout),
                self._answer(method, path, query or {}, headers or {}, limits, body) as answer,
            ):
                data = await _whole(answer.content, self._max_answer)
                status = answer.status
                return data
        except KubeError as error:
            status = error.status
            raise
        finally:
            self._measure(method, _collection(path), status, time.monotonic() - began)

    async def watch(
        self, path: str, *, query: Mapping[str, str], headers: Mapping[str, str] | None = None, seconds: int
    ) -> AsyncGenerator[Json, None]:
        """Yield the events of a watch until the server ends it, which it is asked to do after ``seconds``.

        Raises a KubeError; a watch that is broken off, or says nothing although its time is over, is Unavailable.
        """
        async with self.lines(path, query=query, headers=headers, seconds=seconds) as lines:
            async for line in lines:
                yield _object(line, "GET", path)

    @asynccontextmanager
    async def lines(
        self, path: str, *, query: Mapping[str, str], headers: Mapping[str, str] | None = None, seconds: int
    ) -> AsyncIterator[AsyncIterator[bytes]]:
        """A watch that has begun, as its lines: one for each event. Raises a KubeError."""
        await self._turn()
        asked = {**query, "watch": "true", "timeoutSeconds": str(seconds)}
        total = seconds + WATCH_GRACE
        limits = aiohttp.ClientTimeout(total=total, connect=self._connect, sock_connect=self._connect)
        async with (
            _translated("GET", path, total),
            self._answer("GET", path, asked, headers or {}, limits) as answer,
        ):
            yield lines_of(answer.content)

    async def _turn(self) -> None:
        if self._pace is not None:
            await self._pace.turn()

    @asynccontextmanager
    async def _answer(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        headers: Mapping[str, str],
        limits: aiohttp.ClientTimeout,
        body: Mapping[str, Any] | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """A good answer of which the head has been read; what has not been read by the end of the block never is."""
        sent = {"Accept": JSON, "Content-Type": JSON, "User-Agent": self._agent, **headers}
        try:
            token = await self._configuration.get_api_key_with_prefix("BearerToken", alias="authorization")
        except Exception as error:  # a token that is just being rotated: the library raises anything
            raise Unavailable(f"no token: {type(error).__name__}", call=f"{method} {path}") from error
        if token:
            sent["Authorization"] = token
        url = f"{self._configuration.host}{path}" + (f"?{urlencode(query)}" if query else "")
        content = None if body is None else dict(body)
        found = await self._pool.request(method, url, headers=sent, body=content, _request_timeout=limits)
        answer: aiohttp.ClientResponse = found.response
        try:
            if answer.status >= 300:
                raise await _refused(method, path, answer)
            yield answer
        finally:
            answer.close()


@asynccontextmanager
async def _translated(method: str, path: str, limit: float) -> AsyncIterator[None]:
    try:
        yield
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        raise Unavailable(_reason(error, limit), call=f"{method} {path}") from error


def _reason(error: Exception, limit: float) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return f"the API server's certificate is not trusted: {error.certificate_error}"
    said = str(error)
    if isinstance(error, TimeoutError) and not said:
        return f"no answer within {limit:g} s"
    return f"{type(error).__name__}: {said}"[:_MAX_REASON]


async def _whole(content: aiohttp.StreamReader, limit: int) -> bytes:
    data = bytearray()
    async for piece in content.iter_any():
        data += piece
        if len(data) > limit:
            raise TooLong(f"an answer above {limit} bytes")
    return bytes(data)


async def lines_of(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    """Yield the lines of a stream. Raises TooLong, and Unreadable for a last line that is none."""
    rest = bytearray()
    async for piece in content.iter_any():
        rest += piece
        *lines, rest = rest.split(b"\n") if b"\n" in piece else (rest,)  # a long line is not searched again
        if len(rest) > MAX_LINE:
            raise TooLong(f"an event above {MAX_LINE} bytes")
        for line in lines:
            if line:
                yield bytes(line)
    if rest.strip():
        raise Unreadable("the stream ended within an event")


def _object(data: bytes, method: str, path: str) -> Json:
    try:
        found = json.loads(data)
    except ValueError as error:
        raise Unreadable("the answer is not JSON", call=f"{method} {path}") from error
    if not isinstance(found, dict):
        raise Unreadable("the answer is no object", call=f"{method} {path}")
    return found


async def _refused(method: str, path: str, answer: aiohttp.ClientResponse) -> KubeError:
    """Translate a Status object (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/)."""
    try:
        told = _object(await _whole(answer.content, _MAX_REFUSAL), method, path)
    except Unreadable:
        told = {}
    return refusal(
        answer.status,
        str(told.get("message") or answer.reason or ""),
        call=f"{method} {path}",
        reason=str(told.get("reason") or ""),
        retry_after=answer.headers.get("Retry-After"),
    )


def _collection(path: str) -> str:
    """``providerroutes`` of ``…/namespaces/team/providerroutes/chat/status``: names would be endless label values."""
    words = path.strip("/").split("/")
    words = words[2:] if words[:1] == ["api"] else words[3:]
    if words[:1] == ["namespaces"] and len(words) > 2:
        words = words[2:]
    return "/".join([words[0], *words[2:3]]) if words else ""
