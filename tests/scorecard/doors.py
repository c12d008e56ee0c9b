"""Ways by which a provider cannot be reached, all of them within this machine."""

import asyncio
import errno
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import trustme

from sealane_cli.stub.server import StubProvider


@dataclass(frozen=True, slots=True)
class Way:
    """Where the route believes the provider to be; ``authority`` is the PEM of whom it trusts."""

    base_url: str
    authority: bytes | None = None


Door = Callable[[], AbstractAsyncContextManager[Way]]


@asynccontextmanager
async def nobody_listens() -> AsyncIterator[Way]:
    """A port that was free a moment ago and is held, but not listened on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield Way(f"http://127.0.0.1:{held.getsockname()[1]}/v1")


@asynccontextmanager
async def no_such_name() -> AsyncIterator[Way]:
    """A name that does not resolve; the resolver is stood in for, so that no query leaves the machine."""
    loop: Any = asyncio.get_running_loop()
    genuine = loop.getaddrinfo

    async def resolve(host: object, *args: object, **more: object) -> object:
        if host == "provider.invalid":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return await genuine(host, *args, **more)

    loop.getaddrinfo = resolve
    try:
        yield Way("http://provider.invalid/v1")
    finally:
        del loop.getaddrinfo


@asynccontextmanager
async def nobody_accepts() -> AsyncIterator[Way]:
    """A listener whose queue is full: the kernel drops every further SYN, and connecting takes until its time is up."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        address = listening.getsockname()
        waiting = [_begin_connecting(address) for _ in range(8)]
        try:
            await asyncio.sleep(0.02)
            yield Way(f"http://127.0.0.1:{address[1]}/v1")
        finally:
            for one in waiting:
                one.close()


@asynccontextmanager
async def another_host() -> AsyncIterator[Way]:
    """TLS by an authority we trust, for a name that is not the provider's."""
    authority = trustme.CA()
    async with _behind(authority.issue_cert("elsewhere.example")) as url:
        yield Way(url, authority.cert_pem.bytes())


@asynccontextmanager
async def another_authority() -> AsyncIterator[Way]:
    """TLS for the right name, by an authority we do not trust."""
    async with _behind(trustme.CA().issue_cert("127.0.0.1")) as url:
        yield Way(url, trustme.CA().cert_pem.bytes())


def says(answer: bytes) -> Door:
    """A listener that gives every request these bytes for an answer, then closes: for what no provider's stub says."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))
        writer.write(answer)
        writer.close()

    @asynccontextmanager
    async def door() -> AsyncIterator[Way]:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            yield Way(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1")

    return door


@asynccontextmanager
async def _behind(certificate: trustme.LeafCert) -> AsyncIterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    async with StubProvider("moonshot", tls=context) as stub:
        yield stub.base_url


def _begin_connecting(address: Any) -> socket.socket:
    one = socket.socket()
    one.setblocking(False)
    if (code := one.connect_ex(address)) not in (0, errno.EINPROGRESS):
        one.close()
        raise OSError(code, "cannot fill the queue of the listener")
    return one
