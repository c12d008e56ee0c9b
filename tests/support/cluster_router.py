"""A router that follows a cluster as people run it: a process of its own, with everything it writes."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from sealane_api.report import CandidateLease, Poll
from tests.support.raw_client import RawAnswer, raw_client
from tests.support.sealane_process import environment
from tests.support.this_machine import this_machine
from tests.support.waiting import until

CHAT = "/v1/chat/completions"


@dataclass(slots=True)
class ClusterRouter:
    """A running router; ``folder`` holds what it wrote, ``port`` is traffic."""

    process: Process
    folder: Path
    port: int = 0
    admin_port: int = 0

    @property
    def out(self) -> str:
        """What it wrote to stdout so far: a line for each exchange."""
        return (self.folder / "stdout").read_text(encoding="utf-8")

    @property
    def err(self) -> str:
        """What it wrote to stderr so far: its log."""
        return (self.folder / "stderr").read_text(encoding="utf-8")

    def events(self, name: str) -> list[Mapping[str, Any]]:
        """The log lines of one event."""
        lines = [json.loads(line) for line in self.err.splitlines() if line.endswith("}")]
        return [line for line in lines if line.get("event") == name]

    async def ask(self, model: str = "kimi-k3") -> RawAnswer:
        """One exchange."""
        async with raw_client("127.0.0.1", self.port) as client:
            return await client.post(CHAT, json.dumps({"model": model, "messages": []}).encode())

    async def get(self, path: str) -> RawAnswer:
        """One question at the admin port."""
        async with raw_client("127.0.0.1", self.admin_port) as client:
            return await client.get(path)

    async def poll(self, *leases: CandidateLease, full: bool = True) -> Any:
        """What it answers to the operator's poll."""
        body = msgspec.json.encode(Poll("operator-0", leases, full=full))
        async with raw_client("127.0.0.1", self.admin_port) as client:
            return (await client.post("/-/report", body)).json

    async def ready(self) -> bool:
        """Whether its Service would send it requests."""
        return (await self.get("/readyz")).status == 200

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """End it; returns the exit code."""
        if self.process.returncode is None:
            self.process.send_signal(number)
        return await self.process.wait()


@asynccontextmanager
async def cluster_router(
    folder: Path, kubeconfig: Path, settings: Mapping[str, str] | None = None
) -> AsyncIterator[ClusterRouter]:
    """``sealane-router`` with this kubeconfig on free ports, until the block ends; it may reach this machine's stubs.

    What it writes goes into ``folder``.

    Raises RuntimeError with its output when it ends without having served.
    """
    environ = environment(
        {
            "SEALANE_CLUSTER": "true",
            "SEALANE_KUBECONFIG": str(kubeconfig),
            "SEALANE_LISTEN": "127.0.0.1:0",
            "SEALANE_ADMIN": "127.0.0.1:0",
            "SEALANE_PROPAGATION_TIME": "0s",
            "SEALANE_ALLOWED_NETWORKS": this_machine().allowed,
            "SEALANE_LOG_LEVEL": "info",
            **(settings or {}),
        }
    )
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sealane_router", stdout=out, stderr=err, env=environ
        )
    running = ClusterRouter(process, folder)
    try:
        await until(lambda: process.returncode is not None or running.events("started"))
        if process.returncode is not None:
            raise RuntimeError(f"exit {process.returncode}\n{running.err}{running.out}")
        (started,) = running.events("started")
        running.port = int(started["address"].rpartition(":")[2])
        running.admin_port = int(started["admin"].rpartition(":")[2])
        yield running
    finally:
        await running.stop()
