"""``sealane stub-provider``: what its arguments mean."""

import asyncio
import sys

from .stub.command import run_stub
from .stub.faults import FaultError
from .stub.personality import PERSONALITIES


def run_stub_command(personality: str, host: str, port: int, *, fault: str, chunks: int, chunk_delay: float) -> int:
    """Run one stub until it is told to stop; returns the exit code."""
    known = PERSONALITIES.get(personality)
    if known is None:
        print(f"there is no stub {personality!r}; write one of {', '.join(PERSONALITIES)}", file=sys.stderr)
        return 2
    try:
        asyncio.run(run_stub(known.name, host, port, fault=fault, chunks=chunks, chunk_delay=chunk_delay))
    except (FaultError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0
