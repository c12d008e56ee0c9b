"""``sealane stub-provider``: one stub in the foreground until it is told to stop."""

import asyncio
import signal
import ssl

from sealane_cli.stub.faults import parse_faults
from sealane_cli.stub.personality import PersonalityName
from sealane_cli.stub.server import StubProvider


async def run_stub(
    personality: PersonalityName,
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    accepted_keys: frozenset[str] | None = None,
    foreign_keys: frozenset[str] = frozenset(),
    extra_models: frozenset[str] = frozenset(),
    tls: ssl.SSLContext | None = None,
    seed: int = 0,
    fault: str = "",
    chunks: int = 5,
    chunk_delay: float = 0.0,
) -> None:
    """Print one line with the base URL and serve until SIGINT, SIGTERM or cancellation.

    ``fault`` is the default fault as the header ``x-stub-fault`` writes it. Raises FaultError for one that
    does not exist and OSError when the address is taken.
    """
    stub = StubProvider(
        personality,
        host=host,
        port=port,
        accepted_keys=accepted_keys,
        foreign_keys=foreign_keys,
        extra_models=extra_models,
        tls=tls,
        seed=seed,
    )
    stub.terms.chunks, stub.terms.chunk_delay = chunks, chunk_delay
    stub.fault = parse_faults(fault.split(",")) or None
    async with stub:
        print(f"stub provider {personality}: {stub.base_url}", flush=True)
        await _told_to_stop()


async def _told_to_stop() -> None:
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    for one in signals:
        loop.add_signal_handler(one, told.set)
    try:
        await told.wait()
    finally:
        for one in signals:
            loop.remove_signal_handler(one)
