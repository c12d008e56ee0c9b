"""The Kubernetes API as raw JSON: one call at a time, watches, and errors of our own; a limit on everything."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp
from kubernetes.aio.client import Configuration
from kubernetes.aio.client.rest import RESTClientObject
from kubernetes.aio.config import load_incluster_config, load_kube_config

from sealane_investigator.errors import SettingsRefused

from .errors import Conflict, Expired, Forbidden, KubeError, NotFound, Unavailable

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"

#: Asks for the metadata of a list's items alone.
METADATA_ONLY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"

#: Seconds of one call, connecting included.
CALL_TIMEOUT = 10.0

#: Bytes of one answer or event: a full-size route has 2 MB, a page of 500 Events 2 MB as well.
MAX_ANSWER = 16 * 1024 * 1024

_MAX_MESSAGE = 1_000

Json = dict[str, Any]


class Api(Protocol):
    """What the rest of this package needs of a connection."""

    async def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        content_type: str = JSON,
        accept: str = JSON,
        timeout: float = CALL_TIMEOUT,  # noqa: ASYNC109 - each call has its own limit, and a default
    ) -> Json:
        """Make one attempt and return the answer's object. Raises a KubeError."""

    def watch(self, path: str, *, query: Mapping[str, str], seconds: int) -> AsyncGenerator[Json, None]:
        """Yield the events of a watch until the server ends it, after about so many seconds. Raises a KubeError."""


async def load_configuration(kubeconfig: Path | None) -> Configuration:
    """Return where the API is and who we are: from a file, or from the pod's ServiceAccount, whose token is re-read.

    Raises SettingsRefused.
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
        raise SettingsRefused(f"{place} cannot be used: {type(error).__name__}") from error
    return configuration


class Connection:
    """The API server over one pool of connections; every method is one attempt."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._rest = RESTClientObject(configuration)

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
        content_type: str = JSON,
        accept: str = JSON,
        timeout: float = CALL_TIMEOUT,  # noqa: ASYNC109 - each call has its own limit, and a default
    ) -> Json:
        """Make one attempt and return the answer's object. Raises a KubeError."""
        try:
            async with asyncio.timeout(timeout):
                answer = await self._send(method, path, body, query or {}, (content_type, accept), None)
                try:
                    data = await _whole(answer.response.content)
                finally:
                    answer.response.release()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unavailable(f"{method} {path}: {_reason(error, timeout)}") from error
        if answer.status < 300:
            return _object(method, path, data)
        raise _refusal(method, path, answer.status, data)

    async def watch(self, path: str, *, query: Mapping[str, str], seconds: int) -> AsyncGenerator[Json, None]:
        """Yield the events of a watch until the server ends it, which it is asked to do after ``seconds``.

        Raises a KubeError; a watch that is broken off, or says nothing although its time is over, is Unavailable.
        """
        asked = {**query, "watch": "true", "timeoutSeconds": str(seconds)}
        limit = seconds + CALL_TIMEOUT
        try:
            answer = await self._send("GET", path, None, asked, (JSON, JSON), limit)
            try:
                if answer.status >= 300:
                    raise _refusal("GET", path, answer.status, await _whole(answer.response.content))
                async for line in _lines(answer.response.content):
                    yield _object("GET", path, line)
            finally:
                answer.response.close()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unavailable(f"GET {path}: {_reason(error, limit)}") from error

    async def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None,
        query: Mapping[str, str],
        types: tuple[str, str],
        seconds: float | None,
    ) -> Any:
        """Return the library's answer, of which only the head has been read; all of it may take ``seconds``."""
        sent = {"Content-Type": types[0], "Accept": types[1], "User-Agent": "sealane-investigator"}
        token = await self._configuration.get_api_key_with_prefix("BearerToken", alias="authorization")
        if token:
            sent["Authorization"] = token
        url = f"{self._configuration.host}{path}" + (f"?{urlencode(query)}" if query else "")
        content = None if body is None else dict(body)
        limit = None if seconds is None else aiohttp.ClientTimeout(total=seconds)
        return await self._rest.request(method, url, headers=sent, body=content, _request_timeout=limit)


async def _whole(content: aiohttp.StreamReader) -> bytes:
    data = bytearray()
    async for piece in content.iter_any():
        data += piece
        if len(data) > MAX_ANSWER:
            raise aiohttp.ClientPayloadError(f"the answer is above {MAX_ANSWER} bytes")
    return bytes(data)


async def _lines(content: aiohttp.StreamReader) -> AsyncIterator[bytes]:
    """Yield the whole lines of a stream; what a broken connection leaves of a last one is dropped."""
    rest = bytearray()
    async for piece in content.iter_any():
        rest += piece
        *lines, rest = rest.split(b"\n") if b"\n" in piece else (rest,)
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


def _refusal(method: str, path: str, status: int, data: bytes) -> KubeError:
    """Translate a Status object (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/)."""
    try:
        told = _object(method, path, data)
    except Unavailable:
        told = {}
    message = f"{method} {path}: {told.get('message') or f'HTTP {status}'}"[:_MAX_MESSAGE]
    kinds: dict[int, type[KubeError]] = {
        401: Forbidden,
        403: Forbidden,
        404: NotFound,
        409: Conflict,
        410: Expired,
    }
    return kinds.get(status, Unavailable)(message, status)


def _reason(error: BaseException, timeout: float) -> str:
    return f"no answer within {timeout:g} s" if isinstance(error, TimeoutError) else type(error).__name__
