"""The operator as people run it: a process of its own, with a port, signals, a log and an exit code."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.support.raw_client import RawAnswer, raw_client
from tests.support.sealane_process import environment
from tests.support.waiting import until


@dataclass(slots=True)
class OperatorProcess:
    """A running operator; ``log`` is what it wrote."""

    process: Process
    log: Path
    port: int = 0

    def events(self, name: str) -> list[Mapping[str, Any]]:
        """The log lines of one event."""
        lines = [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines() if line.endswith("}")]
        return [line for line in lines if line.get("event") == name]

    async def leads(self) -> None:
        """Return once it does."""
        await until(lambda: self.events("leading") or self.process.returncode is not None)

    async def get(self, path: str) -> RawAnswer:
        """One question at its port."""
        async with raw_client("127.0.0.1", self.port) as client:
            return await client.get(path)

    async def metric(self, name: str, labels: str = "") -> float:
        """One sample of ``/metrics``; ``labels`` as they are written there, -1 when it is not there."""
        text = (await self.get("/metrics")).body.decode()
        found = [line for line in text.splitlines() if line.startswith(f"{name}{labels} ")]
        return float(found[0].rpartition(" ")[2]) if found else -1.0

    def send(self, number: signal.Signals) -> None:
        """A signal."""
        self.process.send_signal(number)

    async def exit_code(self) -> int:
        """Wait for its end."""
        return await self.process.wait()


#: The operator as it is, and one that gives up what it is refused after five seconds instead of a minute.
OPERATOR = ("-m", "sealane_operator")
IMPATIENT_OPERATOR = (
    "-c",
    """
from sealane_operator.__main__ import main
from sealane_operator.handlers import watching
watching.RETRY_PAUSES = (1.0,) * 5
raise SystemExit(main())
""",
)


@asynccontextmanager
async def operator_process(
    folder: Path,
    kubeconfig: Path,
    namespace: str,
    settings: Mapping[str, str] | None = None,
    program: Sequence[str] = OPERATOR,
) -> AsyncIterator[OperatorProcess]:
    """``sealane-operator`` for one namespace, which is its own as well, until the block ends.

    Raises RuntimeError with its log when it ends without having started.
    """
    environ = environment(
        {
            "SEALANE_NAMESPACE": namespace,
            "SEALANE_NAMESPACES": namespace,
            "SEALANE_KUBECONFIG": str(kubeconfig),
            "SEALANE_OPERATOR_LISTEN": "127.0.0.1:0",
            **(settings or {}),
        }
    )
    log = folder / f"operator-{uuid4().hex[:8]}.log"
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(sys.executable, *program, stdout=out, stderr=out, env=environ)
    running = OperatorProcess(process, log)
    try:
        await until(lambda: process.returncode is not None or running.events("started"))
        if process.returncode is not None:
            raise RuntimeError(f"exit {process.returncode}\n{log.read_text(encoding='utf-8')}")
        running.port = int(running.events("started")[0]["listen"].rpartition(":")[2])
        yield running
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
        await process.wait()
