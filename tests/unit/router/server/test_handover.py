"""Connections handed to aiohttp with the bytes already read: uploads and WebSocket, one request each."""

import asyncio
import io
from collections.abc import AsyncIterator
from hashlib import sha256

import aiohttp
import pytest
from aiohttp import web

from sealane_router.errors import GatewayFault
from sealane_router.policy.authentication import Authenticator
from sealane_router.policy.key_file import KeyEntry
from sealane_router.server.handover import AiohttpTakeover, caller_of
from tests.support.listening import Listening, listening
from tests.support.raw_client import raw_client, request_bytes
from tests.support.waiting import until

BOTH_LOOPS = True

KEY = "sk-sealane-test"
AUTHORIZED = [("Authorization", f"Bearer {KEY}")]
MIB = 1 << 20


async def _upload(request: web.Request) -> web.Response:
    """Who sent how many bytes, and their digest."""
    digest, size = sha256(), 0
    async for part in await request.multipart():
        assert isinstance(part, aiohttp.BodyPartReader)
        while chunk := await part.read_chunk():
            digest.update(chunk)
            size += len(chunk)
    return web.json_response({"tenant": caller_of(request).tenant, "size": size, "digest": digest.hexdigest()})


async def _echo(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        await socket.send_str(f"{caller_of(request).tenant}: {message.data}")
    return socket


class _Handlers:
    """What the handed-over paths do; ``waiting`` counts handlers that wait for ever, ``cancelled`` their ends."""

    def __init__(self) -> None:
        self.waiting = 0
        self.cancelled = 0

    async def wait(self, _: web.Request) -> web.Response:
        self.waiting += 1
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            self.waiting -= 1
            self.cancelled += 1
        raise AssertionError


@pytest.fixture
def handlers() -> _Handlers:
    """The state of the handlers."""
    return _Handlers()


@pytest.fixture
async def served(handlers: _Handlers) -> AsyncIterator[Listening]:
    """A traffic port that hands three paths over to aiohttp."""
    application = web.Application(client_max_size=MIB)
    application.add_routes(
        [web.post("/v1/files", _upload), web.get("/v1/sessions", _echo), web.post("/v1/wait", handlers.wait)]
    )
    authenticator = Authenticator([KeyEntry("team-a", "laptop", sha256(KEY.encode()).digest())])
    takeover = AiohttpTakeover(application, lambda: authenticator)
    await takeover.start()
    paths = (b"/v1/files", b"/v1/sessions", b"/v1/wait")
    async with listening(authenticator=authenticator, takeovers=dict.fromkeys(paths, takeover)) as running:
        yield running
        await takeover.close()


async def test_an_upload_of_5_mib_arrives_whole(served: Listening) -> None:
    """Its first bytes were read with the head, the rest comes with aiohttp's backpressure; the caller is known."""
    content = bytes(range(256)) * (5 * MIB // 256)
    form = aiohttp.FormData({"purpose": "batch"})
    form.add_field("file", io.BytesIO(content), filename="batch.jsonl")
    async with (
        aiohttp.ClientSession(headers=dict(AUTHORIZED)) as session,
        session.post(f"http://{served.host}:{served.port}/v1/files", data=form) as answer,
    ):
        told = await answer.json()

    assert (answer.status, answer.headers["connection"]) == (200, "close")
    assert told == {
        "tenant": "team-a", "size": 5 * MIB + len("batch"), "digest": sha256(b"batch" + content).hexdigest(),
    }  # fmt: skip


async def test_a_websocket_echoes(served: Listening) -> None:
    """The upgrade and every frame behind it are aiohttp's."""
    async with (
        aiohttp.ClientSession(headers=dict(AUTHORIZED)) as session,
        session.ws_connect(f"http://{served.host}:{served.port}/v1/sessions") as socket,
    ):
        await socket.send_str("hello")
        first = await socket.receive_str()
        await socket.send_str("x" * 100_000)
        second = await socket.receive_str()
        counted = served.traffic.connections

    assert (first, second) == ("team-a: hello", "team-a: " + "x" * 100_000)
    assert counted == 1


async def test_a_frame_sent_with_the_head_is_not_lost(served: Listening) -> None:
    """Bytes behind the head were read by the listener; the one who takes over gets them first."""
    upgrade = [
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ]
    frame = b"\x81\x82\x00\x00\x00\x00hi"
    async with raw_client(served.host, served.port) as client:
        await client.send(request_bytes("GET", "/v1/sessions", None, [*AUTHORIZED, *upgrade]) + frame)
        head = await client.head()
        echoed = await client.reader.readexactly(12)

    assert (head.status, echoed) == (101, b"\x81\x0ateam-a: hi")


async def test_a_caller_without_a_key_is_answered_by_the_gateway(served: Listening, handlers: _Handlers) -> None:
    """401 in the shape of every other refusal, before anything is handed over, and the connection closes."""
    async with raw_client(served.host, served.port) as client:
        answer = await client.post("/v1/wait", b"", [("Authorization", "Bearer sk-wrong")])
        assert await client.ends()

    assert (answer.status, answer.code, answer.get("connection")) == (401, "invalid_api_key", "close")
    assert served.registry.get_sample_value("sealane_unauthenticated_total", {"reason": "unknown"}) == 1
    assert handlers.waiting == 0


async def test_a_connection_serves_one_request(served: Listening) -> None:
    """A second request on it, whatever its path, is never looked at: the listener's rules did not see it."""
    request = request_bytes("POST", "/v1/files", b"not multipart", AUTHORIZED)
    async with raw_client(served.host, served.port) as client:
        await client.send(request + request_bytes("POST", "/v1/wait", b"", AUTHORIZED))
        answer = await client.answer()
        assert await client.ends()

    assert answer.status >= 400
    assert answer.get("connection") == "close"


async def test_a_client_that_leaves_cancels_its_handler(served: Listening, handlers: _Handlers) -> None:
    """Work for nobody ends, and the connection is no longer counted."""
    async with raw_client(served.host, served.port) as client:
        await client.send(request_bytes("POST", "/v1/wait", b"", AUTHORIZED))
        await until(lambda: handlers.waiting)
        counted = served.traffic.connections
    await until(lambda: handlers.cancelled)
    await until(lambda: not served.traffic.connections)

    assert counted == 1


async def test_the_drain_waits_for_what_was_handed_over(served: Listening, handlers: _Handlers) -> None:
    """It is counted as an exchange under way until the deadline closes it."""
    async with raw_client(served.host, served.port) as client:
        await client.send(request_bytes("POST", "/v1/wait", b"", AUTHORIZED))
        await until(lambda: handlers.waiting)
        served.traffic.begin_leaving()
        served.traffic.close_idle()
        idle = await served.traffic.wait_until_idle(0.02)
        under_way = served.traffic.exchanges
        served.traffic.end_all()
        assert await client.ends()
        ended = await served.traffic.wait_until_idle(1.0)

    assert (idle, under_way, ended) == (False, 1, True)


async def test_an_application_that_has_not_started_takes_nothing() -> None:
    """Wired wrongly, it is a defect of ours that says so."""
    takeover = AiohttpTakeover(web.Application(), Authenticator.accepting_anybody)
    async with listening(takeovers={b"/v1/files": takeover}) as served, raw_client(served.host, served.port) as client:
        answer = await client.post("/v1/files", b"")

    assert (answer.status, answer.code) == (500, GatewayFault.code)
