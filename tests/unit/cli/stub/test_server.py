"""A running stub: keep-alive, strangers' keys and models, disconnecting clients, outages, control."""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable

import httpx
import pytest
import trustme

from sealane_cli.stub.faults import Fault
from sealane_cli.stub.server import StubProvider

Raw = Callable[..., Awaitable[bytes]]
Build = Callable[..., bytes]
Until = Callable[[Callable[[], bool]], Awaitable[None]]

_CHAT = {"model": "kimi-k3", "messages": [{"role": "user", "content": "hello"}]}


async def test_one_connection_serves_many_requests(moonshot: StubProvider) -> None:
    """Kept alive between a body, a stream and a list."""
    async with httpx.AsyncClient(base_url=moonshot.base_url) as client:
        for _ in range(3):
            assert (await client.post("/chat/completions", json=_CHAT)).status_code == 200
            assert (await client.post("/chat/completions", json=_CHAT | {"stream": True})).status_code == 200
            assert (await client.get("/models")).status_code == 200

    assert moonshot.counters.connections_opened == 1
    assert moonshot.counters.total == 9
    assert moonshot.counters.paths == {"/v1/chat/completions": 6, "/v1/models": 3}


async def test_pipelined_requests_are_answered_in_order(moonshot: StubProvider, request_bytes: Build) -> None:
    """One after another."""
    reader, writer = await asyncio.open_connection("127.0.0.1", moonshot.port)
    writer.write(request_bytes("delay:0.01") + request_bytes(model="kimi-k2.6", close=True))
    answer = await reader.read()
    writer.close()

    assert answer.index(b'"kimi-k3"') < answer.index(b'"kimi-k2.6"')


async def test_requests_are_recorded_as_they_came(moonshot: StubProvider) -> None:
    """Method, path, headers, body, model and key."""
    async with httpx.AsyncClient(base_url=moonshot.base_url) as client:
        headers = {"authorization": "Bearer sk-mine", "x-trace": "1"}
        await client.post("/chat/completions?a=b", json=_CHAT, headers=headers)
    request = moonshot.requests[-1]

    assert (request.method, request.path, request.query) == ("POST", "/v1/chat/completions", "a=b")
    assert (request.model, request.key, request.headers["x-trace"]) == ("kimi-k3", "sk-mine", "1")
    assert json.loads(request.body) == _CHAT


async def test_a_foreign_key_is_refused_and_counted(zai: StubProvider) -> None:
    """By its shape, or because it is registered as another's."""
    zai.terms.foreign_keys = frozenset({"other.registered"})
    async with httpx.AsyncClient(base_url=zai.base_url) as client:
        for key in ("sk-moonshot", "other.registered"):
            answer = await client.get("/models", headers={"authorization": f"Bearer {key}"})

            assert answer.status_code == 401
            assert answer.json()["error"]["code"] == "1000"

    assert (zai.counters.foreign_keys, zai.counters.unauthorized, zai.cross_routed) == (2, 2, 2)


async def test_an_unknown_key_is_refused_but_no_alarm(moonshot: StubProvider) -> None:
    """So is a missing one, once keys are given."""
    moonshot.terms.accepted_keys = frozenset({"sk-right"})
    async with httpx.AsyncClient(base_url=moonshot.base_url) as client:
        wrong = await client.get("/models", headers={"authorization": "Bearer sk-wrong"})
        missing = await client.get("/models")
        right = await client.get("/models", headers={"authorization": "Bearer sk-right"})

    assert [wrong.status_code, missing.status_code, right.status_code] == [401, 401, 200]
    assert wrong.json()["error"]["type"] == "invalid_authentication_error"
    assert moonshot.cross_routed == 0


async def test_a_foreign_model_is_not_found_and_counted(moonshot: StubProvider) -> None:
    """A name that is merely unknown is not counted."""
    async with httpx.AsyncClient(base_url=moonshot.base_url) as client:
        for model in ("glm-4.7", "kimi-k2-thinking"):
            answer = await client.post("/chat/completions", json=_CHAT | {"model": model})

            assert answer.status_code == 404
            assert answer.json()["error"]["type"] == "resource_not_found_error"

    assert (moonshot.counters.foreign_models, moonshot.cross_routed) == (1, 1)


async def test_a_foreign_request_is_counted_even_when_a_fault_answers_it(moonshot: StubProvider) -> None:
    """The alarm does not depend on the provider's mood."""
    moonshot.fault = Fault("status", 500)
    async with httpx.AsyncClient(base_url=moonshot.base_url) as client:
        await client.post("/chat/completions", json=_CHAT | {"model": "glm-4.7"})

    assert moonshot.cross_routed == 1


async def test_extra_models_are_served_and_listed() -> None:
    """Even under another's prefix: a target may say so."""
    async with StubProvider("openai", extra_models=frozenset({"glm-4.7"})) as stub:
        async with httpx.AsyncClient(base_url=stub.base_url) as client:
            answer = await client.post("/chat/completions", json=_CHAT | {"model": "glm-4.7"})
            listed = await client.get("/models")

        assert answer.status_code == 200
        assert "glm-4.7" in [one["id"] for one in listed.json()["data"]]
        assert stub.cross_routed == 0


async def test_any_own_model_can_be_served(moonshot: StubProvider) -> None:
    """Names that nobody lists, but no other provider's."""
    moonshot.terms.any_own_model = True
    async with httpx.AsyncClient(base_url=moonshot.base_url) as client:
        own = await client.post("/chat/completions", json=_CHAT | {"model": "Kimi-Unheard-Of"})
        other = await client.post("/chat/completions", json=_CHAT | {"model": "glm-unheard-of"})

    assert (own.status_code, other.status_code, moonshot.cross_routed) == (200, 404, 1)


async def test_a_large_answer_waits_for_its_reader(moonshot: StubProvider, raw: Raw) -> None:
    """And arrives whole."""
    _, _, body = (await raw(moonshot, "big:16777216")).partition(b"\r\n\r\n")

    assert len(body) == 16 << 20
    assert json.loads(body)["model"] == "kimi-k3"


async def test_a_defect_closes_the_connection(moonshot: StubProvider, raw: Raw) -> None:
    """A predicate that raises must not look like a provider that hangs."""
    moonshot.fault_for(lambda request: bool(1 // len(request.query)), None)

    assert await raw(moonshot) == b""
    assert moonshot.counters.in_flight == 0


@pytest.mark.parametrize("fault", ["delay:60", "stall", "stall-after-content", "slow-stream:60", "switching"])
async def test_a_client_that_goes_away_is_seen_at_once(
    moonshot: StubProvider, request_bytes: Build, until: Until, fault: str
) -> None:
    """The end is recorded while the fault would still wait."""
    _, writer = await asyncio.open_connection("127.0.0.1", moonshot.port)
    writer.write(request_bytes(fault, stream=True))
    await until(lambda: moonshot.counters.total == 1)
    writer.close()
    await until(lambda: len(moonshot.ended) == 1)

    assert (moonshot.ended[0].how, moonshot.ended[0].model) == ("client_closed", "kimi-k3")
    assert moonshot.counters.in_flight == 0


async def test_a_client_that_never_reads_is_seen_leaving(
    moonshot: StubProvider, request_bytes: Build, until: Until
) -> None:
    """Backpressure does not hide its close."""
    _, writer = await asyncio.open_connection("127.0.0.1", moonshot.port, limit=1024)
    writer.write(request_bytes("big:33554432"))
    await until(lambda: moonshot.counters.total == 1)
    writer.transport.abort()
    await until(lambda: len(moonshot.ended) == 1)

    assert moonshot.ended[0].how == "client_closed"


async def test_a_broken_answer_is_recorded_as_fault(moonshot: StubProvider, raw: Raw) -> None:
    """An error in good order is complete."""
    await raw(moonshot, "cut", stream=True)
    await raw(moonshot, "status:500")

    assert [one.how for one in moonshot.ended] == ["fault", "complete"]


async def test_slow_reading_holds_a_large_body_up(moonshot: StubProvider) -> None:
    """All of it arrives in the end."""
    body = _CHAT | {"padding": "x" * (2 << 20)}
    async with httpx.AsyncClient(base_url=moonshot.base_url) as client:
        answer = await client.post("/chat/completions", json=body, headers={"x-stub-fault": "slow-read:0.005"})

    assert answer.status_code == 200
    assert moonshot.ended[0].ended - moonshot.ended[0].started >= 0.005


async def test_a_script_of_faults_plays_an_outage(moonshot: StubProvider) -> None:
    """Then the provider is well again."""
    moonshot.script = [Fault("status", 500), Fault("status", 503), None]
    async with httpx.AsyncClient(base_url=moonshot.base_url) as client:
        answers = [await client.post("/chat/completions", json=_CHAT) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [500, 503, 200, 200]


async def test_faults_can_be_arranged_for_some_requests(moonshot: StubProvider) -> None:
    """A predicate sees the recorded request."""
    moonshot.fault_for(lambda request: request.path == "/v1/models", Fault("status", 500))
    async with httpx.AsyncClient(base_url=moonshot.base_url) as client:
        assert (await client.get("/models")).status_code == 500
        assert (await client.post("/chat/completions", json=_CHAT)).status_code == 200
        moonshot.clear_faults()
        assert (await client.get("/models")).status_code == 200


async def test_control_from_outside(moonshot: StubProvider) -> None:
    """Faults are set and cleared, counts read and reset; none of it is counted."""
    async with httpx.AsyncClient(base_url=moonshot.origin) as client:
        assert (await client.post("/__stub/faults", json={"fault": "html:504"})).status_code == 200
        assert (await client.post("/v1/chat/completions", json=_CHAT)).status_code == 504
        assert (await client.post("/__stub/faults", json={"fault": None})).status_code == 200
        assert (await client.post("/v1/chat/completions", json=_CHAT)).status_code == 200
        assert (await client.post("/__stub/faults", json={"fault": "nonsense"})).status_code == 400
        assert (await client.post("/__stub/faults", json={})).status_code == 400
        stats = (await client.get("/__stub/stats")).json()
        assert (await client.post("/__stub/reset")).status_code == 200
        after = (await client.get("/__stub/stats")).json()
        assert (await client.get("/__stub/other")).status_code == 404

    assert (stats["requests"], stats["cross_routed"], stats["in_flight"]) == (2, 0, 0)
    assert stats["faults"] == {"html": 1}
    assert [one["how"] for one in stats["ended"]] == ["complete", "complete"]
    assert (after["requests"], after["ended"]) == (0, [])


async def test_a_closed_stub_comes_back_on_its_port(moonshot: StubProvider, request_bytes: Build) -> None:
    """An outage with a recovery: running requests break, new ones are refused, then all is well."""
    reader, writer = await asyncio.open_connection("127.0.0.1", moonshot.port)
    writer.write(request_bytes("stall"))
    await reader.readuntil(b"\r\n\r\n")
    port = moonshot.port
    await moonshot.close()

    assert await reader.read() == b""
    assert moonshot.ended[-1].how == "stub_closed"
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)
    await moonshot.start()
    assert moonshot.port == port
    async with httpx.AsyncClient(base_url=moonshot.base_url) as client:
        assert (await client.get("/models")).status_code == 200
    writer.close()


async def test_starting_twice_is_an_error_and_closing_twice_is_not(moonshot: StubProvider) -> None:
    """A test's mistake is told at once."""
    with pytest.raises(RuntimeError):
        await moonshot.start()
    await moonshot.close()
    await moonshot.close()


def test_a_key_cannot_be_both_own_and_foreign() -> None:
    """That would make the alarm meaningless."""
    with pytest.raises(ValueError, match="foreign"):
        StubProvider("moonshot", accepted_keys=frozenset({"k"}), foreign_keys=frozenset({"k"}))


async def test_it_serves_tls() -> None:
    """With the certificate it is given."""
    authority = trustme.CA()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    async with (
        StubProvider("zai", host="127.0.0.1", tls=server) as stub,
        httpx.AsyncClient(verify=client) as http,
    ):
        answer = await http.get(f"https://localhost:{stub.port}/api/paas/v4/models")

        assert answer.status_code == 200
        assert stub.base_url == f"https://127.0.0.1:{stub.port}/api/paas/v4"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"POST /v1/models HTTP/1.1\r\nhost: x\r\ncontent-length: abc\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nhost: x\r\nx: " + b"a" * (2 << 20) + b"\r\n\r\n", b"431"),
        (
            b"POST /v1/x HTTP/1.1\r\nhost: x\r\ncontent-length: 67108865\r\n\r\n" + bytes((64 << 20) + 1),
            b"413",
        ),
    ],
)
async def test_a_request_that_cannot_be_read_is_refused(moonshot: StubProvider, sent: bytes, status: bytes) -> None:
    """With a status and a closed connection; the next client is served."""
    reader, writer = await asyncio.open_connection("127.0.0.1", moonshot.port)
    writer.write(sent)
    try:
        answer = await reader.read()
    except ConnectionResetError:
        answer = b"HTTP/1.1 " + status  # what was still unread of the request turned the close into a reset
    writer.close()

    assert answer.startswith(b"HTTP/1.1 " + status)
    assert moonshot.counters.malformed == 1
    assert moonshot.counters.in_flight == 0


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"model":5}', b'{"model":""}'])
async def test_a_body_without_model_is_a_bad_request(moonshot: StubProvider, body: bytes) -> None:
    """In the personality's own words."""
    async with httpx.AsyncClient(base_url=moonshot.base_url) as client:
        answer = await client.post("/chat/completions", content=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


async def test_a_body_is_asked_for_when_the_client_expects_it(moonshot: StubProvider) -> None:
    """100 Continue comes before the body is sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", moonshot.port)
    writer.write(b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 19\r\nexpect: 100-continue\r\n\r\n")

    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b'{"model":"kimi-k3"}')
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
    writer.close()
