"""The stub runs on uvloop as it runs on asyncio."""

import asyncio
from collections.abc import Awaitable, Callable

import uvloop

from sealane_cli.stub.server import StubProvider


def test_faults_of_the_connection_work_on_uvloop(
    request_bytes: Callable[..., bytes], until: Callable[[Callable[[], bool]], Awaitable[None]]
) -> None:
    """Answer, reset and disconnect."""

    async def play() -> tuple[bytes, str, str]:
        async with StubProvider("moonshot") as stub:
            reader, writer = await asyncio.open_connection("127.0.0.1", stub.port)
            writer.write(request_bytes(close=True))
            answer = await reader.read()
            writer.close()
            reader, writer = await asyncio.open_connection("127.0.0.1", stub.port)
            writer.write(request_bytes("reset"))
            try:
                ending = repr(await reader.read())
            except ConnectionResetError:
                ending = "reset"
            writer.close()
            _, writer = await asyncio.open_connection("127.0.0.1", stub.port)
            writer.write(request_bytes("stall"))
            await until(lambda: stub.counters.total == 3)
            writer.close()
            await until(lambda: len(stub.ended) == 3)
            return answer, ending, stub.ended[-1].how

    answer, ending, how = uvloop.run(play())

    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert (ending, how) == ("reset", "client_closed")
