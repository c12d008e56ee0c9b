"""How fast errors are accepted: an open loop of reports against one investigator that is pinned to one core.

``make bench-intake`` starts the investigator as a process with a spool and SQLite, sends ``--rate`` events a second in
batches of ``--batch`` for ``--seconds``, and prints how long each report took from the moment at which it was due: a
report that waits for its turn counts its wait. It then waits until every event is in the database and says how long
that took. Run it on a quiet machine with at least two cores: the load needs one of its own.
"""

import argparse
import asyncio
import hashlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import aiohttp

_MESSAGES = (
    "Invalid Authentication",
    "Your account org-{n} <ak-{n}> request reached organization max RPM: {n}, please try again after 1 seconds",
    "The engine is currently overloaded, please try again later",
    "Error code: 400 - {{'error': {{'message': 'max_tokens {n} is too large', 'type': 'invalid_request_error'}}}}",
    "Connection reset by peer ({n})",
)


def _event(number: int) -> dict[str, object]:
    kind = number % len(_MESSAGES)
    return {
        "id": f"bench-{number}",
        "reporter": "bench",
        "epoch": "1",
        "sequence": number,
        "occurred_at": time.time(),
        "route": f"default/route-{number % 7}",
        "revision": 1,
        "provider": "moonshot",
        "dialect": "moonshot",
        "base_url_host": "api.moonshot.ai",
        "model": f"kimi-k2.{number % 5}",
        "tenant": f"tenant-{number % 30}",
        "status": (401, 429, 503, 400, 502)[kind],
        "message": _MESSAGES[kind].format(n=number % 50),
        "attempt": 1,
        "request_id": f"req-{number}",
    }


def _body(first: int, count: int) -> bytes:
    events = [_event(number) for number in range(first, first + count)]
    return json.dumps({"reporter": "bench", "epoch": "1", "events": events}).encode()


class _Connection(asyncio.Protocol):
    """A keep-alive connection with one report at a time; a library would need more of a core than what it measures."""

    def __init__(self, idle: "asyncio.Queue[_Connection]") -> None:
        self._idle = idle
        self._transport: asyncio.Transport | None = None
        self._told: Callable[[bool], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._idle.put_nowait(self)

    def data_received(self, data: bytes) -> None:
        # An answer is so short that it comes in one piece.
        if self._told is not None:
            told, self._told = self._told, None
            told(data.startswith(b"HTTP/1.1 202"))
            self._idle.put_nowait(self)

    def send(self, body: bytes, told: Callable[[bool], None]) -> None:
        assert self._transport is not None
        self._told = told
        self._transport.write(_HEAD + b"content-length: %d\r\n\r\n" % len(body) + body)


_HEAD = b"POST /v1/errors HTTP/1.1\r\nhost: b\r\nauthorization: Bearer bench\r\ncontent-type: application/json\r\n"
_CONNECTIONS = 64


async def _load(port: int, options: argparse.Namespace) -> tuple[list[float], int]:
    interval = options.batch / options.rate
    total = int(options.rate * options.seconds) // options.batch
    took: list[float] = []
    refused = 0
    loop = asyncio.get_running_loop()
    idle: asyncio.Queue[_Connection] = asyncio.Queue()
    for _ in range(_CONNECTIONS):
        await loop.create_connection(lambda: _Connection(idle), "127.0.0.1", port)
    bodies = [_body(1 + index * options.batch, options.batch) for index in range(total)]

    def told(due: float, accepted: bool) -> None:
        nonlocal refused
        refused += not accepted
        took.append(loop.time() - due)

    begin = loop.time()
    for index, body in enumerate(bodies):
        due = begin + index * interval
        if due > loop.time():
            await asyncio.sleep(due - loop.time())
        (await idle.get()).send(body, partial(told, due))
    for _ in range(_CONNECTIONS):
        await idle.get()
    return took, refused


async def _counted(url: str, events: int) -> float:
    """Seconds until the database has every event."""
    begin = time.monotonic()
    async with aiohttp.ClientSession() as session:
        while time.monotonic() - begin < 300:
            async with session.get(f"{url}/metrics") as response:
                text = await response.text()
            line = next(line for line in text.splitlines() if 'events_total{result="counted"}' in line)
            if float(line.split()[1]) >= events:
                break
            await asyncio.sleep(0.2)
    return time.monotonic() - begin


async def _measure(options: argparse.Namespace) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        digest = hashlib.sha256(b"bench").hexdigest()
        (place / "tokens.yaml").write_text(f"tokens:\n- {{name: bench, sha256: {digest}, rights: [report]}}\n")
        environ = {
            **os.environ,
            "SEALANE_INVESTIGATOR_TOKENS": str(place / "tokens.yaml"),
            "SEALANE_INVESTIGATOR_LISTEN": f"127.0.0.1:{options.port}",
            "SEALANE_DATABASE": options.database or f"sqlite:///{place / 'bench.db'}",
            "SEALANE_SPOOL": str(place / "spool"),
        }
        if options.core >= 0:
            os.sched_setaffinity(0, os.sched_getaffinity(0) - {options.core})
        pin = ["taskset", "--cpu-list", str(options.core)] if options.core >= 0 else []
        command = [*pin, sys.executable, *options.command.split()]
        process = await asyncio.create_subprocess_exec(*command, env=environ, stderr=asyncio.subprocess.DEVNULL)
        try:
            url = f"http://127.0.0.1:{options.port}"
            await _until_ready(url)
            before = _processor_seconds(process.pid)
            took, refused = await _load(options.port, options)
            behind = await _counted(url, len(took) * options.batch)
            used = _processor_seconds(process.pid) - before
        finally:
            process.terminate()
            await process.wait()
    _tell(options, took, refused, behind, used)


async def _until_ready(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        for _ in range(200):
            try:
                async with session.get(f"{url}/readyz") as response:
                    if response.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
    raise SystemExit("the investigator did not become ready")


def _processor_seconds(pid: int) -> float:
    """What a process used since it began; on a busy machine this says more than any latency."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _tell(options: argparse.Namespace, took: list[float], refused: int, behind: float, used: float) -> None:
    took.sort()
    quantiles = statistics.quantiles(took, n=1000)
    print(f"{options.rate} events/s in reports of {options.batch} for {options.seconds} s, one core")
    print(f"reports {len(took)}, refused {refused}")
    for name, value in (("p50", quantiles[499]), ("p95", quantiles[949]), ("p99", quantiles[989]), ("max", took[-1])):
        print(f"{name} {value * 1000:.1f} ms")
    print(f"the database had everything {behind:.1f} s after the last report")
    print(f"{used / (len(took) * options.batch) * 1e6:.0f} µs of the core for each event, counting included")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rate", type=int, default=2_000)
    parser.add_argument("--batch", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--port", type=int, default=18_081)
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--database", default="")
    parser.add_argument("--command", default="-m sealane_investigator serve", help=argparse.SUPPRESS)
    asyncio.run(_measure(parser.parse_args()))


if __name__ == "__main__":
    main()
