"""A gateway in front of Moonshot and Z.ai as played by two stubs: what most integration tests begin with."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sealane_cli.stub.server import StubProvider
from tests.support.gateway import RunningGateway, running_gateway
from tests.support.routes import KEYS, two_providers

MOONSHOT_KEY = KEYS["MOONSHOT_API_KEY"]
ZAI_KEY = KEYS["ZAI_API_KEY"]


@dataclass(frozen=True, slots=True)
class StubbedGateway:
    """A running gateway and its two providers, each of which takes its own key only."""

    gateway: RunningGateway
    moonshot: StubProvider
    zai: StubProvider

    @property
    def url(self) -> str:
        """Base address of the traffic port, without a path."""
        return self.gateway.url

    @property
    def exchanges(self) -> int:
        """How many exchanges have ended."""
        families = self.gateway.gateway.registry.collect()
        samples = (sample for family in families for sample in family.samples)
        return int(sum(sample.value for sample in samples if sample.name == "sealane_exchanges_total"))

    @property
    def cross_routed(self) -> int:
        """Requests that came to the wrong provider: 0, or the gateway is broken."""
        return self.moonshot.cross_routed + self.zai.cross_routed


@asynccontextmanager
async def stubbed_gateway(
    folder: Path,
    *,
    flags: Mapping[str, str] | None = None,
    fallback: str = "",
    timeouts: str = "",
    retry: str = "{maxAttempts: 1}",
    limits: str = "",
    breaker: str = "{}",
    messages_base: str = "",
) -> AsyncIterator[StubbedGateway]:
    """Serve two stubs until the block ends.

    Without ``fallback`` and with one attempt, so that a client sees what the provider did; ``messages_base`` is the
    path of Moonshot's ``messagesBaseURL``.
    """
    async with (
        StubProvider(
            "moonshot", accepted_keys=frozenset({MOONSHOT_KEY}), foreign_keys=frozenset({ZAI_KEY})
        ) as moonshot,
        StubProvider("zai", accepted_keys=frozenset({ZAI_KEY}), foreign_keys=frozenset({MOONSHOT_KEY})) as zai,
    ):
        path = two_providers(
            folder,
            moonshot.base_url,
            zai.base_url,
            fallback=fallback,
            timeouts=timeouts,
            retry=retry,
            limits=limits,
            breaker=breaker,
        )
        if messages_base:
            base = f"baseURL: {moonshot.base_url}\n"
            text = path.read_text(encoding="utf-8")
            path.write_text(
                text.replace(base, f"{base}    messagesBaseURL: {moonshot.origin}{messages_base}\n"), "utf-8"
            )
        async with running_gateway(path, flags, KEYS) as gateway:
            yield StubbedGateway(gateway, moonshot, zai)
