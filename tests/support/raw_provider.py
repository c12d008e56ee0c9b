"""A provider that keeps the bytes of each request and answers with the bytes it was given, behind a real gateway."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.gateway import RunningGateway, running_gateway
from tests.support.raw_client import RawClient, raw_client

#: What the gateway sends to the raw provider.
RAW_KEY = "sk-raw-provider-key"
COMPLETION = b'{"id":"x","choices":[{"index":0,"message":{"role":"assistant","content":"hi"},"finish_reason":"stop"}]}'

ROUTES = """\
apiVersion: sealane.dev/v1alpha1
kind: ProviderRoute
metadata: {{name: raw}}
spec:
  providers:
  - name: raw
    dialect: {dialect}
    baseURL: {base}
    allowInsecure: true
    {credential}
    {provider}
  rules:
  - name: only
    models: {models}
    targets: [{{provider: raw{target}}}]
    retry: {{maxAttempts: 1}}
    {rule}
"""


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came; header names keep their case."""

    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Every value of a header, its name in any case."""
        return [value for known, value in self.headers if known.lower() == name]


Reply = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]


def json_answer(body: bytes = COMPLETION, headers: str = "", status: str = "200 OK") -> bytes:
    """A whole JSON answer; ``headers`` are lines that end with CR LF."""
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{headers}content-length: {len(body)}\r\n\r\n"
    return head.encode("latin-1") + body


class RawProvider:
    """Answers every request with ``answer``, or by ``reply`` where that is set; ``close_after`` ends the connection."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.connections = 0
        self.answer = json_answer()
        self.reply: Reply | None = None
        self.close_after = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None

    @property
    def origin(self) -> str:
        """``http://host:port``."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def close(self) -> None:
        """Drop every connection."""
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        try:
            while True:
                received = await _request(reader)
                self.received.append(received)
                if self.reply is not None:
                    await self.reply(received, writer)
                else:
                    writer.write(self.answer)
                    await writer.drain()
                if self.close_after:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the gateway closed a connection that it no longer needs
        finally:
            self._writers.discard(writer)
            writer.close()


async def _request(reader: asyncio.StreamReader) -> Received:
    raw = await reader.readuntil(b"\r\n\r\n")
    line, *lines = raw[:-4].decode("latin-1").split("\r\n")
    headers = tuple((name, value.strip()) for name, _, value in (each.partition(":") for each in lines))
    length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
    return Received(line.split(" ")[1], headers, await reader.readexactly(length))


@dataclass(frozen=True, slots=True)
class RawGateway:
    """A gateway, the provider behind it, and one connection to it."""

    gateway: RunningGateway
    provider: RawProvider
    client: RawClient


def one_provider(
    folder: Path,
    base: str,
    *,
    dialect: str = "OpenAI",
    models: str = "[{prefix: m-}]",
    credential: str = "credential: {secretRef: {name: raw, key: api-key}}",
    provider: str = "",
    target: str = "",
    rule: str = "",
) -> Path:
    """Write a route of one provider and one rule; what is passed is YAML, ``target`` in flow style."""
    path = folder / "routes.yaml"
    text = ROUTES.format(
        dialect=dialect,
        base=base,
        models=models,
        credential=credential,
        provider=provider,
        target=target and f", {target}",
        rule=rule,
    )
    path.write_text(text, encoding="utf-8")
    return path


@asynccontextmanager
async def raw_gateway(
    folder: Path, *, base_path: str = "/v1", flags: Mapping[str, str] | None = None, **parts: str
) -> AsyncIterator[RawGateway]:
    """Serve one raw provider; ``parts`` are those of :func:`one_provider`, ``{origin}`` in them is the provider's."""
    provider = RawProvider()
    await provider.start()
    try:
        filled = {name: text.replace("{origin}", provider.origin) for name, text in parts.items()}
        routes = one_provider(folder, provider.origin + base_path, **filled)
        async with (
            running_gateway(routes, flags, {"RAW_API_KEY": RAW_KEY}) as gateway,
            raw_client(gateway.host, gateway.port) as client,
        ):
            yield RawGateway(gateway, provider, client)
    finally:
        await provider.close()
