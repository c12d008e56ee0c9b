"""A whole gateway in the test's own process, on free ports, in front of real stub providers."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from sealane_router.app.gateway import Gateway
from sealane_router.peers.times import USUAL_TIMES, PeerTimes
from sealane_router.settings.reading import Settings

#: What tests want different from the defaults: free ports, nobody to tell of a drain, files noticed quickly.
FLAGS = {
    "--listen": "127.0.0.1:0",
    "--admin": "127.0.0.1:0",
    "--propagation-time": "0s",
    "--poll-interval": "50ms",
    "--exchange-log": "false",
}


class RunningGateway:
    """A started gateway; ``url`` and ``admin`` are its base addresses."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.host, self.port = gateway.addresses["traffic"].host, gateway.addresses["traffic"].port
        self.url = f"http://{gateway.addresses['traffic']}"
        self.admin = f"http://{gateway.addresses['admin']}"

    def metric(self, name: str, **labels: str) -> float:
        """The value of one series, 0.0 when it is not there."""
        return self.gateway.registry.get_sample_value(name, labels) or 0.0


@asynccontextmanager
async def running_gateway(
    routes: Path,
    flags: Mapping[str, str] | None = None,
    environ: Mapping[str, str] | None = None,
    *,
    peer_times: PeerTimes = USUAL_TIMES,
) -> AsyncIterator[RunningGateway]:
    """Serve ``routes`` as ``sealane up`` does, until the block ends."""
    settings = Settings.from_environment({}, {**FLAGS, "--routes": str(routes), **(flags or {})})
    gateway = Gateway(settings, environ or {}, laptop=True, peer_times=peer_times)
    await gateway.start()
    run = asyncio.ensure_future(gateway.run())
    try:
        yield RunningGateway(gateway)
    finally:
        gateway.begin_drain()
        gateway.begin_drain()
        await run
