"""``sealane-investigator serve`` as a process of its own, to be killed and started again."""

import asyncio
import hashlib
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.cluster import free_ports
from tests.support.sealane_process import environment

#: The token that may do everything.
TOKEN = "integration-token"


class InvestigatorProcess:
    """One replica: its address stays the same however often it is started."""

    def __init__(self, folder: Path, name: str, database: str, environ: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.name = name
        self.log = folder / f"{name}.log"
        self._environ = {
            "SEALANE_INVESTIGATOR_TOKENS": str(_tokens(folder)),
            "SEALANE_DATABASE": database,
            "SEALANE_SPOOL": str(folder / "spool"),
            "SEALANE_IDENTITY": name,
            **(environ or {}),
        }
        (self.port,) = free_ports(1)
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: Process | None = None
        self._session: aiohttp.ClientSession | None = None

    async def start(self, *, ready: bool = True) -> None:
        """Start it; with ``ready`` the database is there too."""
        listen = ["--investigator-listen", f"127.0.0.1:{self.port}"]
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "sealane_investigator", "serve", *listen),
                stdout=log,
                stderr=log,
                env=environment(self._environ),
            )
        while not await self._answers("/readyz?verbose" if ready else "/livez", "[+]database ok\n" if ready else "ok"):
            if self._process.returncode is not None:
                raise RuntimeError(self.log.read_text(encoding="utf-8"))
            await asyncio.sleep(0.05)

    async def run(self) -> tuple[int, str]:
        """Run it until it ends by itself; returns the exit code and what it said."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sealane_investigator", "serve"),
            *("--investigator-listen", f"127.0.0.1:{self.port}"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=environment(self._environ),
        )
        said, _ = await process.communicate()
        return await process.wait(), said.decode()

    def kill(self) -> None:
        """End it as a machine does that loses power."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)

    async def killed(self) -> None:
        """Kill it and wait until it is gone."""
        self.kill()
        await self._gone()

    async def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
        code = await self._gone()
        if self._session is not None:
            await self._session.close()
            self._session = None
        return code

    async def ask(self, method: str, path: str, **more: Any) -> tuple[int, Any]:
        """Send one request; returns the status and the JSON. Raises aiohttp.ClientError."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with self.session.request(method, self.url + path, headers=headers, **more) as response:
            is_json = response.content_type == "application/json"
            return response.status, await response.json() if is_json else await response.text()

    async def incidents(self, query: str = "") -> Sequence[Mapping[str, Any]]:
        """Every incident, at most 200."""
        status, page = await self.ask("GET", f"/v1/incidents?limit=200{query}")
        assert status == 200
        found: Sequence[Mapping[str, Any]] = page["incidents"]
        return found

    async def count(self) -> int:
        """All events that were counted."""
        return sum(incident["count"] for incident in await self.incidents())

    async def counted(self, events: int) -> None:
        """Return once so many events are counted."""
        while await self.count() < events:  # noqa: ASYNC110 - the process tells nobody
            await asyncio.sleep(0.05)

    async def investigated(self, incidents: int) -> Sequence[Mapping[str, Any]]:
        """Return the incidents once there are so many and each has its recommendation."""
        while True:
            found = await self.incidents()
            if len(found) >= incidents and all(each["recommendation"] is not None for each in found):
                return found
            await asyncio.sleep(0.05)

    @property
    def session(self) -> aiohttp.ClientSession:
        """A session of the test's."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=100, force_close=True)
            self._session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=20))
        return self._session

    async def _answers(self, path: str, text: str) -> bool:
        try:
            status, said = await self.ask("GET", path)
        except (aiohttp.ClientError, TimeoutError):
            return False
        return status == 200 and text in said

    async def _gone(self) -> int:
        assert self._process is not None
        return await self._process.wait()


async def report(replicas: Sequence[InvestigatorProcess], batch: Mapping[str, Any], *, path: str = "/v1/errors") -> int:
    """Send a batch as a router does: again and again, to whichever replica, until it is accepted; returns how often."""
    attempts = 0
    while True:
        replica = replicas[attempts % len(replicas)]
        attempts += 1
        try:
            status, _ = await replica.ask("POST", path, json=batch)
        except (aiohttp.ClientError, TimeoutError, OSError):
            status = 0
        if status == 202:
            return attempts
        assert status in {0, 503}, status
        await asyncio.sleep(0.05)


def _tokens(folder: Path) -> Path:
    file = folder / "tokens.yaml"
    digest = hashlib.sha256(TOKEN.encode()).hexdigest()
    file.write_text(
        f"tokens:\n- {{name: test, sha256: {digest}, rights: [report, alert, read, act]}}\n", encoding="utf-8"
    )
    file.chmod(0o600)
    return file
