"""One connection pool to the Kubernetes API: credentials, time limits and the translation of errors."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlencode

import aiohttp
from kubernetes.aio.client import Configuration
from kubernetes.aio.client.rest import RESTClientObject
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
        self._rest = RESTClientObject(configuration)
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
        timeout: float = CALL_TIMEOUT,  # noqa: ASYNC109 - each call has its own limit, and a default
    ) -> Json:
        """Make one attempt and return the answer's object.

        ``timeout`` bounds the attempt in seconds; the wait for its turn comes before. Raises a KubeError.
        """
        await self._pace.turn()
        began = time.monotonic()
        status = 0
        try:
            async with asyncio.timeout(timeout):
                status, data, retry_after = await self._ask(method, path, body, query, content_type)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unavailable(f"{method} {path}: {_reason(error, timeout)}") from error
        finally:
            self._measure(method, _collection(path), status, time.monotonic() - began)
        if status < 300:
            return _object(method, path, data)
        raise _refusal(method, path, status, data, retry_after)

    async def _ask(
        self, method: str, path: str, body: Mapping[str, Any] | None, query: Mapping[str, str] | None, kind: str
    ) -> tuple[int, bytes, str | None]:
        headers = {"Accept": "application/json", "Content-Type": kind, "User-Agent": "sealane-operator"}
        token = await self._configuration.get_api_key_with_prefix("BearerToken", alias="authorization")
        if token:
            headers["Authorization"] = token
        url = f"{self._configuration.host}{path}" + (f"?{urlencode(query)}" if query else "")
        answer = await self._rest.request(method, url, headers=headers, body=None if body is None else dict(body))
        content = answer.response.content
        pieces: list[bytes] = []
        size = 0
        try:
            async for piece in content.iter_any():
                size += len(piece)
                if size > MAX_ANSWER:
                    raise aiohttp.ClientPayloadError(f"the answer is above {MAX_ANSWER} bytes")
                pieces.append(piece)
        finally:
            answer.response.release()
        return answer.status, b"".join(pieces), answer.headers.get("Retry-After")


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
