"""``sealane up`` as people start it: a process of its own, with signals, an exit code and a memory of its own."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.raw_client import RawAnswer, raw_client

_ADDRESSES = re.compile(r"serves http://([0-9.]+):([0-9]+) \(admin http://[0-9.]+:([0-9]+)\)")


class RouterProcess:
    """A started process; ``host``, ``port`` and ``admin_port`` are where it listens."""

    def __init__(self, process: asyncio.subprocess.Process, host: str, port: int, admin_port: int) -> None:
        self._process = process
        self.host = host
        self.port = port
        self.admin_port = admin_port

    def terminate(self) -> None:
        """Send SIGTERM."""
        self._process.send_signal(signal.SIGTERM)

    async def exit_code(self) -> int:
        """Wait for its end."""
        return await self._process.wait()

    async def readiness(self) -> int:
        """The status of ``/readyz``."""
        return (await self.admin("GET", "/readyz")).status

    async def admin(self, method: str, path: str) -> RawAnswer:
        """One request at the admin port."""
        async with raw_client(self.host, self.admin_port) as client:
            return await (client.get(path) if method == "GET" else client.post(path, b""))

    @property
    def resident(self) -> int:
        """The most memory it has had resident so far, in bytes (Linux)."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        found = re.search(r"VmHWM:\s+([0-9]+) kB", status)
        assert found is not None
        return int(found[1]) * 1024


@asynccontextmanager
async def router_process(
    routes: Path, environ: Mapping[str, str], flags: Mapping[str, str] | None = None
) -> AsyncIterator[RouterProcess]:
    """Run ``sealane up`` on free ports until the block ends; what it logs goes nowhere."""
    options = {"--listen": "127.0.0.1:0", "--admin": "127.0.0.1:0", **(flags or {})}
    arguments = [
        "-m",
        "sealane_cli.main",
        "up",
        "-f",
        str(routes),
        *(part for pair in options.items() for part in pair),
    ]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *arguments,
        env={**os.environ, **environ},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        found = await _addresses(process)
        yield RouterProcess(process, found[1], int(found[2]), int(found[3]))
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _addresses(process: asyncio.subprocess.Process) -> re.Match[str]:
    assert process.stderr is not None
    said = ""
    while line := await process.stderr.readline():
        said += line.decode()
        found = _ADDRESSES.search(said)
        if found is not None:
            return found
    raise AssertionError(f"the process ended: {said}")
