"""What hostile clients can make a router process hold."""

from pathlib import Path

from sealane_cli.stub.server import StubProvider
from tests.support.process import RouterProcess, router_process
from tests.support.raw_client import RawClient, raw_client, request_bytes
from tests.support.routes import KEYS, two_providers

CHAT = "/v1/chat/completions"
BODY = b'{"model":"kimi-k3","messages":[]}'
HEAD = b"POST /v1/chat/completions HTTP/1.1\r\nHost: gateway\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
MIB = 1 << 20
#: One body of 32 MiB, its copy while it is put together, and what the allocator keeps.
ALLOWED = 96 * MIB


async def _oversized(client: RawClient) -> None:
    await client.send(HEAD + b"Content-Length: %d\r\n\r\n" % (33 * MIB))
    for _ in range(33):
        await client.send(b"x" * MIB)


async def _oversized_in_chunks(client: RawClient) -> None:
    await client.send(CHUNKED)
    for _ in range(33):
        await client.send(b"100000\r\n" + b"x" * MIB + b"\r\n")


async def _tiny_chunks(client: RawClient) -> None:
    """Three bytes at a time: a list of them would hold twenty times as much as was sent."""
    await client.send(CHUNKED + b"1\r\n{\r\n")
    for _ in range(40):
        await client.send(b"3\r\nabc\r\n" * (MIB // 24))
    await client.send(b"0\r\n\r\n")


async def _endless_head(client: RawClient) -> None:
    await client.send(HEAD + b"X: " + b"y" * MIB)


async def _deep(client: RawClient) -> None:
    body = b'{"model":"kimi-k3","x":' + b"[" * 16_000_000 + b"]" * 16_000_000 + b"}"
    await client.send(request_bytes("POST", CHAT, body))


async def _ask(router: RouterProcess) -> int:
    async with raw_client(router.host, router.port) as client:
        return (await client.post(CHAT, BODY)).status


async def test_the_memory_of_the_process_stays_bounded(tmp_path: Path) -> None:
    """33 MiB in one piece and in chunks, tiny chunks, an endless head and 16 million brackets, one after another."""
    attacks = {_oversized: 413, _oversized_in_chunks: 413, _tiny_chunks: 400, _endless_head: 431, _deep: 400}
    async with StubProvider("moonshot") as stub:
        routes = two_providers(tmp_path, stub.base_url, stub.base_url)
        async with router_process(routes, KEYS) as router:
            served = [await _ask(router)]
            before = router.resident
            answered = []
            for attack in attacks:
                async with raw_client(router.host, router.port) as client:
                    await attack(client)
                    answered.append((await client.answer()).status)
                served.append(await _ask(router))
            grown = router.resident - before

    assert answered == list(attacks.values())
    assert served == [200] * (len(attacks) + 1)
    assert grown < ALLOWED
