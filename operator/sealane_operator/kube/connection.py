"""One connection pool to the Kubernetes API: credentials, time limits and the translation of errors."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp
from kubernetes.aio.client import Configuration
from kubernetes.aio.config import load_incluster_config, load_kube_config

from sealane_operator.errors import (
    AlreadyExists,
    Conflict,
    Forbidden,
    Invalid,
    KubeError,
    NotFound,
    SettingsError,
    Throttled,
    Unavailable,
)

from .pace import Pace
from .pool import Pool

MERGE_PATCH = "application/merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"

#: Seconds of one call, connecting included.
CALL_TIMEOUT = 10.0
#: A full-size route with its managed fields has 2 MB; a list is asked for in pages.
MAX_ANSWER = 16 * 1024 * 1024
_MAX_MESSAGE = 1_000
_MAX_RETRY_AFTER = 60.0

Json = dict[str, Any]
#: Told of each call: verb, path's last collection, status (0: no answer), seconds.
Measure = Callable[[str, str, int, float], None]


class Api(Protocol):
    """What the rest of this package needs of a connection."""

    async def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        content_type: str = "application/json",
        timeout: float = CALL_TIMEOUT,  # noqa: ASYNC109 - each call has its own limit, and a default
    ) -> Json:
        """Make one attempt and return the answer's object. Raises a KubeError."""


async def load_configuration(kubeconfig: Path | None) -> Configuration:
    """Return where the API is and who we are: from a file, or from the pod's ServiceAccount, whose token is re-read.

    Raises SettingsError.
    """
    configuration = Configuration()
    configuration.retries = None
    try:
        if kubeconfig is not None:
            await load_kube_config(
                config_file=str(kubeconfig), client_configuration=configuration, persist_config=False
            )
        else:
            load_incluster_config(client_configuration=configuration)
    except Exception as error:  # the library raises whatever a malformed file makes of its code
        place = f"kubeconfig {kubeconfig}" if kubeconfig is not None else "the pod's ServiceAccount"
        raise SettingsError(f"{place} cannot be used: {error}"[:_MAX_MESSAGE]) from error
    return configuration


class Connection:
    """The API server, asked one call at a time per turn of ``pace``; every method is one attempt."""

    def __init__(
        self, configuration: Configuration, *, pace: Pace, measure: Measure = lambda _verb, _kind, _code, _took: None
    ) -> None:
        self._configuration = configuration
        self._rest = Pool(configuration)
        self._pace = pace
        self._measure = measure

    async def close(self) -> None:
        """Close the pool."""
        await self._rest.close()

    async def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        content_type: str = "application/json",
        headers: Mapping[str, str] | None = None,
        timeout: float = CALL_TIMEOUT,  # noqa: ASYNC109 - each call has its own limit, and a default
    ) -> Json:
        """Make one attempt and return the answer's object; ``headers`` go before our own.

        ``timeout`` bounds the attempt in seconds; the wait for its turn comes before. Raises a KubeError.
        """
        await self._pace.turn()
        began = time.monotonic()
        status = 0
        try:
            async with asyncio.timeout(timeout):
                sent = {"Content-Type": content_type, **(headers or {})}
                status, data, retry_after = await self._ask(method, path, body, query, sent)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unavailable(f"{method} {path}: {_reason(error, timeout)}") from error
        finally:
            self._measure(method, _collection(path), status, time.monotonic() - began)
        if status < 300:
            return _object(method, path, data)
        raise _refusal(method, path, status, data, retry_after)

    async def watch(
        self, path: str, *, query: Mapping[str, str], headers: Mapping[str, str] | None = None, seconds: int
    ) -> AsyncGenerator[Json, None]:
        """Yield the events of a watch until the server ends it, which it is asked to do after ``seconds``.

        Raises a KubeError; a watch that is broken off, or says nothing although its time is over, is Unavailable.
        """
        await self._pace.turn()
        asked = {**query, "watch": "true", "timeoutSeconds": str(seconds)}
        limit = seconds + CALL_TIMEOUT
        try:
            answer = await self._send("GET", path, None, asked, headers or {}, limit)
            try:
                if answer.status >= 300:
                    data = await _whole(answer.response.content)
                    raise _refusal("GET", path, answer.status, data, answer.headers.get("Retry-After"))
                async for line in lines_of(answer.response.content):
                    yield _object("GET", path, line)
            finally:
                answer.response.close()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unavailable(f"GET {path}: {_reason(error, limit)}") from error

    async def _ask(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        query: Mapping[str, str] | None,
        headers: Mapping[str, str],
    ) -> tuple[int, bytes, str | None]:
        answer = await self._send(method, path, body, query, headers, None)
        try:
            data = await _whole(answer.response.content)
        finally:
            answer.response.release()
        return answer.status, data, answer.headers.get("Retry-After")

    async def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        query: Mapping[str, str] | None,
        headers: Mapping[str, str],
        seconds: float | None,
    ) -> Any:
        """Return the library's answer, of which only the head has been read; all of it may take ``seconds``."""
        sent = {"Accept": "application/json", "User-Agent": "sealane-operator", **headers}
        token = await self._configuration.get_api_key_with_prefix("BearerToken", alias="authorization")
        if token:
            sent["Authorization"] = token
        url = f"{self._configuration.host}{path}" + (f"?{urlencode(query)}" if query else "")
        content = None if body is None else dict(body)
        limit = None if seconds is None else aiohttp.ClientTimeout(total=seconds)
        return await self._rest.request(method, url, headers=sent, body=content, _request_timeout=limit)


async def _whole(content: aiohttp.StreamReader) -> bytes:
    pieces: list[bytes] = []
    size = 0
    async for piece in content.iter_any():
        size += len(piece)
        if size > MAX_ANSWER:
            raise aiohttp.ClientPayloadError(f"the answer is above {MAX_ANSWER} bytes")
        pieces.append(piece)
    return b"".join(pieces)


async def lines_of(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    """Yield the whole lines of a stream; what a broken connection leaves of a last one is dropped."""
    rest = bytearray()
    async for piece in content.iter_any():
        rest += piece
        *lines, rest = rest.split(b"\n") if b"\n" in piece else (rest,)  # a long line is not searched again
        if len(rest) > MAX_ANSWER:
            raise aiohttp.ClientPayloadError(f"an event is above {MAX_ANSWER} bytes")
        for line in lines:
            yield bytes(line)


def _object(method: str, path: str, data: bytes) -> Json:
    try:
        found = json.loads(data)
    except ValueError as error:
        raise Unavailable(f"{method} {path}: the answer is not JSON") from error
    if not isinstance(found, dict):
        raise Unavailable(f"{method} {path}: the answer is no object")
    return found


def _refusal(method: str, path: str, status: int, data: bytes, retry_after: str | None) -> KubeError:
    """Translate a Status object (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/)."""
    try:
        told = _object(method, path, data)
    except Unavailable:
        told = {}
    message = f"{method} {path}: {told.get('message') or f'HTTP {status}'}"[:_MAX_MESSAGE]
    if status == 409:
        return (AlreadyExists if told.get("reason") == "AlreadyExists" else Conflict)(message, status)
    if status == 429:
        return Throttled(message, status, retry_after=_seconds(retry_after))
    kinds: dict[int, type[KubeError]] = {400: Invalid, 401: Forbidden, 403: Forbidden, 404: NotFound, 422: Invalid}
    return kinds.get(status, Unavailable)(message, status)


def _seconds(retry_after: str | None) -> float:
    return min(float(retry_after), _MAX_RETRY_AFTER) if retry_after and retry_after.isdigit() else 1.0


def _reason(error: BaseException, timeout: float) -> str:
    return f"no answer within {timeout:g} s" if isinstance(error, TimeoutError) else type(error).__name__


def _collection(path: str) -> str:
    """``providerroutes`` of ``…/namespaces/team/providerroutes/chat/status``: names would be endless label values."""
    words = path.strip("/").split("/")
    words = words[2:] if words[:1] == ["api"] else words[3:]
    if words[:1] == ["namespaces"] and len(words) > 2:
        words = words[2:]
    return "/".join([words[0], *words[2:3]]) if words else ""
