"""Opens connections to one provider: resolution, the address rule, happy eyeballs, TLS with session reuse."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohappyeyeballs

from sealane_api.failure import FailureClass
from sealane_api.route_table import Provider
from sealane_router.aio.probes import probe_silent_peer

from .connection import UpstreamConnection
from .errors import UpstreamError, connect_error

#: Seconds until the next address family is tried beside the first (RFC 8305 §5).
EYEBALLS_DELAY = 0.25
#: Seconds that sent bytes, or the kernel's probes, may stay unacknowledged: what a network swallows is noticed here and
#: not when the longest of the time limits has passed.
UNACKNOWLEDGED = 30

AddressRule = Callable[[ipaddress.IPv4Address | ipaddress.IPv6Address], bool]


class ReusingContext(ssl.SSLContext):
    """A TLS context of one provider that offers its last session, so that a reconnect costs one round trip less.

    asyncio and uvloop wrap their buffers through ``wrap_bio`` and have no parameter for a session.
    """

    session: ssl.SSLSession | None = None

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        """Wrap as usual, offering the remembered session."""
        return super().wrap_bio(*args, **{"session": self.session, **kwargs})

    def remember(self, connection: UpstreamConnection) -> None:
        """Keep the session of a connection that has served an answer (TLS 1.3 sends tickets after the handshake)."""
        tls = connection.ssl_object
        if isinstance(tls, ssl.SSLObject) and tls.session is not None and tls.session.has_ticket:
            self.session = tls.session


def tls_context(authority: bytes | None) -> ReusingContext:
    """A verifying context; ``authority`` is a PEM bundle that replaces the system's (or ``SSL_CERT_FILE``'s) store."""
    context = ReusingContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if authority is None:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    else:
        context.load_verify_locations(cadata=authority.decode("ascii"))
    return context


class Connector:
    """Connects to the host of one provider, and only to addresses that ``allowed`` admits."""

    def __init__(self, provider: Provider, *, allowed: AddressRule, authority: Callable[[], bytes | None]) -> None:
        url = urlsplit(provider.base_url)
        self._host = url.hostname or ""
        self._secure = url.scheme == "https"
        self._port = url.port or (443 if self._secure else 80)
        # A name may end with the root's dot; certificates never have it.
        self._server_name = ((provider.tls and provider.tls.server_name) or self._host).removesuffix(".")
        self._needs_authority = provider.tls is not None and provider.tls.ca is not None
        self._allowed = allowed
        self._authority = authority
        self._context: tuple[bytes | None, ReusingContext] | None = None

    async def connect(
        self,
        lost: Callable[[UpstreamConnection], None],
        *,
        timeout: float,  # noqa: ASYNC109 - part of the policy
    ) -> UpstreamConnection:
        """A fresh connection within ``timeout`` seconds, TLS handshake included; raises UpstreamError."""
        try:
            async with asyncio.timeout(timeout):
                return await self._connect(lost)
        except (OSError, ValueError) as error:
            raise connect_error(error) from error

    def remember(self, connection: UpstreamConnection) -> None:
        """Learn the TLS session of a connection that worked."""
        if self._context is not None:
            self._context[1].remember(connection)

    async def _connect(self, lost: Callable[[UpstreamConnection], None]) -> UpstreamConnection:
        loop = asyncio.get_running_loop()
        context = self._tls()
        sock = await aiohappyeyeballs.start_connection(
            await self._addresses(loop), happy_eyeballs_delay=EYEBALLS_DELAY, interleave=1
        )
        try:
            _set_options(sock)
            _, connection = await loop.create_connection(
                lambda: UpstreamConnection(loop, lost),
                sock=sock,
                ssl=context,
                server_hostname=self._server_name if context is not None else None,
            )
        except BaseException:
            sock.close()
            raise
        return connection

    def _tls(self) -> ReusingContext | None:
        if not self._secure:
            return None
        authority = self._authority() if self._needs_authority else None
        if self._needs_authority and authority is None:
            raise UpstreamError(FailureClass.CONNECT, "ca_missing")
        if self._context is None or self._context[0] != authority:
            self._context = (authority, tls_context(authority))
        return self._context[1]

    async def _addresses(self, loop: asyncio.AbstractEventLoop) -> Sequence[aiohappyeyeballs.AddrInfoType]:
        found = _literal(self._host, self._port)
        if found is None:
            found = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
        admitted = [info for info in found if self._allowed(_address(info))]
        if not admitted:
            raise UpstreamError(FailureClass.CONNECT, "address_not_allowed")
        return admitted


def _set_options(sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    probe_silent_peer(sock)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # RFC 5482, on Linux
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED * 1000)


def _literal(host: str, port: int) -> list[Any] | None:
    """What getaddrinfo would say of an IP literal, without its thread."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    if address.version == 6:
        return [(socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port, 0, 0))]
    return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port))]


def _address(info: Any) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    address = ipaddress.ip_address(info[4][0].partition("%")[0])
    mapped = address.ipv4_mapped if address.version == 6 else None
    return mapped or address
