"""Faults of head, framing and connection, seen byte by byte."""

import asyncio
import gzip
import json
from collections.abc import Awaitable, Callable

import pytest

from sealane_cli.stub.faults import Fault
from sealane_cli.stub.server import StubProvider

Raw = Callable[..., Awaitable[bytes]]
Build = Callable[..., bytes]


def _split(answer: bytes) -> tuple[bytes, bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body


async def test_a_plain_answer_has_its_length(moonshot: StubProvider, raw: Raw) -> None:
    """Status line, content-length, JSON."""
    head, body = _split(await raw(moonshot))

    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"content-length: %d" % len(body) in head
    assert json.loads(body)["choices"][0]["message"]["content"] == "moonshot stub answers as kimi-k3"


async def test_a_stream_is_chunked_and_terminated(moonshot: StubProvider, raw: Raw) -> None:
    """The zero chunk ends it."""
    answer = await raw(moonshot, stream=True)

    assert b"transfer-encoding: chunked" in answer
    assert answer.endswith(b"data: [DONE]\n\n\r\n0\r\n\r\n")


@pytest.mark.parametrize(
    ("fault", "start"),
    [
        ("status:503", b"HTTP/1.1 503 Service Unavailable"),
        ("status:529", b"HTTP/1.1 529 Unknown"),
        ("rate-limit", b"HTTP/1.1 429 "),
        ("quota", b"HTTP/1.1 429 "),
        ("overloaded", b"HTTP/1.1 429 "),
        ("unauthorized", b"HTTP/1.1 401 "),
        ("forbidden-model", b"HTTP/1.1 403 "),
        ("forbidden-balance", b"HTTP/1.1 403 "),
        ("content-filter", b"HTTP/1.1 400 "),
        ("html:504", b"HTTP/1.1 504 "),
        ("redirect:302", b"HTTP/1.1 302 "),
        ("error-200", b"HTTP/1.1 200 "),
    ],
)
async def test_a_refusal_takes_the_place_of_the_answer(
    moonshot: StubProvider, raw: Raw, fault: str, start: bytes
) -> None:
    """Streams are refused with a plain body too."""
    answer = await raw(moonshot, fault, stream=True)

    assert answer.startswith(start)
    assert b"choices" not in answer


async def test_retry_after_is_sent_only_when_asked(moonshot: StubProvider, raw: Raw) -> None:
    """The fault rate-limit has no such header."""
    assert b"\r\nretry-after: 7\r\n" in await raw(moonshot, "retry-after:7")
    assert b"retry-after" not in await raw(moonshot, "rate-limit")


async def test_a_redirect_points_where_the_terms_say(moonshot: StubProvider, raw: Raw) -> None:
    """Another host, so that following it would show."""
    moonshot.terms.redirect_to = "http://127.0.0.1:9/trap"

    assert b"\r\nlocation: http://127.0.0.1:9/trap\r\n" in await raw(moonshot, "redirect")


async def test_an_html_page_is_no_json(moonshot: StubProvider, raw: Raw) -> None:
    """As a gateway in front of the provider answers."""
    head, body = _split(await raw(moonshot, "html"))

    assert b"content-type: text/html" in head
    assert body.startswith(b"<html>")


async def test_a_zai_code_comes_with_its_status(zai: StubProvider) -> None:
    """And means nothing to another personality."""
    zai.fault = Fault("code", 1113)
    reader, writer = await asyncio.open_connection("127.0.0.1", zai.port)
    writer.write(b"GET /api/paas/v4/models HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
    head, body = _split(await reader.read())
    writer.close()

    assert head.startswith(b"HTTP/1.1 429 ")
    assert json.loads(body)["error"]["code"] == "1113"


async def test_a_zai_code_is_ignored_by_others(moonshot: StubProvider, raw: Raw) -> None:
    """A fallback to Moonshot answers normally."""
    assert (await raw(moonshot, "code:1113")).startswith(b"HTTP/1.1 200 ")


async def test_cut_before_head_closes_without_a_byte(moonshot: StubProvider, raw: Raw) -> None:
    """The request was read."""
    assert await raw(moonshot, "cut-before-head") == b""
    assert moonshot.requests[-1].model == "kimi-k3"


async def test_reset_is_a_tcp_reset(moonshot: StubProvider, raw: Raw) -> None:
    """Not a polite end."""
    with pytest.raises(ConnectionResetError):
        await raw(moonshot, "reset")


@pytest.mark.parametrize("stream", [False, True])
async def test_reset_mid_body_sends_a_part_first(moonshot: StubProvider, request_bytes: Build, *, stream: bool) -> None:
    """The head arrives, then the reset."""
    reader, writer = await asyncio.open_connection("127.0.0.1", moonshot.port)
    writer.write(request_bytes("reset-mid-body", stream=stream))

    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")
    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.close()


async def test_garbage_is_not_http(moonshot: StubProvider, raw: Raw) -> None:
    """No status line at all."""
    answer = await raw(moonshot, "not-http")

    assert answer
    assert not answer.startswith(b"HTTP/")


async def test_switching_protocols_is_followed_by_silence(moonshot: StubProvider, request_bytes: Build) -> None:
    """101 and nothing more."""
    reader, writer = await asyncio.open_connection("127.0.0.1", moonshot.port)
    writer.write(request_bytes("switching"))

    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.05)
    writer.close()


async def test_stall_sends_the_head_alone(moonshot: StubProvider, request_bytes: Build) -> None:
    """For streams."""
    reader, writer = await asyncio.open_connection("127.0.0.1", moonshot.port)
    writer.write(request_bytes("stall", stream=True))

    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.05)
    writer.close()


async def test_cut_ends_a_chunked_body_without_its_end(moonshot: StubProvider, raw: Raw) -> None:
    """The connection closes in the middle of an event."""
    answer = await raw(moonshot, "cut", stream=True)

    assert b"reasoning_content" in answer
    assert not answer.endswith(b"0\r\n\r\n")
    assert b"[DONE]" not in answer


async def test_cut_clean_ends_a_chunked_body_properly(moonshot: StubProvider, raw: Raw) -> None:
    """But the stream has neither finish nor [DONE]."""
    answer = await raw(moonshot, "cut-clean", stream=True)

    assert answer.endswith(b"\r\n0\r\n\r\n")
    assert b'"stop"' not in answer


async def test_a_huge_head_is_huge(moonshot: StubProvider, raw: Raw) -> None:
    """A hundred KiB unless told otherwise."""
    head, _ = _split(await raw(moonshot, "huge-head"))

    assert len(head) > 100 << 10


async def test_informational_answers_come_first(moonshot: StubProvider, raw: Raw) -> None:
    """100, then 103, then the answer."""
    parts = (await raw(moonshot, "informational")).split(b"\r\n\r\n")

    assert [part[:12] for part in parts[:3]] == [b"HTTP/1.1 100", b"HTTP/1.1 103", b"HTTP/1.1 200"]


@pytest.mark.parametrize("stream", [False, True])
async def test_a_second_answer_comes_right_behind(moonshot: StubProvider, raw: Raw, *, stream: bool) -> None:
    """Complete, and asked for by nobody."""
    answer = await raw(moonshot, "second-answer", stream=stream)

    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert answer.endswith(b'\r\n\r\n{"unasked":"second answer"}')


async def test_a_late_byte_comes_on_the_idle_connection(moonshot: StubProvider, request_bytes: Build) -> None:
    """After a complete answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", moonshot.port)
    writer.write(request_bytes("late-byte"))
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
    json.loads(await reader.readexactly(length))

    assert await reader.readexactly(1) == b"?"
    writer.close()


@pytest.mark.parametrize("stream", [False, True])
async def test_without_length_the_connection_ends_the_answer(
    moonshot: StubProvider, request_bytes: Build, *, stream: bool
) -> None:
    """The head says close and nothing of a length."""
    reader, writer = await asyncio.open_connection("127.0.0.1", moonshot.port)
    writer.write(request_bytes("no-length", stream=stream))
    head, body = _split(await reader.read())
    writer.close()

    assert b"content-length" not in head
    assert b"transfer-encoding" not in head
    assert b"connection: close" in head
    assert b"moonshot" in body


async def test_close_after_does_not_announce_its_close(moonshot: StubProvider, request_bytes: Build) -> None:
    """A client that trusts keep-alive is surprised."""
    reader, writer = await asyncio.open_connection("127.0.0.1", moonshot.port)
    writer.write(request_bytes("close-after"))
    head, body = _split(await reader.read())
    writer.close()

    assert b"connection:" not in head
    assert json.loads(body)["model"] == "kimi-k3"


async def test_a_compressed_answer_unpacks(moonshot: StubProvider, raw: Raw) -> None:
    """Though nobody accepted it."""
    head, body = _split(await raw(moonshot, "compressed"))

    assert b"content-encoding: gzip" in head
    assert json.loads(gzip.decompress(body))["model"] == "kimi-k3"


async def test_wrong_json_has_a_right_length(moonshot: StubProvider, raw: Raw) -> None:
    """HTTP is content, JSON is not."""
    head, body = _split(await raw(moonshot, "wrong-json"))

    assert b"content-length: %d\r\n" % len(body) in head
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)


async def test_delay_comes_before_the_first_byte(moonshot: StubProvider, raw: Raw) -> None:
    """The stub itself measured at least so long."""
    await raw(moonshot, "delay:0.03")

    assert moonshot.ended[-1].ended - moonshot.ended[-1].started >= 0.03


async def test_many_events_make_a_long_stream(moonshot: StubProvider, raw: Raw) -> None:
    """One for each content event asked for."""
    assert (await raw(moonshot, "many:40", stream=True)).count(b'"content":"') == 41


async def test_a_model_name_carries_its_fault_over_the_wire(moonshot: StubProvider, raw: Raw) -> None:
    """And is counted without it."""
    assert (await raw(moonshot, model="kimi-k3+status=500")).startswith(b"HTTP/1.1 500 ")
    assert moonshot.counters.models == {"kimi-k3": 1}
    assert moonshot.counters.faults == {"status": 1}


async def test_a_misspelt_fault_is_told(moonshot: StubProvider, raw: Raw) -> None:
    """400 with the list of faults, never a normal answer."""
    head, body = _split(await raw(moonshot, "cutt"))

    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["error"]["type"] == "stub_fault"
