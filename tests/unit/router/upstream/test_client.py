"""Calls to one provider: its own key on its own host, and a kept connection that went stale."""

import asyncio
from collections.abc import Mapping

import pytest

from sealane_api.failure import FailureClass
from sealane_api.route_table import DialectName, Provider, SecretRef
from sealane_router.aio.driver import Driver, drive
from sealane_router.errors import ClientGone
from sealane_router.settings.networks import networks
from sealane_router.upstream.client import Deadlines, ProviderClient
from sealane_router.upstream.connection import UpstreamConnection
from sealane_router.upstream.credentials import Credential, CredentialStore
from sealane_router.upstream.errors import UpstreamError
from sealane_router.upstream.mounted_credentials import MountedCredentials
from sealane_router.upstream.pool import PoolLimits
from tests.support.scripted_provider import Line, Script, ScriptedProvider, answer, playing

OK = answer()
REF = SecretRef("moonshot", "api-key")
DEADLINES = Deadlines(connect=1.0, first_byte=1.0, idle=1.0)


def credential_in(environ: Mapping[str, str]) -> tuple[CredentialStore, Credential]:
    """A store and the handle of the provider's key."""
    store = MountedCredentials(None, environ)
    return store, store.credential("default", REF)


def client_of(
    port: int, credential: Credential | None, *, path: str = "/v1", messages: str | None = None, allowed: bool = True
) -> ProviderClient:
    """A client of a provider on this machine."""
    base = f"http://127.0.0.1:{port}"
    provider = Provider(
        "default/r",
        "p",
        DialectName.OPENAI,
        base + path,
        messages_base_url=None if messages is None else base + messages,
        credential=REF,
    )
    return ProviderClient(
        provider,
        credential,
        allowed=(lambda _: True) if allowed else networks("default").allows,
        authority=lambda: None,
        limits=PoolLimits(10.0, 100.0, 4),
    )


async def send(client: ProviderClient, **parts: bytes) -> UpstreamConnection:
    """A request; its answer is read and its connection given back."""
    request = {"suffix": b"/chat/completions", "query": b"", "headers": b"", "body": b"{}"} | parts
    connection = await drive(
        client.send(
            b"POST", request["suffix"], request["query"], request["headers"], request["body"], deadlines=DEADLINES
        )
    )
    while await drive(connection.read(1.0)) is not None:
        pass
    client.pool.release(connection)
    return connection


def keeping(requests: list[bytes], answers: int) -> Script:
    """Answers so many requests on a connection, and closes it."""

    async def script(line: Line) -> None:
        for _ in range(answers):
            requests.append(await line.request())
            await line.say(OK)

    return script


async def test_a_request_has_the_provider_s_host_path_and_key() -> None:
    """And ends with the body's length."""
    requests: list[bytes] = []
    _, credential = credential_in({"MOONSHOT_API_KEY": "sk-1"})
    async with ScriptedProvider(playing(OK, requests=requests)) as provider:
        client = client_of(provider.port, credential, path="/api/paas/v4")
        await send(client, query=b"a=1", headers=b"x-a: b\r\n", body=b'{"x":1}')
        client.close()
    host = b"host: 127.0.0.1:%d\r\n" % provider.port
    assert requests == [
        b"POST /api/paas/v4/chat/completions?a=1 HTTP/1.1\r\n"
        + host
        + b"accept-encoding: identity\r\nauthorization: Bearer sk-1\r\nx-a: b\r\ncontent-length: 7\r\n\r\n"
        + b'{"x":1}'
    ]


@pytest.mark.parametrize(("messages", "path"), [(None, b"/v1"), ("/anthropic/v1", b"/anthropic/v1")])
async def test_messages_have_anthropic_s_header_and_perhaps_another_path(messages: str | None, path: bytes) -> None:
    """The same key, on the same host; other APIs keep their path."""
    requests: list[bytes] = []
    _, credential = credential_in({"MOONSHOT_API_KEY": "sk-1"})
    async with ScriptedProvider(playing(OK, OK, requests=requests)) as provider:
        client = client_of(provider.port, credential, messages=messages)
        await send(client, suffix=b"/messages")
        await send(client)
        client.close()
    assert requests[0].startswith(b"POST " + path + b"/messages HTTP/1.1\r\n")
    assert b"\r\nauthorization: Bearer sk-1\r\nx-api-key: sk-1\r\n" in requests[0]
    assert requests[1].startswith(b"POST /v1/chat/completions HTTP/1.1\r\n")
    assert b"x-api-key" not in requests[1]


async def test_a_provider_without_a_credential_gets_none() -> None:
    """Nothing stands in for it."""
    requests: list[bytes] = []
    async with ScriptedProvider(playing(OK, requests=requests)) as provider:
        client = client_of(provider.port, None)
        await send(client, suffix=b"/messages")
        assert client.credential_problem is None
        client.close()
    assert b"authorization" not in requests[0]
    assert b"x-api-key" not in requests[0]


async def test_a_replaced_key_is_in_the_next_request() -> None:
    """On a kept connection too."""
    requests: list[bytes] = []
    environ = {"MOONSHOT_API_KEY": "sk-1"}
    store, credential = credential_in(environ)
    async with ScriptedProvider(playing(OK, OK, OK, requests=requests)) as provider:
        client = client_of(provider.port, credential)
        await send(client)
        await send(client)
        environ["MOONSHOT_API_KEY"] = "sk-2"
        assert store.refresh() == {credential}
        await send(client)
        client.close()
        assert len(provider.lines) == 1
    keys = [request.partition(b"Bearer ")[2].partition(b"\r\n")[0] for request in requests]
    assert keys == [b"sk-1", b"sk-1", b"sk-2"]


async def test_a_missing_key_sends_nothing() -> None:
    """Not even a connection is opened; once the key is there, requests go out."""
    requests: list[bytes] = []
    environ: dict[str, str] = {}
    store, credential = credential_in(environ)
    async with ScriptedProvider(playing(OK, requests=requests)) as provider:
        client = client_of(provider.port, credential)
        with pytest.raises(UpstreamError) as caught:
            await send(client)
        assert (caught.value.failure_class, caught.value.code) == (FailureClass.UNAUTHORIZED, "credential_missing")
        assert client.credential_problem is not None
        assert (provider.lines, dict(client.pool.connects)) == ([], {})
        environ["MOONSHOT_API_KEY"] = "sk-1"
        store.refresh()
        assert client.credential_problem is None
        await send(client)
        client.close()
    assert len(requests) == 1


async def test_a_stale_connection_is_replaced_once() -> None:
    """The same request goes out on a fresh one, and its answer is the client's."""
    requests: list[bytes] = []

    async def closing_at_the_second(line: Line) -> None:
        requests.append(await line.request())
        await line.say(OK)
        requests.append(await line.request())

    async with ScriptedProvider(closing_at_the_second, keeping(requests, 1)) as provider:
        client = client_of(provider.port, None)
        await send(client, body=b"1")
        connection = await send(client, body=b"2")
        assert (connection.status, client.pool.stale, client.pool.in_use) == (200, 1, 0)
    assert [request[-1:] for request in requests] == [b"1", b"2", b"2"]


async def test_a_second_stale_connection_is_not_tried() -> None:
    """Of two kept ones that are stale only one costs a try; the fresh one decides."""
    requests: list[bytes] = []

    async def script(line: Line) -> None:
        requests.append(await line.request())
        await line.say(OK)
        requests.append(await line.request())
        line.reset()

    async with ScriptedProvider(script) as provider:
        client = client_of(provider.port, None)
        kept = [await drive(client.pool.open(1.0)) for _ in range(2)]
        for connection in kept:
            head = b"POST / HTTP/1.1\r\ncontent-length: 0\r\n\r\n"
            await drive(connection.request(head, b"", first_byte=1, idle=1))
            await drive(connection.read(1.0))
            assert await drive(connection.read(1.0)) is None
        for connection in kept:
            client.pool.release(connection)
        await send(client)
        assert client.pool.stale == 1
        assert len(provider.lines) == 3
        client.close()


async def test_a_fresh_connection_that_fails_is_an_error() -> None:
    """It is not tried again here: that is for the retry budget to decide."""

    async def closing(line: Line) -> None:
        await line.request()

    async with ScriptedProvider(closing) as provider:
        client = client_of(provider.port, None)
        with pytest.raises(UpstreamError) as caught:
            await send(client)
        assert (caught.value.failure_class, caught.value.code) == (FailureClass.CONNECT, "connection_closed")
        assert len(provider.lines) == 1
        assert (client.pool.idle, client.pool.in_use, client.pool.stale) == (0, 0, 0)


async def test_a_stale_connection_whose_replacement_fails_is_an_error() -> None:
    """Two connections, and no third."""
    requests: list[bytes] = []

    async def first(line: Line) -> None:
        await line.request()
        await line.say(OK)
        await line.request()

    async def second(line: Line) -> None:
        requests.append(await line.request())

    async with ScriptedProvider(first, second) as provider:
        client = client_of(provider.port, None)
        await send(client)
        with pytest.raises(UpstreamError):
            await send(client)
        assert (len(provider.lines), len(requests), client.pool.in_use) == (2, 1, 0)


async def test_a_kept_connection_that_times_out_is_not_stale() -> None:
    """The provider may be working on the request."""

    async def script(line: Line) -> None:
        await line.request()
        await line.say(OK)
        await line.request()
        await line.gone()

    async with ScriptedProvider(script) as provider:
        client = client_of(provider.port, None)
        await send(client)
        with pytest.raises(UpstreamError, match="first_byte_timeout"):
            await drive(client.send(b"POST", b"/x", b"", b"", b"", Deadlines(1.0, 0.03, 1.0)))
        assert (len(provider.lines), client.pool.in_use) == (1, 0)


async def test_an_address_that_is_not_allowed_gets_nothing() -> None:
    """No connection, and so no key."""
    _, credential = credential_in({"MOONSHOT_API_KEY": "sk-1"})
    async with ScriptedProvider(Line.gone) as provider:
        client = client_of(provider.port, credential, allowed=False)
        with pytest.raises(UpstreamError, match="address_not_allowed"):
            await send(client)
        assert provider.lines == []


async def test_a_client_that_leaves_before_the_answer_costs_the_connection() -> None:
    """The provider sees the close, and the pool holds nothing."""
    asked, gone = asyncio.Event(), asyncio.Event()

    async def script(line: Line) -> None:
        await line.request()
        asked.set()
        await line.gone()
        gone.set()

    async with ScriptedProvider(script) as provider:
        client = client_of(provider.port, None)
        ended: list[BaseException | None] = []

        async def work() -> None:
            await client.send(b"POST", b"/x", b"", b"", b"{}", DEADLINES)

        driver = Driver(work(), ended.append)
        driver.start()
        await asked.wait()
        driver.cancel(ClientGone())
        assert [type(error) for error in ended] == [ClientGone]
        assert client.pool.in_use == 0
        await gone.wait()
