"""What hostile clients send: a clean 4xx or a closed connection, and the next client is served."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from tests.support.raw_client import RawAnswer, RawClient, raw_client, request_bytes
from tests.support.stubbed import StubbedGateway, stubbed_gateway
from tests.support.waiting import until

BOTH_LOOPS = True

CHAT = "/v1/chat/completions"
BODY = b'{"model":"kimi-k3","messages":[]}'
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nHost: gateway\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

#: Small, so that the tests meet them; the defaults are in docs/settings.md.
FLAGS = {
    "--head-timeout": "200ms",
    "--body-idle-timeout": "200ms",
    "--body-limit": "1MiB",
    "--buffered-bodies": "2MiB",
}


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[StubbedGateway]:
    """A gateway that must serve the next client, and hold nothing, after whatever a test did to it."""
    async with stubbed_gateway(tmp_path, flags=FLAGS) as running:
        yield running
        async with _client(running) as client:
            answer = await client.post(CHAT, BODY)
        assert answer.status == 200
        assert running.gateway.gateway.traffic.memory.used == 0
        assert running.gateway.gateway.traffic.exchanges == 0


def _client(served: StubbedGateway) -> AbstractAsyncContextManager[RawClient]:
    return raw_client(served.gateway.host, served.gateway.port)


async def _sent(served: StubbedGateway, data: bytes) -> RawAnswer | None:
    """The answer to bytes that must be the last of their connection; None when it closed without one."""
    async with _client(served) as client:
        client.writer.write(data)
        try:
            answer = await client.answer()
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        assert answer.get("connection") == "close"
        assert await client.ends()
    return answer


@pytest.mark.parametrize(
    "request_head",
    [
        HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
        HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\nG",
        HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
        HEAD + b"Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"X: a\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"X: a\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"X: a\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b"\x00Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        HEAD + b'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n',
        HEAD + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        HEAD + b"Content-Length: 5, 5\r\n\r\nhello",
        HEAD + b"Content-Length: +5\r\n\r\nhello",
        HEAD + b"Content-Length: -5\r\n\r\nhello",
        HEAD + b"Content-Length: 0x5\r\n\r\nhello",
        HEAD + b"Content-Length: 5 5\r\n\r\nhello",
        HEAD + b"Content-Length: \r\n\r\nhello",
        HEAD + b"Content-Length: 99999999999999999999999\r\n\r\nhello",
        HEAD + b"Content-Length : 5\r\n\r\nhello",
        HEAD + b"Host: other\r\nContent-Length: 0\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.1\nHost: x\nContent-Length: 0\n\n",
        b"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\n\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /v1/chat/completions HTTP/2.0\r\nHost: x\r\n\r\n",
        b"POST /v1/chat/completions HTTP/1.2\r\nHost: x\r\n\r\n",
        b"POST /v1/chat/completions\r\nHost: x\r\n\r\n",
        b"POST  /v1/chat/completions HTTP/1.1\r\nHost: x\r\nX\r\n\r\n",
        b"POST /v1/chat/completions?a\tHTTP/1.1 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /v1/chat/completions?\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"FROB /v1/chat/completions HTTP/1.1\r\nHost: x\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
        b"\x00" * 100 + b"\r\n\r\n",
        HEAD + b"X: \x00\r\n\r\n",
        HEAD + b": no name\r\n\r\n",
        HEAD + b"Expect: something\r\nContent-Length: 0\r\n\r\n",
    ],
)
async def test_a_head_that_could_be_read_in_two_ways_is_refused(served: StubbedGateway, request_head: bytes) -> None:
    """Smuggling shapes and broken heads get a 400 and a closed connection; no provider sees anything of them."""
    answer = await _sent(served, request_head)

    assert answer is not None
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert served.moonshot.counters.total == 0


@pytest.mark.parametrize(
    "chunks",
    [
        b"0x5\r\nhello\r\n0\r\n\r\n",
        b"+5\r\nhello\r\n0\r\n\r\n",
        b"-5\r\nhello\r\n0\r\n\r\n",
        b" 5\r\nhello\r\n0\r\n\r\n",
        b"5 \r\nhello\r\n0\r\n\r\n",
        b"5_0\r\nhello\r\n0\r\n\r\n",
        b"\xc2\xb5\r\nhello\r\n0\r\n\r\n",
        b"5\nhello\n0\n\n",
        b"5\r\nhello\n0\r\n\r\n",
        b"5\r\nhelloXX0\r\n\r\n",
        b"5;a\nb\r\nhello\r\n0\r\n\r\n",
        b"5\rX\nhello\r\n0\r\n\r\n",
        b"fffffffffffffffff\r\nhello",
        b"\r\n",
        b"5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n",
        b"5\r\nhello\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"5\r\nhello\r\n0\r\nX: \x00\r\n\r\n",
        b"1;" + b"a" * 200_000 + b"\r\nx\r\n0\r\n\r\n",
        b"1\r\n{\r\n0\r\n" + b"X: y\r\n" * 200_000 + b"\r\n",
        b"1;x=aaaaaaaaaaaaaaaa\r\n \r\n" * 10_000,
    ],
)
async def test_a_chunked_body_that_is_not_plain_is_refused(served: StubbedGateway, chunks: bytes) -> None:
    """Sizes that parsers disagree on, wrong line ends and floods of extensions or trailers get a 400."""
    answer = await _sent(served, CHUNKED + chunks)

    assert answer is not None
    assert (answer.status, answer.code) == (400, "invalid_request")
    assert served.moonshot.counters.total == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe{}",
        b'{"model":"kimi-k3","x":"\xff"}',
        b'{"model":"kimi-\xff"}',
        b'{"model":"kimi-k3"',
        b"[]",
        b"null",
        b'{"model":"kimi\\u0000k3"}',
        b'{"model":"kimi\x00k3"}',
        b'{"model":""}',
        b'{"model":["kimi-k3"]}',
        b'{"model":"kimi-k3","model":"glm-4.7"}',
        b'{"model":"kimi-k3","mod\\u0065l":"glm-4.7"}',
        b'{"model":"kimi-k3","x":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        b'{"x":' + b'{"a":' * 10_000 + b"1" + b"}" * 10_000 + b',"model":"kimi-k3"}',
        b"[" * 100_000,
        b'{"model":"' + b"k" * 10_000 + b'"}',
    ],
)
async def test_a_body_that_names_no_one_model_is_refused(served: StubbedGateway, body: bytes) -> None:
    """Bytes that are not JSON, too deep, or name no model or two, get a 400; the connection lives on."""
    async with _client(served) as client:
        answer = await client.post(CHAT, body)
        again = await client.post(CHAT, BODY)

    assert (answer.status, answer.code) == (400, "invalid_request")
    assert again.status == 200
    assert served.moonshot.counters.total == 1


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/v1/../v1/chat/completions", 400),
        ("/v1/%2e%2e/chat/completions", 400),
        ("/v1%2fchat/completions", 400),
        ("/v1%2Fchat/completions", 400),
        ("/v1\\chat\\completions", 400),
        ("//v1/chat/completions", 400),
        ("/v1//chat/completions", 400),
        ("http://gateway/v1/chat/completions", 400),
        ("*", 400),
        ("gateway:443", 400),
        ("/v1/chat/completions/", 404),
        ("/v1/chat/completions%00", 404),
        ("/V1/chat/completions", 404),
        ("/__stub/stats", 404),
        ("/v1/files", 404),
    ],
)
async def test_a_path_that_is_not_ours_reaches_nobody(served: StubbedGateway, target: str, status: int) -> None:
    """Tricks with dots, slashes and escapes are 400, any other path 404."""
    async with _client(served) as client:
        answer = await client.post(target, BODY)

    assert answer.status == status
    assert served.moonshot.counters.total == 0


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT"])
async def test_another_method_is_refused(served: StubbedGateway, method: str) -> None:
    """405 for a path that is served with POST only; it says which method would do."""
    async with _client(served) as client:
        await client.send(request_bytes(method, CHAT, b""))
        answer = await client.answer()

    assert (answer.status, answer.get("allow")) == (405, "POST")
    assert served.moonshot.counters.total == 0


async def test_a_compressed_request_is_refused(served: StubbedGateway) -> None:
    """415, before a byte of the body is waited for."""
    async with _client(served) as client:
        await client.send(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 100000\r\n\r\n")
        answer = await client.answer()

    assert (answer.status, answer.code, answer.get("connection")) == (415, "unsupported_encoding", "close")


@pytest.mark.parametrize("filler", [b"X: " + b"y" * (1 << 20) + b"\r\n", b"a:b\r\n" * 200_000, b"y" * (1 << 20)])
async def test_a_head_of_a_megabyte_is_refused(served: StubbedGateway, filler: bytes) -> None:
    """431, which the client can read although it is still sending, and the connection closes."""
    answer = await _sent(served, HEAD + filler)

    assert answer is not None
    assert (answer.status, answer.code) == (431, "head_too_large")


async def test_thousands_of_small_headers_are_only_headers(served: StubbedGateway) -> None:
    """What fits into the limit of the head is served."""
    async with _client(served) as client:
        answer = await client.post(CHAT, BODY, [("a", "b")] * 8_000)

    assert answer.status == 200


@pytest.mark.parametrize("start", [b"P", HEAD, HEAD + b"X", b"\r"])
async def test_a_slow_head_is_timed_out(served: StubbedGateway, start: bytes) -> None:
    """408 once the time since its first byte is up, however the bytes trickle in."""
    async with _client(served) as client:
        await client.send(start)
        answer = await client.answer()
        assert await client.ends()

    assert (answer.status, answer.code) == (408, "request_timeout")


@pytest.mark.parametrize("start", [HEAD + b"Content-Length: 100\r\n\r\n{", CHUNKED, CHUNKED + b"5\r\nhe"])
async def test_a_slow_body_is_timed_out(served: StubbedGateway, start: bytes) -> None:
    """408 once nothing came for too long; what was buffered is given back."""
    async with _client(served) as client:
        await client.send(start)
        answer = await client.answer()
        assert await client.ends()

    assert (answer.status, answer.code) == (408, "request_timeout")


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_above_the_limit_is_refused_while_it_is_sent(served: StubbedGateway, chunked: bool) -> None:
    """The client finds the 413 when it has sent everything, or stops to look: it was not reset."""
    size = 4 << 20
    async with _client(served) as client:
        if chunked:
            await client.send(CHUNKED)
            for _ in range(size >> 16):
                await client.send(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
        else:
            await client.send(HEAD + b"Content-Length: %d\r\n\r\n" % size)
            for _ in range(size >> 16):
                await client.send(b"x" * 65_536)
        answer = await client.answer()
        assert await client.ends()

    assert (answer.status, answer.code, answer.get("connection")) == (413, "request_too_large", "close")


async def test_a_large_body_that_asks_first_is_not_sent(served: StubbedGateway) -> None:
    """With ``Expect: 100-continue`` the first thing that comes back is the 413."""
    async with _client(served) as client:
        await client.send(HEAD + b"Expect: 100-continue\r\nContent-Length: 34603008\r\n\r\n")
        answer = await client.answer()

    assert answer.status == 413


async def test_a_body_that_asks_first_is_asked_for(served: StubbedGateway) -> None:
    """``100 Continue`` once the head has passed, and then the answer; never for a path that is refused."""
    async with _client(served) as client:
        await client.send(HEAD + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(BODY))
        first = await client.reader.readuntil(b"\r\n\r\n")
        await client.send(BODY)
        answer = await client.answer()
    async with _client(served) as client:
        await client.send(b"POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n")
        refused = await client.answer()

    assert first == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert (answer.status, refused.status) == (200, 404)


async def test_all_buffered_bodies_together_are_bounded(served: StubbedGateway) -> None:
    """With two bodies of almost a megabyte waiting for their last byte, a third gets 503 and may come back."""
    memory = served.gateway.gateway.traffic.memory
    waiting = [b"x" * 1_000_000] * 2
    clients = [await asyncio.open_connection(served.gateway.host, served.gateway.port) for _ in waiting]
    for (_, writer), body in zip(clients, waiting, strict=True):
        writer.write(HEAD + b"Content-Length: 1000001\r\n\r\n" + body)
    await until(lambda: memory.used >= 2_000_000)

    refused = await _sent(served, HEAD + b"Content-Length: 500000\r\n\r\n" + b"x" * 500_000)
    for _, writer in clients:
        writer.close()
    await until(lambda: not memory.used)

    assert refused is not None
    assert (refused.status, refused.code, refused.get("retry-after")) == (503, "overloaded", "1")
