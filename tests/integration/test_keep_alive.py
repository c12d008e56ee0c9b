"""One connection, many requests: when it is kept, when it closes, and how the client can tell."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from sealane_router.server import listener
from tests.support.raw_client import RawClient, raw_client, request_bytes
from tests.support.stubbed import StubbedGateway, stubbed_gateway
from tests.support.waiting import until

BOTH_LOOPS = True

CHAT = "/v1/chat/completions"
BODY = b'{"model":"kimi-k3","messages":[]}'
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nHost: gateway\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
MODELS = request_bytes("GET", "/v1/models", None)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[StubbedGateway]:
    """A gateway that lets no client wait for long."""
    async with stubbed_gateway(tmp_path, flags={"--keep-alive-timeout": "300ms"}) as running:
        yield running


def _client(served: StubbedGateway) -> AbstractAsyncContextManager[RawClient]:
    return raw_client(served.gateway.host, served.gateway.port)


async def test_a_connection_is_kept(served: StubbedGateway) -> None:
    """Answers of every kind leave it open: whole, streamed, refused, listed."""
    async with _client(served) as client:
        answers = [
            await client.post(CHAT, BODY),
            await client.post(CHAT, BODY[:-1] + b',"stream":true}'),
            await client.post(CHAT, b"not JSON"),
            await client.get("/v1/models"),
            await client.get("/nowhere"),
            await client.post(CHAT, b'{"model":"unknown"}'),
        ]

    assert [answer.status for answer in answers] == [200, 200, 400, 200, 404, 404]
    assert {answer.get("connection") for answer in answers} == {None}


async def test_an_idle_connection_is_closed(served: StubbedGateway) -> None:
    """After the keep-alive timeout, with or without a request before; empty lines do not extend it."""
    async with _client(served) as used, _client(served) as unused, _client(served) as empty:
        await used.post(CHAT, BODY)
        await empty.send(b"\r\n")
        assert await used.ends()
        assert await unused.ends()
        assert await empty.ends()


async def test_empty_lines_before_a_request_are_forgiven(served: StubbedGateway) -> None:
    """RFC 9112 §2.2 asks for it, and old clients send one behind a body."""
    async with _client(served) as client:
        first = await client.post(CHAT, BODY)
        await client.send(b"\r\n" + MODELS)
        second = await client.answer()

    assert (first.status, second.status) == (200, 200)


async def test_a_request_may_come_in_any_pieces(served: StubbedGateway) -> None:
    """Byte by byte, cut inside the empty line that ends its head, or inside its body."""
    async with _client(served) as client:
        for byte in request_bytes("POST", CHAT, BODY):
            client.writer.write(bytes([byte]))
            await asyncio.sleep(0)
        answer = await client.answer()
        chunk = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
        for byte in CHUNKED + chunk:
            client.writer.write(bytes([byte]))
            await asyncio.sleep(0)
        chunked = await client.answer()

    assert (answer.status, chunked.status) == (200, 200)
    assert [request.body for request in served.moonshot.requests] == [BODY, BODY]


async def test_an_answer_before_the_end_of_its_request_is_the_last(served: StubbedGateway) -> None:
    """It says so, because what would follow on the connection is the rest of a body that nobody wants."""
    async with _client(served) as client:
        await client.send(b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
        answer = await client.answer()
        await client.send(b"x" * 1000)
        assert await client.ends()

    assert (answer.status, answer.get("connection")) == (404, "close")


async def test_a_client_that_asks_to_close_is_closed(served: StubbedGateway) -> None:
    """``Connection: close`` holds for the exchange that says it."""
    async with _client(served) as client:
        first = await client.post(CHAT, BODY)
        last = await client.post(CHAT, BODY, [("Connection", "close")])
        assert await client.ends()

    assert (first.get("connection"), last.get("connection")) == (None, "close")


async def test_one_connection_too_many_is_refused(tmp_path: Path) -> None:
    """503 without reading anything, and the place is free again when another client leaves."""
    async with stubbed_gateway(tmp_path, flags={"--max-connections": "2"}) as served:
        async with _client(served) as first, _client(served) as second:
            await first.post(CHAT, BODY)
            await second.post(CHAT, BODY)
            async with _client(served) as third:
                refused = await third.answer()
                assert await third.ends()
        await until(lambda: not served.gateway.gateway.traffic.connections)
        async with _client(served) as fourth:
            answer = await fourth.post(CHAT, BODY)

    assert (refused.status, refused.code, answer.status) == (503, "overloaded", 200)


async def test_the_answer_to_head_has_no_body(served: StubbedGateway) -> None:
    """A body behind the answer to HEAD would be taken for the next answer of the connection."""
    async with _client(served) as client:
        await client.send(request_bytes("HEAD", CHAT, None) + request_bytes("POST", CHAT, BODY))
        refused = await client.head()
        answer = await client.answer()

    assert (refused.status, answer.status) == (405, 200)


@pytest.mark.parametrize("count", [2, 100])
async def test_pipelined_requests_are_answered_in_order(served: StubbedGateway, count: int) -> None:
    """Each with its own answer, whatever is answered by the gateway alone and what by a provider."""
    ids = [f"{number:032x}" for number in range(count)]
    requests = [
        request_bytes("POST", CHAT if number % 3 else "/nowhere", BODY, [("x-request-id", name)])
        for number, name in enumerate(ids)
    ]
    async with _client(served) as client:
        await client.send(b"".join(requests))
        answers = [await client.answer() for _ in ids]

    assert [answer.get("x-request-id") for answer in answers] == ids
    assert [answer.status for answer in answers] == [200 if number % 3 else 404 for number in range(count)]


async def test_too_much_pipelined_closes_the_connection(served: StubbedGateway) -> None:
    """More than 64 KiB behind a running request end it: the client did not wait for any answer."""
    async with _client(served) as client:
        client.writer.write(request_bytes("POST", CHAT, BODY, [("x-stub-fault", "delay:5")]))
        await asyncio.sleep(0.05)
        client.writer.write(MODELS * 4_000)
        with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
            await client.answer()


async def test_a_request_behind_a_chunked_one_is_not_served(served: StubbedGateway) -> None:
    """The first is answered and the connection closes: where the second begins is the first one's word."""
    body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)
    async with _client(served) as client:
        await client.send(CHUNKED + body + MODELS)
        answer = await client.answer()
        assert await client.ends()

    assert (answer.status, answer.get("connection")) == (200, "close")
    assert served.moonshot.counters.total == 1


async def test_http_1_0_is_answered_and_closed(served: StubbedGateway) -> None:
    """With or without ``keep-alive`` the close is what ends the exchange; a stream comes unchunked."""
    streaming = BODY[:-1] + b',"stream":true}'
    head = b"POST /v1/chat/completions HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\nContent-Length: %d\r\n\r\n"
    async with _client(served) as client:
        await client.send(head % len(streaming) + streaming)
        answer = await client.answer()

    assert (answer.status, answer.get("transfer-encoding")) == (200, None)
    assert answer.body.endswith(b"data: [DONE]\n\n")


async def test_a_half_closed_client_is_taken_for_gone(served: StubbedGateway) -> None:
    """Nobody can tell a half-closed connection from a closed one: the provider's work ends at once."""
    async with _client(served) as client:
        client.writer.write(request_bytes("POST", CHAT, BODY, [("x-stub-fault", "stall")]))
        await until(lambda: served.moonshot.counters.in_flight)
        client.writer.write_eof()
        assert await client.ends()
    await until(lambda: not served.moonshot.counters.in_flight)

    assert served.moonshot.ended[-1].how == "client_closed"


@pytest.mark.parametrize("fault", ["big:900000", "many:20000"])
async def test_a_client_that_reads_nothing_is_dropped(
    served: StubbedGateway, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """Neither its answers nor its requests pile up, and after a while its connection goes."""
    monkeypatch.setattr(listener, "CLIENT_STALL", 0.3)
    stream = b',"stream":true}' if fault.startswith("many") else b"}"
    request = request_bytes("POST", CHAT, BODY[:-1] + stream, [("x-stub-fault", fault)])
    traffic = served.gateway.gateway.traffic
    with socket.socket() as quiet:
        quiet.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        quiet.setblocking(False)
        await asyncio.get_running_loop().sock_connect(quiet, (served.gateway.host, served.gateway.port))
        quiet.send(request * 20)
        await until(lambda: traffic.connections)
        await until(lambda: not traffic.connections)

    assert served.moonshot.counters.total < 20


async def test_an_upgrade_on_a_post_is_ignored(served: StubbedGateway) -> None:
    """The request is served as if nothing had been offered, and nothing of it reaches the provider."""
    async with _client(served) as client:
        answer = await client.post(CHAT, BODY, [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c")])

    assert answer.status == 200
    assert "upgrade" not in served.moonshot.requests[-1].headers


async def test_connections_that_say_nothing_disturb_nobody(served: StubbedGateway) -> None:
    """Idle connections cost a descriptor each; the next client is served."""
    idle = [await asyncio.open_connection(served.gateway.host, served.gateway.port) for _ in range(300)]
    async with _client(served) as client:
        answer = await client.post(CHAT, BODY)
    for _, writer in idle:
        writer.close()

    assert answer.status == 200
