"""Sizes, speeds and rates: what is held, what is paused, and what is refused."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.raw_client import request_bytes
from tests.support.raw_provider import RawGateway, Received, json_answer, raw_gateway
from tests.support.waiting import until

BOTH_LOOPS = True

CHAT = "/v1/chat/completions"
BODY = b'{"model":"m-one"}'
STREAM = b'{"model":"m-one","stream":true}'
MIB = 1 << 20
_EVENT = b'data: {"id":"x","choices":[{"index":0,"delta":{"content":"%b"}}]}\n\n' % (b"x" * 32_000)
_FINISH = b'data: {"id":"x","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
_EVENTS = 4_000
_STATM = Path("/proc/self/statm")


@pytest.fixture
async def raw(tmp_path: Path) -> AsyncIterator[RawGateway]:
    """A gateway whose rule has short clocks: what is paused must not run into them."""
    async with raw_gateway(tmp_path, rule="timeouts: {firstByte: 5s, idle: 600ms}") as running:
        yield running


def _resident() -> int:
    """The memory of this process, in bytes."""
    pages = _STATM.read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


class _Flood:
    """A stream of 128 MB, written as fast as the gateway takes it; ``written`` counts events."""

    def __init__(self) -> None:
        self.written = 0

    async def __call__(self, _: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        for _nth in range(_EVENTS):
            writer.write(b"%x\r\n%b\r\n" % (len(_EVENT), _EVENT))
            await writer.drain()
            self.written += 1
        writer.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(_FINISH), _FINISH))
        await writer.drain()

    async def stall(self) -> int:
        """How many events were written when no more could be."""
        seen = -1
        while seen != self.written:
            seen = self.written
            await asyncio.sleep(0.5)
        return seen


@pytest.mark.skipif(not _STATM.exists(), reason="only Linux tells the memory of a process in a file")
async def test_a_slow_client_pauses_its_provider(raw: RawGateway) -> None:
    """Of a stream that nobody reads little is held, the provider waits without blame, and all of it arrives later."""
    flood = raw.provider.reply = _Flood()
    before = _resident()
    await raw.client.send(request_bytes("POST", CHAT, STREAM))
    head = await raw.client.head()

    held = await flood.stall()
    grown = _resident() - before
    size = 0
    while piece := await raw.client.piece():
        size += len(piece)

    assert (head.status, head.get("x-sealane-provider")) == (200, "raw")
    assert held < _EVENTS / 2, "what is not here lies in the kernel's buffers"
    assert grown < 48 * MIB
    assert size == _EVENTS * len(_EVENT) + len(_FINISH)
    assert raw.gateway.metric("sealane_in_flight_exchanges") == 0


async def test_another_client_is_served_while_one_is_slow(raw: RawGateway) -> None:
    """Backpressure holds one exchange, not the router."""
    raw.provider.reply = _Flood()
    await raw.client.send(request_bytes("POST", CHAT, STREAM))
    await raw.client.head()
    raw.provider.reply = None

    reader, writer = await asyncio.open_connection(raw.gateway.host, raw.gateway.port)
    writer.write(request_bytes("POST", CHAT, BODY, [("Connection", "close")]))
    answer = await reader.read()
    writer.close()

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")


async def test_a_large_json_answer_streams_through(raw: RawGateway) -> None:
    """Above 1 MiB an answer is no longer held, and still arrives byte for byte with its length."""
    body = b'{"choices":[],"t":"%b"}' % (b"abcdefgh" * (3 * MIB // 8))
    raw.provider.answer = json_answer(body)
    sized = await raw.client.post(CHAT, BODY)
    head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    raw.provider.answer = head + b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    chunked = await raw.client.post(CHAT, BODY)

    assert sized.get("content-length") == str(len(body))
    assert chunked.get("transfer-encoding") == "chunked"
    assert sized.body == chunked.body == body


async def test_a_large_answer_that_breaks_is_seen_to_break(raw: RawGateway) -> None:
    """Behind the commit nothing can be said inside JSON: the connection ends short of the announced length."""
    body = b'{"choices":[],"t":"%b"}' % (b"abcdefgh" * (3 * MIB // 8))
    raw.provider.answer = json_answer(body)[: 2 * MIB]
    raw.provider.close_after = True

    answer = await raw.client.post(CHAT, BODY)

    assert (answer.status, answer.complete) == (200, False)


async def test_a_small_answer_that_breaks_is_an_error(raw: RawGateway) -> None:
    """Up to 1 MiB an answer is held until it is whole: the client never sees half of it."""
    raw.provider.answer = json_answer(b'{"choices":[],"t":"%b"}' % (b"x" * 1000))[:-10]
    raw.provider.close_after = True

    answer = await raw.client.post(CHAT, BODY)

    assert (answer.status, answer.code) == (502, "provider_unreachable")


async def test_a_body_of_32_mib_passes_and_a_byte_more_does_not(raw: RawGateway) -> None:
    """The limit is exact, however the body is framed, and is told before the body is sent."""
    frame = b'{"model":"m-one","t":""}'
    exact = frame[:-2] + b"x" * (32 * MIB - len(frame)) + b'"}'

    accepted = await raw.client.post(CHAT, exact)
    await raw.client.send(request_bytes("POST", CHAT, None, [("Content-Length", str(32 * MIB + 1))]))
    refused = await raw.client.answer()

    assert accepted.status == 200
    assert raw.provider.received[-1].body == exact
    assert (refused.status, refused.code) == (413, "request_too_large")
    assert refused.get("connection") == "close"


async def test_a_chunked_body_above_the_limit_is_refused(tmp_path: Path) -> None:
    """The same for a body without a length, as soon as the limit is passed."""
    async with raw_gateway(tmp_path, flags={"--body-limit": "4KiB"}) as raw:
        await raw.client.send(request_bytes("POST", CHAT, None, [("Transfer-Encoding", "chunked")]))
        await raw.client.send(b"1001\r\n" + b" " * 4097 + b"\r\n")
        refused = await raw.client.answer()

    assert (refused.status, refused.code) == (413, "request_too_large")
    assert raw.provider.received == []


async def test_the_memory_of_all_bodies_is_bounded(tmp_path: Path) -> None:
    """Beyond the limit of all bodies together the next one is 503, and memory is free again afterwards."""
    flags = {"--body-limit": "1MiB", "--buffered-bodies": "1MiB"}
    held = b'{"model":"m-one","t":"%b"}' % (b"x" * 700_000)
    async with raw_gateway(tmp_path, flags=flags) as raw:
        await raw.client.send(request_bytes("POST", CHAT, held)[:-1])
        await until(lambda: raw.gateway.metric("sealane_buffered_body_bytes") >= len(held) - 1)
        reader, writer = await asyncio.open_connection(raw.gateway.host, raw.gateway.port)
        writer.write(request_bytes("POST", CHAT, held))
        refused = await reader.readuntil(b"\r\n\r\n")
        writer.close()
        await raw.client.send(held[-1:])
        served = await raw.client.answer()

        assert refused.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 1\r\n" in refused
        assert served.status == 200
        assert raw.gateway.metric("sealane_buffered_body_bytes") == 0


async def test_a_rule_has_limits(tmp_path: Path) -> None:
    """Requests are counted down in ``x-ratelimit-*``; when none is left the client gets 429 with a wait."""
    async with raw_gateway(tmp_path, rule="limits: {requestsPerMinute: 2}") as raw:
        first, second, third = [await raw.client.post(CHAT, BODY) for _ in range(3)]
        seen = raw.gateway.metric("sealane_limited_total", scope="rule", kind="requests", route="default/raw")

    assert [answer.get("x-ratelimit-remaining-requests") for answer in (first, second, third)] == ["1", "0", "0"]
    assert first.get("x-ratelimit-limit-requests") == "2"
    assert first.get("x-ratelimit-reset-requests")
    assert (third.status, third.code) == (429, "rate_limit_exceeded")
    assert int(third.get("retry-after") or 0) >= 1
    assert third.get("x-sealane-attempts") == "0"
    assert len(raw.provider.received) == 2
    assert seen == 1


async def test_tokens_are_debited_by_usage(tmp_path: Path) -> None:
    """An exchange may overdraw the bucket by what it used; the next one is refused until it has refilled."""
    async with raw_gateway(tmp_path, rule="limits: {tokensPerMinute: 100}") as raw:
        raw.provider.answer = json_answer(b'{"choices":[],"usage":{"prompt_tokens":100,"completion_tokens":100}}')
        served = await raw.client.post(CHAT, BODY)
        refused = await raw.client.post(CHAT, BODY)

    assert served.status == 200
    assert served.get("x-ratelimit-limit-tokens") == "100"
    assert (refused.status, refused.code) == (429, "rate_limit_exceeded")
    assert int(refused.get("retry-after") or 0) >= 50
