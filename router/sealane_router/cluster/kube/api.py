"""The Kubernetes API as a router uses it: get, create, list in pages, watch; objects stay the bytes that they are.

:mod:`sealane_kube` brings configuration, credentials and connections; it is imported when a client is first needed,
because a router that reads files must not pay for it.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import msgspec

from sealane_kube.errors import KubeconfigError, KubeError, TooLong, Unavailable, Unreadable
from sealane_telemetry.settings.variable import SettingsError

if TYPE_CHECKING:
    from sealane_kube.connection import Connection

#: Objects of a page; fewer when their page is longer than an answer may be.
PAGE = 500
#: Bytes of one answer that is read whole.
MAX_ANSWER = 64 << 20
#: Pages of one list: a quarter of a million objects.
_MAX_PAGES = 500

#: Seconds: until connected, until the next byte of an answer, and for an answer as a whole.
_CONNECT, _SILENCE, _WHOLE = 5.0, 10.0, 30.0
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


class KubeApi:
    """One API server, by the kubeconfig in ``kubeconfig``, else as the pod's ServiceAccount.

    Every call raises :class:`KubeError` and nothing else.
    """

    def __init__(self, kubeconfig: Path | None) -> None:
        self._kubeconfig = kubeconfig
        self._connection: Connection | None = None
        #: The one before; its watches go on until they end by themselves.
        self._former: Connection | None = None
        self._renewed: float | None = None

    async def open(self) -> None:
        """Read the configuration; raises SettingsError, with words for whoever started the router."""
        from sealane_kube.configuration import load_configuration
        from sealane_kube.connection import Connection

        try:
            configuration = await load_configuration(self._kubeconfig)
        except KubeconfigError as error:
            raise SettingsError(_how_to_configure(self._kubeconfig, error.reason)) from error
        configuration.connection_pool_maxsize = 0  # a connection for each watch; their number has its own limit
        self._connection = Connection(
            configuration, "sealane-router", connect=_CONNECT, silence=_SILENCE, max_answer=MAX_ANSWER
        )

    async def close(self) -> None:
        """Close every connection; whoever still reads from one learns that from his own limit."""
        connections = (self._connection, self._former)
        self._connection = self._former = None
        for connection in connections:
            if connection is not None:
                await connection.close()

    async def get(self, path: str) -> bytes:
        """The object at ``path``, as JSON."""
        async with self._asked() as connection:
            return await connection.ask("GET", path, timeout=_WHOLE)

    async def create(self, path: str, body: Mapping[str, object]) -> bytes:
        """Add an object to ``path``; returns what the API server made of it, as JSON."""
        async with self._asked() as connection:
            return await connection.ask("POST", path, body, timeout=_WHOLE)

    async def pages(self, path: str, selector: str) -> AsyncIterator[Page]:
        """The list at ``path``, page by page, all of one version."""
        limit, token = PAGE, ""
        for _ in range(_MAX_PAGES):
            query = {"limit": str(limit)} | ({"continue": token} if token else {})
            try:
                page = await self._page(path, query | _field(selector))
            except TooLong:
                if limit == 1:
                    raise
                limit = max(1, limit // 8)
                continue
            yield page
            token = page.metadata.continue_
            if not token:
                return
        raise Unreadable(f"the list of {path} does not end")

    async def watch(self, path: str, selector: str, version: str, seconds: int) -> AsyncIterator[Event | None]:
        """What happens after ``version``, for about ``seconds``; the first item is None, once the stream has begun."""
        query = {"resourceVersion": version, "allowWatchBookmarks": "true"} | _field(selector)
        async with self._asked() as connection, connection.lines(path, query=query, seconds=seconds) as lines:
            yield None
            async for line in lines:
                yield _decoded(line, Event)

    async def _page(self, path: str, query: Mapping[str, str]) -> Page:
        async with self._asked() as connection:
            page: Page = _decoded(await connection.ask("GET", path, query=query, timeout=_WHOLE), Page)
            return page

    @asynccontextmanager
    async def _asked(self) -> "AsyncIterator[Connection]":
        """The connection; when it turns out that the two do not know each other, the configuration is read again."""
        if self._connection is None:
            raise Unavailable("the client is closed")
        try:
            yield self._connection
        except KubeError as error:
            if error.status == 401 or isinstance(error.__cause__, aiohttp.ClientConnectorCertificateError):
                await self._renew()
            raise

    async def _renew(self) -> None:
        """Read the configuration again, for the questions from now on."""
        now = asyncio.get_running_loop().time()
        if self._connection is None or (self._renewed is not None and now - self._renewed < _RENEWAL):
            return
        before, former = self._connection, self._former
        with suppress(SettingsError):  # half of a rotation: the old one stands, and the next failure tries again
            await self.open()
            self._renewed, self._former = now, before
            if former is not None:
                await former.close()


def _field(selector: str) -> dict[str, str]:
    return {"fieldSelector": selector} if selector else {}


def _decoded(content: bytes, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Unreadable(f"not what Kubernetes says: {error}") from error


def _how_to_configure(kubeconfig: Path | None, reason: str) -> str:
    if kubeconfig is not None:
        return f"SEALANE_KUBECONFIG: {kubeconfig} cannot be used: {reason}; write a kubeconfig that kubectl takes"
    return (
        f"SEALANE_CLUSTER, SEALANE_TOKEN_REVIEW: there is no ServiceAccount here ({reason}); run in a pod with its "
        "token mounted, or write --kubeconfig FILE"
    )
