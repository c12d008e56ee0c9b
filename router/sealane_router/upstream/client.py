"""Calls one provider: its URL, its credential and its connections are one object, and so is every request to it."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from sealane_api.failure import FailureClass
from sealane_api.route_table import Provider

from .connection import UpstreamConnection
from .connector import AddressRule, Connector
from .credentials import Credential
from .errors import StaleConnection, UpstreamError
from .pool import ConnectionPool, PoolLimits


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long each part of one attempt may take, in seconds."""

    connect: float
    first_byte: float
    idle: float


class ProviderClient:
    """Sends requests to ``provider`` with its own credential.

    There is deliberately no parameter for a host, a URL or a key: a key cannot meet another provider's host.
    """

    def __init__(
        self,
        provider: Provider,
        credential: Credential | None,
        *,
        allowed: AddressRule,
        authority: Callable[[], bytes | None],
        limits: PoolLimits,
    ) -> None:
        self.provider = provider
        self.pool = ConnectionPool(Connector(provider, allowed=allowed, authority=authority), limits)
        self._credential = credential
        self._heads: dict[tuple[bytes, bytes], tuple[bytes | None, bytes, bytes]] = {}

    @property
    def credential_problem(self) -> str | None:
        """Why no request can be sent now, None when one can."""
        return None if self._credential is None else self._credential.problem

    async def send(
        self, method: bytes, suffix: bytes, query: bytes, headers: bytes, body: bytes, deadlines: Deadlines
    ) -> UpstreamConnection:
        """Send one request; returns its connection with ``status`` and ``headers`` of the answer set.

        ``suffix`` is the path after ``/v1``, ``headers`` are header lines from
        :func:`~sealane_router.upstream.request_head.forwarded`. A kept connection that closes before it answered
        anything is replaced once by a fresh one. The caller releases or discards the connection.

        Raises:
            UpstreamError: nothing, or no HTTP answer, came.
        """
        prefix = self._prefix(method, suffix, query)
        head = b"%b%bcontent-length: %d\r\n\r\n" % (prefix, headers, len(body))
        kept = self.pool.take()
        if kept is not None:
            try:
                return await self._ask(kept, head, body, deadlines)
            except StaleConnection:
                self.pool.stale += 1
        fresh = await self.pool.open(deadlines.connect)
        return await self._ask(fresh, head, body, deadlines)

    def close(self) -> None:
        """Close what is idle; exchanges under way end as they would."""
        self.pool.close()

    async def _ask(
        self, connection: UpstreamConnection, head: bytes, body: bytes, deadlines: Deadlines
    ) -> UpstreamConnection:
        try:
            await connection.request(head, body, first_byte=deadlines.first_byte, idle=deadlines.idle)
        except BaseException:
            self.pool.discard(connection)
            raise
        return connection

    def _prefix(self, method: bytes, suffix: bytes, query: bytes) -> bytes:
        """Request line, host and credential; built once per path and credential value."""
        secret = None if self._credential is None else self._credential.value
        if secret is None and self._credential is not None:
            raise UpstreamError(FailureClass.UNAUTHORIZED, "credential_missing")
        known = self._heads.get((method, suffix))
        if known is None or known[0] != secret:
            known = self._heads[method, suffix] = (secret, *self._render(method, suffix, secret))
        return known[1] + (b"?" + query if query else b"") + known[2]

    def _render(self, method: bytes, suffix: bytes, secret: bytes | None) -> tuple[bytes, bytes]:
        """What stands before and behind the query."""
        anthropic = suffix == b"/messages"
        base = (anthropic and self.provider.messages_base_url) or self.provider.base_url
        url = urlsplit(base)
        lines = [b"host: " + url.netloc.encode("ascii"), b"accept-encoding: identity"]
        if secret is not None:
            lines.append(b"authorization: Bearer " + secret)
            if anthropic:
                # Anthropic's API reads this header, the compatible ones read either.
                lines.append(b"x-api-key: " + secret)
        target = method + b" " + url.path.rstrip("/").encode("ascii") + suffix
        return target, b" HTTP/1.1\r\n" + b"\r\n".join(lines) + b"\r\n"
