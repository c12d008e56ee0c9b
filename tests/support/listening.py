"""A traffic port without a gateway around it: the listener, its stacks, and what a test hands connections to."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from prometheus_client import CollectorRegistry

from sealane_router.layers.reporting import reporting
from sealane_router.policy.authentication import Authenticator, Caller
from sealane_router.policy.key_file import UNLIMITED
from sealane_router.policy.limits import RequestLimits
from sealane_router.routing.counters import ArmCounters
from sealane_router.server.listener import ClientConnection
from sealane_router.server.traffic import Takeover, Traffic
from sealane_router.settings.groups import ListenerSettings
from sealane_router.stack import StackMeans, Stacks
from sealane_telemetry.metrics import RouterMetrics
from tests.support.exchanges import facts_of, provider_of, serving_of, table_of

#: Nobody listens there: a request that gets as far as its provider fails at once.
NOBODY = "http://127.0.0.1:1/v1"


@dataclass(frozen=True, slots=True)
class Listening:
    """A traffic port; ``rejected`` are the codes of what never became an exchange."""

    traffic: Traffic
    host: str
    port: int
    rejected: list[str]
    registry: CollectorRegistry


def stacks_of(authenticator: Authenticator, registry: CollectorRegistry) -> Stacks:
    """The stacks of a router whose only provider is not there."""
    serving = serving_of(table_of(provider_of(NOBODY)))
    unlimited = RequestLimits(UNLIMITED, 0.0)

    async def no_models() -> tuple[()]:
        return ()

    def tenant_limits(_: Caller) -> RequestLimits:
        return unlimited

    return Stacks(
        StackMeans(
            report=reporting(RouterMetrics(registry), None, ArmCounters(), facts_of()),
            serving=lambda: serving,
            authenticator=lambda: authenticator,
            tenant_limits=tenant_limits,
            limited=lambda exchange, refusal: None,
            hold_limit=1 << 20,
            models=no_models,
        )
    )


@asynccontextmanager
async def listening(
    *,
    settings: ListenerSettings | None = None,
    authenticator: Authenticator | None = None,
    takeovers: Mapping[bytes, Takeover] | None = None,
) -> AsyncIterator[Listening]:
    """Serve until the block ends."""
    rejected: list[str] = []
    registry = CollectorRegistry()
    stacks = stacks_of(authenticator or Authenticator.accepting_anybody(), registry)
    traffic = Traffic(settings or ListenerSettings(), stacks, rejected=rejected.append, takeovers=takeovers)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: ClientConnection(traffic, loop), "127.0.0.1", 0)
    try:
        host, port = server.sockets[0].getsockname()[:2]
        yield Listening(traffic, host, port, rejected, registry)
    finally:
        server.close()
        traffic.end_all()
        await traffic.wait_until_idle(1.0)
