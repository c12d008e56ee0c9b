"""What kopf asks the API through, and where its lists and watches are tapped.

Theory of operation. kopf keeps the watches going: it lists in pages, watches from there, begins anew when the API
forgot or says nothing for too long, and ends the process when a watch cannot go on. What the watches bring is taken
here, on its way, for three reasons. A list that follows an interruption shows what is gone only to whoever sees it
whole, and kopf passes objects on one by one. kopf makes a task, a queue and a memory of each object, which costs a
millisecond and 8 KB where an index needs a tenth. And only here is heard that a watch is alive while nothing happens.

So kopf gets its lists without items and each event as a bookmark, which is all that it needs to go on from the right
place. Revisions are asked for as metadata alone. Nothing but GET passes, so kopf cannot write: no finalizer, no
annotation.
https://kubernetes.io/docs/reference/using-api/api-concepts/
"""

import json
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import parse_qs, urlsplit

import aiohttp

from sealane_kube.api import Json, Measure
from sealane_kube.configuration import Configuration
from sealane_kube.connection import lines_of
from sealane_kube.errors import Unreadable
from sealane_kube.pool import Pool
from sealane_telemetry.logs import get_logger

#: Who asks, as the API server's audit log names it.
AGENT = "sealane-operator"

_log = get_logger("sealane.operator.watches")

_METADATA = "application/json;as=PartialObjectMetadata{};g=meta.k8s.io;v=v1"
_WATCHED = re.compile(
    r"/apis/sealane\.dev/v1alpha1(?:/namespaces/([a-z0-9-]+))?/(providerroutes|providerrouterevisions)"
)


class Listener(Protocol):
    """Who hears what passes; ``plural`` is the kind's, ``namespace`` None for a watch of all namespaces."""

    def heard(self, plural: str, namespace: str | None) -> None:
        """The API said something."""

    def began(self, plural: str, namespace: str | None, *, stream: bool) -> None:
        """A list begins, or (``stream``) a watch that goes on from a list or from another watch."""

    def listed(self, plural: str, namespace: str | None, items: Sequence[Json], *, last: bool) -> None:
        """A page of the list came in; ``last``: it was the last one."""

    def changed(self, plural: str, namespace: str | None, item: Json, *, gone: bool) -> None:
        """An object was made or changed; or it is ``gone``."""


class TappedSession:
    """An aiohttp session as far as kopf uses one."""

    def __init__(self, configuration: Configuration, listener: Listener, measure: Measure) -> None:
        self.headers: dict[str, str] = {"User-Agent": AGENT}
        self._configuration = configuration
        self._rest = Pool(configuration)
        self._listener = listener
        self._measure = measure
        self._open: set[_Stream] = set()
        self.closed = False

    async def close(self) -> None:
        """Close the pool, and with it every watch that is read."""
        self.closed = True
        for stream in list(self._open):
            stream.close()
        await self._rest.close()

    async def request(
        self,
        method: str,
        url: str,
        *,
        json: object = None,
        headers: Mapping[str, str] | None = None,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - kopf's own
    ) -> Any:
        """Ask, and return the answer with its tap. Raises what aiohttp raises; RuntimeError for anything but a GET."""
        if method.upper() != "GET" or json is not None:
            raise RuntimeError(f"kopf watches and never writes; found {method.upper()} {urlsplit(url).path}")
        if self.closed:
            raise RuntimeError("Session is closed")  # kopf then asks for another one
        found, query = _WATCHED.fullmatch(urlsplit(url).path), parse_qs(urlsplit(url).query)
        sent = {**(headers or {}), **self.headers}
        token = await self._configuration.get_api_key_with_prefix("BearerToken", alias="authorization")
        if token:
            sent["Authorization"] = token
        if found is not None and found[2] == "providerrouterevisions":
            sent["Accept"] = _METADATA.format("" if "watch" in query else "List")
        answer = await self._ask(url, sent, timeout, found[2] if found is not None else "discovery")
        if found is None or answer.status >= 300:
            return answer
        plural, namespace = found[2], found[1]
        if "watch" in query:
            self._listener.began(plural, namespace, stream=True)
            return _Stream(answer, plural, namespace, self._listener, self._open)
        if "continue" not in query:
            self._listener.began(plural, namespace, stream=False)
        return _Page(answer, plural, namespace, self._listener)

    async def _ask(
        self,
        url: str,
        headers: Mapping[str, str],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109
        kind: str,
    ) -> aiohttp.ClientResponse:
        verb = "WATCH" if "watch=true" in url else "LIST"
        began, status = time.monotonic(), 0
        try:
            answer = await self._rest.request("GET", url, headers=dict(headers), _request_timeout=timeout)
            status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            _log.warning("watch_unanswered", kind=kind, name=verb, error=type(error).__name__)
            raise
        finally:
            self._measure(verb, kind, status, time.monotonic() - began)
        if status >= 400:
            _log.warning("watch_refused", kind=kind, name=verb, status=status)
        response: aiohttp.ClientResponse = answer.response
        return response


class _Answer:
    """An answer that passes; kopf uses it as a context."""

    def __init__(self, answer: aiohttp.ClientResponse, plural: str, namespace: str | None, listener: Listener) -> None:
        self.status = answer.status
        self._answer = answer
        self._plural, self._namespace = plural, namespace
        self._listener = listener

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back; aiohttp closes it when more of the answer would come."""
        self._answer.release()


class _Page(_Answer):
    """A page of a list."""

    async def json(self) -> Json:
        """Return the page without its items."""
        page = json.loads(await self._answer.read())
        metadata = page.get("metadata") or {}
        items = page.pop("items", None) or []
        self._listener.heard(self._plural, self._namespace)
        self._listener.listed(self._plural, self._namespace, items, last=not metadata.get("continue"))
        return {**page, "items": []}


class _Stream(_Answer):
    """A watch."""

    def __init__(
        self,
        answer: aiohttp.ClientResponse,
        plural: str,
        namespace: str | None,
        listener: Listener,
        among: "set[_Stream]",
    ) -> None:
        super().__init__(answer, plural, namespace, listener)
        self.content = self
        self._among = among
        among.add(self)

    def close(self) -> None:
        """Give the connection up: a watch has no end of its own."""
        self._among.discard(self)
        self._answer.close()

    async def iter_chunked(self, _size: int) -> AsyncIterator[bytes]:
        """Yield a line for each event, as a bookmark where it was an object."""
        try:
            async for line in lines_of(self._answer.content):
                event = json.loads(line)
                self._listener.heard(self._plural, self._namespace)
                yield self._passed_on(event, line)
        except Unreadable as error:
            raise aiohttp.ClientPayloadError(error.words) from error  # which kopf knows: it watches again

    def _passed_on(self, event: Json, line: bytes) -> bytes:
        if event["type"] not in {"ADDED", "MODIFIED", "DELETED"}:
            return line + b"\n"
        item = event["object"]
        self._listener.changed(self._plural, self._namespace, item, gone=event["type"] == "DELETED")
        metadata = {"resourceVersion": item["metadata"]["resourceVersion"]}
        return json.dumps({"type": "BOOKMARK", "object": {"metadata": metadata}}).encode() + b"\n"
