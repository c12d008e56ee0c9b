"""``sealane`` as a process of its own, with everything it writes."""

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

SEALANE = [sys.executable, "-m", "sealane_cli.main"]
_SERVES = re.compile(r"sealane serves http://(\S+):(\d+) \(admin (\S+)\)")


@dataclass(slots=True)
class SealaneProcess:
    """A running ``sealane up``; ``admin`` is the base address of its admin port."""

    process: Process
    folder: Path
    host: str = ""
    port: int = 0
    admin: str = ""

    @property
    def out(self) -> str:
        """What it wrote to stdout so far."""
        return (self.folder / "stdout").read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        """What it wrote to stderr so far."""
        return (self.folder / "stderr").read_text(encoding="utf-8")

    async def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        return await self.process.wait()


@asynccontextmanager
async def sealane_up(
    folder: Path,
    arguments: Sequence[str],
    environ: Mapping[str, str] | None = None,
    *,
    command: Sequence[str] = SEALANE,
) -> AsyncIterator[SealaneProcess]:
    """``sealane up`` with ``arguments`` on free ports, from its announcement until the block ends.

    The environment is ``environ`` and the path, nothing of the test's own. Raises RuntimeError with its output when it
    ends without having served.
    """
    listen = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]
    if "--investigator" not in arguments:
        listen += ["--investigator", "off"]
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        process = await asyncio.create_subprocess_exec(
            *command, "up", *listen, *arguments, stdout=out, stderr=err, env=environment(environ)
        )
    running = SealaneProcess(process, folder)
    try:
        while (said := _SERVES.search(running.err)) is None:
            if process.returncode is not None:
                raise RuntimeError(f"exit {process.returncode}\n{running.err}{running.out}")
            await asyncio.sleep(0.01)
        running.host, running.port, running.admin = said[1], int(said[2]), said[3]
        yield running
    finally:
        await running.stop()


def environment(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """What a process of ours needs of the test's environment, and ``environ``."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    return {**kept, **(environ or {})}
