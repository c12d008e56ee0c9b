"""An attempt whose request has been sent to a scripted provider and whose answer's head has come."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sealane_router.aio.driver import drive
from sealane_router.exchange import Attempt, Exchange
from sealane_router.upstream.client import Deadlines
from sealane_router.upstream.connection import UpstreamConnection
from tests.support.exchanges import (
    CHAT,
    RecordingTransport,
    matched,
    provider_of,
    request_of,
    serving_of,
    table_of,
)
from tests.support.scripted_provider import Script, ScriptedProvider


@dataclass(frozen=True, slots=True)
class Attempted:
    """What a relay is handed."""

    exchange: Exchange
    attempt: Attempt
    connection: UpstreamConnection
    client: RecordingTransport


@asynccontextmanager
async def attempted(
    script: Script,
    *,
    body: bytes = CHAT,
    path: str = "/v1/chat/completions",
    idle: float = 10.0,
    first_byte: float = 10.0,
) -> AsyncIterator[Attempted]:
    """Ask a provider that follows ``script``; its connection is given back at the end."""
    async with ScriptedProvider(script) as scripted:
        provider = provider_of(f"http://127.0.0.1:{scripted.port}/v1")
        serving = serving_of(table_of(provider))
        exchange, transport = request_of(body, path=path)
        matched(exchange, serving)
        runtime = serving.providers[provider.route, provider.name]
        attempt = Attempt(serving.table.routes[0].rules[0].targets[0], runtime, fallback=False, retry=False)
        attempt.deadlines = Deadlines(10.0, first_byte, idle)
        exchange.attempt = attempt
        exchange.attempts.append(attempt)
        connection = await drive(runtime.client.send(b"POST", b"/chat/completions", b"", b"", body, attempt.deadlines))
        try:
            yield Attempted(exchange, attempt, connection, transport)
        finally:
            runtime.client.pool.release(connection)
            runtime.client.close()
