"""A client that goes away: the provider's work ends within 100 ms, and says nothing about the provider."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sealane_cli.stub.faults import Fault
from sealane_router.attempt.breaker import BreakerState
from tests.support.raw_client import raw_client, request_bytes
from tests.support.stubbed import StubbedGateway, stubbed_gateway
from tests.support.waiting import promptly, until

BOTH_LOOPS = True

CHAT = "/v1/chat/completions"
WHOLE = b'{"model":"kimi-k3","messages":[]}'
STREAM = b'{"model":"kimi-k3","messages":[],"stream":true}'
GATE = ("default/assistants", "moonshot")


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[StubbedGateway]:
    """A gateway that writes its log line of each exchange."""
    async with stubbed_gateway(tmp_path, flags={"--exchange-log": "true"}) as running:
        yield running


async def _leave(served: StubbedGateway, body: bytes, fault: str, *, read: bytes = b"") -> bool:
    """Send a request, leave once it is at the provider and ``read`` came back; whether that is seen in 100 ms."""
    async with raw_client(served.gateway.host, served.gateway.port) as client:
        await client.send(request_bytes("POST", CHAT, body, [("x-stub-fault", fault)]))
        await until(lambda: served.moonshot.counters.total)
        if read:
            await client.reader.readuntil(read)
    seen = await promptly(lambda: served.moonshot.ended)
    await until(lambda: served.moonshot.ended)
    assert served.moonshot.ended[-1].how == "client_closed"
    return seen


@pytest.mark.parametrize(
    ("body", "fault", "read"),
    [
        (STREAM, "delay:5", b""),
        (STREAM, "slow-first-event:5", b""),
        (STREAM, "stall-after-content", b"data: "),
        (STREAM, "many:100000,slow-stream:0.001", b"data: "),
        (WHOLE, "delay:5", b""),
        (WHOLE, "stall", b""),
        (WHOLE, "stall-after-content", b""),
    ],
)
async def test_the_provider_sees_a_client_go(
    served: StubbedGateway, capfd: pytest.CaptureFixture[str], body: bytes, fault: str, read: bytes
) -> None:
    """Before its first token, in the middle of a stream, or waiting for a whole answer: nothing is generated on."""
    seen = await _leave(served, body, fault, read=read)

    gate = served.gateway.gateway.live.serving.providers[GATE].gate
    await until(lambda: served.exchanges)
    served.gateway.gateway.log.flush()
    lines = [line for line in capfd.readouterr().out.splitlines() if '"event":"exchange"' in line]
    assert seen
    assert (gate.in_use, gate.breaker_state(asyncio.get_running_loop().time())) == (0, BreakerState.CLOSED)
    assert [json.loads(line)["outcome"] for line in lines] == ["client_gone"]
    assert (
        served.gateway.metric(
            "sealane_attempts_total", route=GATE[0], provider=GATE[1], rule="kimi", result="client_gone"
        )
        == 1
    )


async def test_clients_that_leave_never_open_the_breaker(served: StubbedGateway) -> None:
    """Twenty in a row, and the next request is served."""
    for _ in range(20):
        served.moonshot.counters.reset()
        await _leave(served, STREAM, "delay:5")
    async with raw_client(served.gateway.host, served.gateway.port) as client:
        answer = await client.post(CHAT, WHOLE)

    assert answer.status == 200


async def test_a_client_that_leaves_gives_its_probe_back(tmp_path: Path) -> None:
    """The one probe of a half-open breaker, held by a client that left, is free for the next request."""
    async with stubbed_gateway(tmp_path, breaker="{consecutiveFailures: 2, openFor: 1s, halfOpenMax: 1}") as served:
        gate = served.gateway.gateway.live.serving.providers[GATE].gate
        now = asyncio.get_running_loop().time
        served.moonshot.fault = Fault("status", 500)
        async with raw_client(served.gateway.host, served.gateway.port) as client:
            for _ in range(2):
                await client.post(CHAT, WHOLE)
            opened = gate.breaker_state(now())
            served.moonshot.clear_faults()
            served.moonshot.counters.reset()
            await until(lambda: gate.breaker_state(now()) is BreakerState.HALF_OPEN)
            await _leave(served, STREAM, "delay:5")
            answer = await client.post(CHAT, WHOLE)

    assert (opened, answer.status) == (BreakerState.OPEN, 200)


async def test_a_client_that_leaves_while_it_sends_is_forgotten(served: StubbedGateway) -> None:
    """Its half body is given back, and no provider hears of it."""
    traffic = served.gateway.gateway.traffic
    async with raw_client(served.gateway.host, served.gateway.port) as client:
        await client.send(request_bytes("POST", CHAT, None, [("Content-Length", "1000")]) + b'{"model":')
        await until(lambda: traffic.memory.used)
    await until(lambda: not traffic.connections)

    assert (traffic.memory.used, served.moonshot.counters.total) == (0, 0)
