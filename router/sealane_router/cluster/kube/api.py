"""The Kubernetes API as raw JSON: get, create, list in pages, watch. No model classes, a limit on everything.

``kubernetes.aio`` brings configuration, credentials and connections; it is imported when a client is first needed,
because a router that reads files must not pay for it.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import aiohttp
import msgspec

from .errors import ApiError, ApiTooLong, ApiUnreachable, ApiUnreadable, KubeconfigError, refused

if TYPE_CHECKING:
    from kubernetes.aio.client import ApiClient

#: Objects of a page; fewer when their page is longer than an answer may be.
PAGE = 500
#: Bytes of one answer that is read whole, and of one event of a watch (etcd keeps objects below 1.5 MiB).
MAX_ANSWER = 64 << 20
MAX_LINE = 8 << 20
#: Pages of one list: a quarter of a million objects.
_MAX_PAGES = 500
_MAX_WORDS = 64 << 10

#: Seconds: until connected, until the next byte of an answer, and for an answer as a whole.
_CONNECT, _SILENCE, _WHOLE = 5.0, 10.0, 30.0
#: Seconds that a watch may go on after the API server should have ended it.
WATCH_GRACE = 8.0
#: Seconds between two new readings of the configuration after the API server's certificate was not trusted, or it did
#: not know who asks: authorities and tokens are rotated.
#: Longer than a watch lasts, so that those of the client before have ended when it is closed.
_RENEWAL = 60.0


class Metadata(msgspec.Struct):
    """What a list says of itself."""

    resourceVersion: str = ""  # noqa: N815 - Kubernetes' own spelling, as below
    continue_: str = msgspec.field(name="continue", default="")


class Page(msgspec.Struct):
    """One page of a list, its objects as they came."""

    metadata: Metadata
    items: list[msgspec.Raw]


class Event(msgspec.Struct):
    """One event of a watch, its object as it came."""

    type: str
    object: msgspec.Raw


class _Status(msgspec.Struct):
    message: str = ""


class KubeApi:
    """One API server, by the kubeconfig in ``kubeconfig``, else as the pod's ServiceAccount.

    Every call raises :class:`ApiError` and nothing else.
    """

    def __init__(self, kubeconfig: Path | None) -> None:
        self._kubeconfig = kubeconfig
        self._client: ApiClient | None = None
        #: The one before; its watches go on until they end by themselves.
        self._former: ApiClient | None = None
        self._renewed: float | None = None

    async def open(self) -> None:
        """Read the configuration; raises KubeconfigError, with words for whoever started the router."""
        from kubernetes.aio import config
        from kubernetes.aio.client import ApiClient, Configuration

        configuration = Configuration()
        configuration.connection_pool_maxsize = 0  # a connection for each watch; their number has its own limit
        try:
            if self._kubeconfig is not None:
                await config.load_kube_config(
                    str(self._kubeconfig), client_configuration=configuration, persist_config=False
                )
            else:
                config.load_incluster_config(configuration)
        except Exception as error:  # the loader raises whatever a malformed file makes it stumble over
            raise KubeconfigError(_how_to_configure(self._kubeconfig, error)) from error
        self._client = ApiClient(configuration)

    async def close(self) -> None:
        """Close every connection; whoever still reads from one learns that from his own limit."""
        clients = (self._client, self._former)
        self._client = self._former = None
        for client in clients:
            if client is not None:
                await client.close()

    async def get(self, path: str) -> bytes:
        """The object at ``path``, as JSON."""
        async with self._answer(path, {}, _WHOLE) as answer:
            return await _whole(answer)

    async def create(self, path: str, body: Mapping[str, object]) -> bytes:
        """Add an object to ``path``; returns what the API server made of it, as JSON."""
        async with self._answer(path, {}, _WHOLE, body=body) as answer:
            return await _whole(answer)

    async def pages(self, path: str, selector: str) -> AsyncIterator[Page]:
        """The list at ``path``, page by page, all of one version."""
        limit, token = PAGE, ""
        for _ in range(_MAX_PAGES):
            query = {"limit": str(limit)} | ({"continue": token} if token else {})
            try:
                page = await self._page(path, query | _field(selector))
            except ApiTooLong:
                if limit == 1:
                    raise
                limit = max(1, limit // 8)
                continue
            yield page
            token = page.metadata.continue_
            if not token:
                return
        raise ApiUnreadable(f"the list of {path} does not end")

    async def watch(self, path: str, selector: str, version: str, seconds: int) -> AsyncIterator[Event | None]:
        """What happens after ``version``, for about ``seconds``; the first item is None, once the stream has begun."""
        query = {
            "watch": "1",
            "resourceVersion": version,
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(seconds),
        }
        async with self._answer(path, query | _field(selector), seconds + WATCH_GRACE, silence=None) as answer:
            yield None
            async for line in _lines(answer):
                yield _decoded(line, Event)

    async def _page(self, path: str, query: Mapping[str, str]) -> Page:
        async with self._answer(path, query, _WHOLE) as answer:
            page: Page = _decoded(await _whole(answer), Page)
            return page

    @asynccontextmanager
    async def _answer(
        self,
        path: str,
        query: Mapping[str, str],
        whole: float,
        silence: float | None = _SILENCE,
        body: Mapping[str, object] | None = None,
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """An answer of status 200, or 201 to a ``body``, closed at the end of the block.

        What goes wrong within it becomes an ApiError.
        """
        limits = aiohttp.ClientTimeout(total=whole, connect=_CONNECT, sock_connect=_CONNECT, sock_read=silence)
        try:
            answer = await self._ask(f"{path}?{urlencode(query)}" if query else path, limits, body)
            try:
                if answer.status != (200 if body is None else 201):
                    raise await self._refusal(answer)
                yield answer
            finally:
                answer.close()
        except aiohttp.ClientConnectorCertificateError as error:
            await self._renew()
            raise ApiUnreachable(f"the API server's certificate is not trusted: {error.certificate_error}") from error
        except (aiohttp.ClientError, OSError, ssl.SSLError, TimeoutError) as error:
            raise ApiUnreachable(f"{type(error).__name__}: {error}"[:300]) from error

    async def _ask(
        self, path: str, limits: aiohttp.ClientTimeout, body: Mapping[str, object] | None
    ) -> aiohttp.ClientResponse:
        method = "GET" if body is None else "POST"
        client = self._client
        if client is None:
            raise ApiUnreachable("the client is closed")
        headers = {"Accept": "application/json", "User-Agent": "sealane-router"}
        try:
            await client.update_params_for_auth(headers, [], ["BearerToken"], path, method, body)
        except Exception as error:  # a token that is just being rotated: the library raises anything
            raise ApiUnreachable(f"no token: {type(error).__name__}") from error
        url = client.configuration.host + path
        answer = await client.rest_client.request(method, url, headers=headers, body=body, _request_timeout=limits)
        found: aiohttp.ClientResponse = answer.response
        return found

    async def _refusal(self, answer: aiohttp.ClientResponse) -> ApiError:
        content = await answer.content.read(_MAX_WORDS)
        try:
            words = msgspec.json.decode(content, type=_Status).message
        except (msgspec.MsgspecError, UnicodeDecodeError):
            words = ""
        if answer.status == 401:
            await self._renew()
        return refused(answer.status, words or answer.reason or "", answer.headers.get("retry-after"))

    async def _renew(self) -> None:
        """Read the configuration again, for the questions from now on."""
        now = asyncio.get_running_loop().time()
        if self._client is None or (self._renewed is not None and now - self._renewed < _RENEWAL):
            return
        before, former = self._client, self._former
        with suppress(KubeconfigError):  # half of a rotation: the old one stands, and the next failure tries again
            await self.open()
            self._renewed, self._former = now, before
            if former is not None:
                await former.close()


def _field(selector: str) -> dict[str, str]:
    return {"fieldSelector": selector} if selector else {}


async def _whole(answer: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in answer.content.iter_any():
        content += chunk
        if len(content) > MAX_ANSWER:
            raise ApiTooLong(f"an answer above {MAX_ANSWER} bytes")
    return bytes(content)


async def _lines(answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """The lines of a stream; an unfinished last one is an ApiUnreadable."""
    rest = bytearray()
    async for chunk in answer.content.iter_any():
        searched = len(rest)
        rest += chunk
        begin = 0
        while (end := rest.find(b"\n", max(begin, searched))) >= 0:
            if end > begin:
                yield bytes(rest[begin:end])
            begin = end + 1
        del rest[:begin]
        if len(rest) > MAX_LINE:
            raise ApiTooLong(f"an event above {MAX_LINE} bytes")
    if rest.strip():
        raise ApiUnreadable("the stream ended within an event")


def _decoded(content: bytes, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ApiUnreadable(f"not what Kubernetes says: {error}") from error


def _how_to_configure(kubeconfig: Path | None, error: Exception) -> str:
    reason = " ".join(str(error).split())[:300] or type(error).__name__
    if kubeconfig is not None:
        return f"SEALANE_KUBECONFIG: {kubeconfig} cannot be used: {reason}; write a kubeconfig that kubectl takes"
    return (
        f"SEALANE_CLUSTER, SEALANE_TOKEN_REVIEW: there is no ServiceAccount here ({reason}); run in a pod with its "
        "token mounted, or write --kubeconfig FILE"
    )
