"""Opening connections: which addresses are allowed, and whom TLS believes."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable, Sequence
from typing import Any

import aiohappyeyeballs
import pytest
import trustme

from sealane_api.failure import FailureClass
from sealane_api.route_table import DialectName, Provider, SecretRef, Tls
from sealane_router.aio.driver import drive
from sealane_router.settings.networks import networks
from sealane_router.upstream.connection import UpstreamConnection
from sealane_router.upstream.connector import AddressRule, Connector
from sealane_router.upstream.errors import UpstreamError
from tests.support.scripted_provider import Line, ScriptedProvider, answer, playing

Bundle = Callable[[], bytes | None]
CA = SecretRef("bundle", "ca.crt")
LOCAL = networks("default").with_loopback().allows
DEFAULT = networks("default").allows


def connector(
    base_url: str, *, allowed: AddressRule = LOCAL, tls: Tls | None = None, bundle: Bundle = lambda: None
) -> Connector:
    """A connector to one provider."""
    provider = Provider("default/r", "p", DialectName.OPENAI, base_url, tls=tls)
    return Connector(provider, allowed=allowed, authority=bundle)


async def connect(to: Connector, *, patience: float = 2.0) -> UpstreamConnection:
    """A connection that tells nobody when it is lost."""
    return await to.connect(lambda _: None, timeout=patience)


async def failing(to: Connector, *, patience: float = 2.0) -> tuple[FailureClass, str]:
    """How connecting fails."""
    with pytest.raises(UpstreamError) as caught:
        await connect(to, patience=patience)
    return caught.value.failure_class, caught.value.code


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A certificate authority."""
    return trustme.CA()


@pytest.fixture(scope="module")
def pem(authority: trustme.CA) -> bytes:
    """Its bundle."""
    return authority.cert_pem.bytes()


def server_context(authority: trustme.CA, *names: str, version: ssl.TLSVersion | None = None) -> ssl.SSLContext:
    """The TLS side of a provider with these names."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context


async def test_a_literal_address_is_connected_to() -> None:
    """Without asking a resolver."""
    async with ScriptedProvider(Line.gone) as provider:
        connection = await connect(connector(f"http://127.0.0.1:{provider.port}/v1"))
        assert connection.ssl_object is None
        connection.abort()


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="Linux has these clocks")
async def test_the_kernel_watches_over_the_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that swallows everything is noticed within a minute, however long an answer may take."""
    connected: list[socket.socket] = []
    start = aiohappyeyeballs.start_connection

    async def remembering(*args: Any, **kwargs: Any) -> socket.socket:
        connected.append(await start(*args, **kwargs))
        return connected[0]

    monkeypatch.setattr(aiohappyeyeballs, "start_connection", remembering)
    async with ScriptedProvider(Line.gone) as provider:
        connection = await connect(connector(f"http://127.0.0.1:{provider.port}"))
        (sock,) = connected
        names = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_USER_TIMEOUT)
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert [sock.getsockopt(socket.IPPROTO_TCP, name) for name in names] == [30, 10, 30_000]
        connection.abort()


async def test_a_name_is_resolved() -> None:
    """And its addresses are tried."""
    async with ScriptedProvider(Line.gone) as provider:
        connection = await connect(connector(f"http://localhost:{provider.port}"))
        connection.abort()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.8.8.8", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "169.254.169.254",
        "[fe80::1]", "[64:ff9b::7f00:1]",
    ],
)  # fmt: skip
async def test_this_machine_and_its_link_are_refused_by_default(host: str) -> None:
    """Nothing is sent; a name is judged by what it resolves to."""
    async with ScriptedProvider(Line.gone) as provider:
        to = connector(f"http://{host}:{provider.port}", allowed=DEFAULT)
        assert await failing(to) == (FailureClass.CONNECT, "address_not_allowed")
        assert provider.lines == []


async def test_a_name_is_tried_only_at_allowed_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of several addresses the others are left out, however they are ordered."""
    async with ScriptedProvider(Line.gone) as provider:

        async def resolve(*_: Any, **__: Any) -> Sequence[Any]:
            return [
                (socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, provider.port))
                for host in ("127.0.0.2", "127.0.0.1", "127.0.0.3")
            ]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
        seen: list[str] = []

        def allowed(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
            seen.append(str(address))
            return str(address) == "127.0.0.1"

        connection = await connect(connector(f"http://api.test:{provider.port}", allowed=allowed))
        assert seen == ["127.0.0.2", "127.0.0.1", "127.0.0.3"]
        assert provider.lines[0].writer.get_extra_info("sockname")[0] == "127.0.0.1"
        connection.abort()


async def test_an_ipv6_literal_is_connected_to() -> None:
    """Its brackets are the URL's, not the address's."""
    try:
        server = await asyncio.start_server(lambda reader, writer: writer.close(), "::1", 0)
    except OSError:
        pytest.skip("this machine has no IPv6")
    port = server.sockets[0].getsockname()[1]
    connection = await connect(connector(f"http://[::1]:{port}/v1"))
    connection.abort()
    server.close()


async def test_nobody_listens() -> None:
    """Refused is the word."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert await failing(connector(f"http://127.0.0.1:{port}")) == (FailureClass.CONNECT, "connection_refused")


async def test_a_name_that_does_not_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    """The resolver's failure has its own word."""

    async def resolve(*_: Any, **__: Any) -> Sequence[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    assert await failing(connector("http://nowhere.test")) == (FailureClass.CONNECT, "dns_failure")


async def test_a_resolver_that_hangs_is_within_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """``connect`` covers all of it."""

    async def resolve(*_: Any, **__: Any) -> Sequence[Any]:
        await asyncio.sleep(60)
        return []

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    assert await failing(connector("http://slow.test"), patience=0.03) == (FailureClass.TIMEOUT, "connect_timeout")


async def test_a_handshake_that_hangs_is_within_the_time(pem: bytes) -> None:
    """The provider accepts and says nothing."""
    async with ScriptedProvider(Line.gone) as provider:
        to = connector(f"https://127.0.0.1:{provider.port}", tls=Tls(ca=CA), bundle=lambda: pem)
        assert await failing(to, patience=0.05) == (FailureClass.TIMEOUT, "connect_timeout")


async def test_a_provider_that_does_not_speak_tls(pem: bytes) -> None:
    """Its answer is no handshake."""

    async def script(line: Line) -> None:
        await line.say(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
        await line.gone()

    async with ScriptedProvider(script) as provider:
        to = connector(f"https://127.0.0.1:{provider.port}", tls=Tls(ca=CA), bundle=lambda: pem)
        assert await failing(to) == (FailureClass.CONNECT, "tls_handshake")


@pytest.mark.parametrize("names", [("127.0.0.1",), ("127.0.0.1", "other.test")])
async def test_the_right_certificate_is_believed(authority: trustme.CA, pem: bytes, names: tuple[str, ...]) -> None:
    """An address literal is looked for among the addresses of the certificate."""
    async with ScriptedProvider(Line.gone, tls=server_context(authority, *names)) as provider:
        to = connector(f"https://127.0.0.1:{provider.port}", tls=Tls(ca=CA), bundle=lambda: pem)
        connection = await connect(to)
        assert isinstance(connection.ssl_object, ssl.SSLObject)
        connection.abort()


async def test_a_certificate_for_another_name_is_not(authority: trustme.CA, pem: bytes) -> None:
    """Whoever signed it."""
    async with ScriptedProvider(Line.gone, tls=server_context(authority, "other.test")) as provider:
        to = connector(f"https://127.0.0.1:{provider.port}", tls=Tls(ca=CA), bundle=lambda: pem)
        assert await failing(to) == (FailureClass.CONNECT, "tls_verify")


async def test_the_server_name_may_be_another_than_the_host(authority: trustme.CA, pem: bytes) -> None:
    """``tls.serverName`` is what the certificate must say then, and what the provider is asked for."""
    asked: list[str | None] = []
    context = server_context(authority, "api.other.test")
    context.sni_callback = lambda tls, name, _: asked.append(name)
    async with ScriptedProvider(Line.gone, tls=context) as provider:
        base = f"https://127.0.0.1:{provider.port}"
        connection = await connect(connector(base, tls=Tls("api.other.test", CA), bundle=lambda: pem))
        connection.abort()
        assert asked == ["api.other.test"]
        assert await failing(connector(base, tls=Tls("127.0.0.1", CA), bundle=lambda: pem)) == (
            FailureClass.CONNECT,
            "tls_verify",
        )


async def test_a_name_s_last_dot_is_not_in_certificates(
    authority: trustme.CA, pem: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``api.test.`` is ``api.test``, asked for without search domains."""
    async with ScriptedProvider(Line.gone, tls=server_context(authority, "api.test")) as provider:

        async def resolve(host: str, *_: Any, **__: Any) -> Sequence[Any]:
            assert host == "api.test."
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", provider.port))]

        monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
        to = connector(f"https://api.test.:{provider.port}", tls=Tls(ca=CA), bundle=lambda: pem)
        connection = await connect(to)
        connection.abort()


async def test_without_a_bundle_the_system_store_decides(authority: trustme.CA) -> None:
    """It does not know this authority."""
    async with ScriptedProvider(Line.gone, tls=server_context(authority, "127.0.0.1")) as provider:
        assert await failing(connector(f"https://127.0.0.1:{provider.port}")) == (FailureClass.CONNECT, "tls_verify")


async def test_ssl_cert_file_is_the_system_store(
    authority: trustme.CA, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it is set."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    async with ScriptedProvider(Line.gone, tls=server_context(authority, "127.0.0.1")) as provider:
        connection = await connect(connector(f"https://127.0.0.1:{provider.port}"))
        connection.abort()


async def test_a_bundle_that_is_not_there_refuses(authority: trustme.CA) -> None:
    """A provider with ``caRef`` never falls back on the system store."""
    async with ScriptedProvider(Line.gone, tls=server_context(authority, "127.0.0.1")) as provider:
        to = connector(f"https://127.0.0.1:{provider.port}", tls=Tls(ca=CA))
        assert await failing(to) == (FailureClass.CONNECT, "ca_missing")
        assert provider.lines == []


async def test_a_bundle_may_be_replaced(authority: trustme.CA, pem: bytes) -> None:
    """The next connection uses it; the old one is forgotten."""
    bundles = [trustme.CA().cert_pem.bytes()]
    async with ScriptedProvider(Line.gone, tls=server_context(authority, "127.0.0.1")) as provider:
        to = connector(f"https://127.0.0.1:{provider.port}", tls=Tls(ca=CA), bundle=lambda: bundles[-1])
        assert await failing(to) == (FailureClass.CONNECT, "tls_verify")
        bundles.append(pem)
        connection = await connect(to)
        connection.abort()
        bundles.append(bundles[0])
        assert await failing(to) == (FailureClass.CONNECT, "tls_verify")


async def test_a_bundle_that_openssl_cannot_read(authority: trustme.CA) -> None:
    """No crash: a connection that fails."""
    broken = b"-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n"
    to = connector("https://127.0.0.1:9", tls=Tls(ca=CA), bundle=lambda: broken)
    assert (await failing(to))[0] is FailureClass.CONNECT


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_the_second_connection_resumes_the_session(
    authority: trustme.CA, pem: bytes, version: ssl.TLSVersion
) -> None:
    """Once the first one has served an answer; a replaced bundle forgets it."""
    extra = [pem]
    async with ScriptedProvider(
        playing(answer()), tls=server_context(authority, "127.0.0.1", version=version)
    ) as provider:
        to = connector(f"https://127.0.0.1:{provider.port}", tls=Tls(ca=CA), bundle=lambda: extra[-1])
        reused = []
        for turn in range(3):
            connection = await connect(to)
            await drive(connection.request(b"GET / HTTP/1.1\r\n\r\n", b"", first_byte=2, idle=2))
            to.remember(connection)
            assert isinstance(connection.ssl_object, ssl.SSLObject)
            reused.append(connection.ssl_object.session_reused)
            connection.abort()
            if turn == 1:
                extra.append(pem + b"\n")
        assert reused == [False, True, False]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_a_provider_that_has_forgotten_the_session_is_reached_all_the_same(
    authority: trustme.CA, pem: bytes, version: ssl.TLSVersion
) -> None:
    """A full handshake, as if none had been offered."""
    to: Connector | None = None
    port = 0
    for _ in range(2):
        provider = ScriptedProvider(playing(answer()), tls=server_context(authority, "127.0.0.1", version=version))
        async with provider:
            to = to or connector(f"https://127.0.0.1:{provider.port}", tls=Tls(ca=CA), bundle=lambda: pem)
            to._port = port = provider.port
            connection = await connect(to)
            await drive(connection.request(b"GET / HTTP/1.1\r\n\r\n", b"", first_byte=2, idle=2))
            to.remember(connection)
            assert isinstance(connection.ssl_object, ssl.SSLObject)
            assert not connection.ssl_object.session_reused
            connection.abort()
    assert port
