"""A stub of each personality, and a client that sees every byte."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from sealane_cli.stub.server import StubProvider

Raw = Callable[..., Awaitable[bytes]]


@pytest.fixture
async def moonshot() -> AsyncIterator[StubProvider]:
    """A running Moonshot that accepts any key of its own."""
    async with StubProvider("moonshot") as stub:
        yield stub


@pytest.fixture
async def zai() -> AsyncIterator[StubProvider]:
    """A running Z.ai that accepts any key of its own."""
    async with StubProvider("zai") as stub:
        yield stub


@pytest.fixture
def request_bytes() -> Callable[..., bytes]:
    """Builds the bytes of one chat request; ``fault`` goes into the header, further fields into the body."""

    def build(fault: str = "", *, model: str = "kimi-k3", close: bool = False, **fields: object) -> bytes:
        body = json.dumps({"model": model, "messages": []} | fields).encode()
        lines = ["POST /v1/chat/completions HTTP/1.1", "host: stub", f"content-length: {len(body)}"]
        lines += [f"x-stub-fault: {fault}"] * bool(fault) + ["connection: close"] * close
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    return build


@pytest.fixture
def raw(request_bytes: Callable[..., bytes]) -> Raw:
    """Sends one chat request on a connection of its own and returns every byte up to its end."""

    async def ask(stub: StubProvider, fault: str = "", **fields: object) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", stub.port)
        try:
            writer.write(request_bytes(fault, close=True, **fields))
            return await reader.read()
        finally:
            writer.close()

    return ask


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], Awaitable[None]]:
    """Waits until something has become true; the test's own time limit ends a wait in vain."""

    async def wait(true: Callable[[], bool]) -> None:
        while not true():  # noqa: ASYNC110 - the stub tells nobody of its counters
            await asyncio.sleep(0.001)

    return wait
