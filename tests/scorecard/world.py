"""The world of one case: a whole gateway, both stub providers, and a client that sees every byte."""

import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx

from sealane_cli.stub.personality import PersonalityName
from sealane_cli.stub.server import StubProvider
from sealane_router.serving import ProviderRuntime
from tests.scorecard.doors import Way
from tests.scorecard.received import Received
from tests.scorecard.route import KEYS, Setup, write_route, write_secret
from tests.support.gateway import RunningGateway, running_gateway

_ROUTE = "default/scorecard"
_NEW_KEYS = {"moonshot": "sk-moonshot-rotated-key", "zai": "fedcba9876543210fedcba9876543210.rotated"}


class World:
    """What a case's steps act on. ``codes`` counts the exchanges there must have been by their code."""

    def __init__(self, gateway: RunningGateway, stubs: Mapping[str, StubProvider], folder: Path) -> None:
        self.gateway = gateway
        self.stubs = stubs
        self.codes: Counter[str] = Counter()
        self.last: Received | None = None
        self._folder = folder
        self._client = httpx.AsyncClient(base_url=gateway.url, trust_env=False, timeout=60, verify=False)

    async def close(self) -> None:
        """Let the client go."""
        await self._client.aclose()

    async def ask(self, api: str, model: str, *, stream: bool) -> Received:
        """One request, and every byte of its answer as it came."""
        asked = {"model": model, "messages": [{"role": "user", "content": "who?"}], "stream": stream}
        begun = time.monotonic()
        body, whole = b"", True
        async with self._client.stream("POST", f"/v1/{api}", content=json.dumps(asked)) as response:
            try:
                async for piece in response.aiter_raw():
                    body += piece
            except httpx.TransportError:
                whole = False
        self.last = Received(api, response.status_code, dict(response.headers), body, whole, time.monotonic() - begun)
        return self.last

    def runtime(self, provider: str) -> ProviderRuntime:
        """The gateway's live side of a provider."""
        return self.gateway.gateway.live.serving.providers[_ROUTE, provider]

    def breaker(self, provider: str) -> str:
        """The state of a provider's breaker, as the metrics show it."""
        states = self.by_labels("sealane_breaker_state", "provider", "state")
        return next(state for (name, state), value in states.items() if name == provider and value)

    def by_labels(self, metric: str, *labels: str) -> dict[tuple[str, ...], float]:
        """The series of a metric that are not zero, summed over all labels but these."""
        found: Counter[tuple[str, ...]] = Counter()
        for family in self.gateway.gateway.registry.collect():
            for sample in family.samples:
                if sample.name == metric:
                    found[tuple(sample.labels[label] for label in labels)] += sample.value  # type: ignore[assignment]
        return {key: value for key, value in found.items() if value}

    def revoke(self, provider: str) -> None:
        """The provider takes only its next key from now on."""
        self.stubs[provider].terms.accepted_keys = frozenset({_NEW_KEYS[provider]})

    def rotate(self, provider: str) -> None:
        """The credential file gets the next key."""
        write_secret(self._folder, provider, "api-key", _NEW_KEYS[provider].encode())


@asynccontextmanager
async def world(setup: Setup, folder: Path) -> AsyncIterator[World]:
    """A world with the route of ``setup``; its files are below ``folder``."""
    async with AsyncExitStack() as stack:
        moonshot = await stack.enter_async_context(_stub("moonshot", "zai"))
        zai = await stack.enter_async_context(_stub("zai", "moonshot"))
        moonshot.terms.redirect_to = zai.base_url + "/chat/completions"
        way = Way(moonshot.base_url) if setup.door is None else await stack.enter_async_context(setup.door())
        routes = write_route(folder, setup, way, zai.base_url)
        flags = {"--secrets": str(folder / "secrets")}
        gateway = await stack.enter_async_context(running_gateway(routes, flags))
        made = World(gateway, {"moonshot": moonshot, "zai": zai}, folder)
        stack.push_async_callback(made.close)
        yield made


def _stub(name: PersonalityName, other: PersonalityName) -> StubProvider:
    return StubProvider(name, accepted_keys=frozenset({KEYS[name]}), foreign_keys=frozenset({KEYS[other]}))
