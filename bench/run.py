"""``make bench``: what an exchange costs, beside peers, in one run on this machine.

The gateway under test has one core to itself; load and provider share another. CPU per request is what is compared,
because it does not depend on the other core. Ratios are the result, absolute figures belong to the machine.
"""

import argparse
import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.load import Result, load, post

HERE = Path(__file__).parent
TICKS = os.sysconf("SC_CLK_TCK")

ROUTES = """\
apiVersion: sealane.dev/v1alpha1
kind: ProviderRoute
metadata: {{name: bench}}
spec:
  providers:
  - {{name: bench, baseURL: "http://127.0.0.1:{port}/v1", allowInsecure: true, maxConcurrency: 5000}}
  rules:
  - {{name: kimi, models: [{{prefix: kimi-}}], targets: [{{provider: bench}}]}}
"""

LITELLM = """\
model_list:
- model_name: kimi-k3
  litellm_params: {{model: openai/kimi-k3, api_base: "http://127.0.0.1:{port}/v1", api_key: none}}
general_settings: {{dangerously_permit_weak_or_unset_master_key: true}}
"""

NGINX = """\
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_max_body_size 32m; client_body_buffer_size 256k; client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  keepalive_requests 100000000;
  upstream provider {{ server 127.0.0.1:{port}; keepalive 1000; keepalive_requests 100000000; }}
  server {{ listen 127.0.0.1:{listen}; location / {{
    proxy_pass http://provider; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }} }}
}}
"""


@dataclass(frozen=True, slots=True)
class Peer:
    """A gateway: ``command`` makes its arguments from (port, provider's port, folder)."""

    name: str
    command: Callable[[int, int, Path], Sequence[str]]
    key: str = "none"


def _sealane(key: bool) -> Callable[[int, int, Path], Sequence[str]]:
    def command(port: int, provider: int, folder: Path) -> Sequence[str]:
        routes = folder / "routes.yaml"
        routes.write_text(ROUTES.format(port=provider), encoding="utf-8")
        binary = str(Path(sys.executable).with_name("sealane"))
        arguments = [binary, "up", "-f", str(routes), "--listen", f"127.0.0.1:{port}", "--admin", "127.0.0.1:0"]
        return [*arguments, "--keys", str(folder / "keys.yaml")] if key else arguments

    return command


def _litellm(port: int, provider: int, folder: Path) -> Sequence[str]:
    config = folder / "litellm.yaml"
    config.write_text(LITELLM.format(port=provider), encoding="utf-8")
    return ["litellm", "--config", str(config), "--port", str(port), "--host", "127.0.0.1"]


def _nginx(port: int, provider: int, folder: Path) -> Sequence[str]:
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(port=provider, listen=port, folder=folder), encoding="utf-8")
    return ["nginx", "-c", str(config), "-p", str(folder)]


def _peers(folder: Path) -> Iterator[Peer]:
    from sealane_cli.keys import new_key

    key, _ = new_key("bench", "bench", file=folder / "keys.yaml")
    yield Peer("sealane (keys, metrics, log)", _sealane(key=True), key)
    yield Peer("sealane (anonymous)", _sealane(key=False))
    peer = str(HERE / "aiohttp_peer.py")
    yield Peer("aiohttp on both ends", lambda port, provider, _: [sys.executable, peer, str(port), str(provider)])
    if shutil.which("nginx"):
        yield Peer("nginx (no look at the model)", _nginx)
    if shutil.which("litellm"):
        yield Peer("LiteLLM", _litellm)


@contextmanager
def _running(arguments: Sequence[str], port: int, core: int) -> Iterator[int]:
    """Start a process on one core, wait until its port answers, and end it."""
    process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(process.pid, {core})
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"{arguments[0]} did not start") from None
                time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def _cpu_seconds(pid: int) -> float:
    """CPU of a process and its direct children (nginx works in one)."""
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    total = 0
    for each in (pid, *map(int, children.stdout.split())):
        fields = Path(f"/proc/{each}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _body(size: int, stream: bool) -> bytes:
    text = b"x" * (size - 110)
    tail = b'"}],"model":"kimi-k3","temperature":1,"stream":' + (b"true" if stream else b"false") + b"}"
    return b'{"messages":[{"role":"user","content":"' + text + tail


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of load."""

    name: str
    body: int
    stream: bool
    connections: int


SHAPES = (
    Shape("1 KB", 1024, False, 32),
    Shape("64 KB", 65536, False, 32),
    Shape("streams of 50 events at 20 ms", 1024, True, 200),
)


def _measure(peer: Peer, shape: Shape, seconds: float, provider: int, folder: Path) -> tuple[float, Result]:
    """CPU in microseconds per request (per event for streams), and what the client saw."""
    port = _free_port()
    with _running(peer.command(port, provider, folder), port, 0) as pid:
        request = post(_body(shape.body, shape.stream), peer.key)
        asyncio.run(load(port, request, connections=shape.connections, seconds=0.5))
        before = _cpu_seconds(pid)
        result = asyncio.run(load(port, request, connections=shape.connections, seconds=seconds))
        used = _cpu_seconds(pid) - before
    return used / max(result.events if shape.stream else result.requests, 1) * 1e6, result


def main() -> None:
    """Measure every peer under every shape, and print ratios to the first."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="length of each run (at most 60)")
    seconds = min(parser.parse_args().seconds, 60.0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        provider = _free_port()
        upstream = [sys.executable, str(HERE / "upstream.py"), str(provider)]
        last_core = (os.cpu_count() or 1) - 1
        if hasattr(os, "sched_setaffinity"):
            os.sched_setaffinity(0, {last_core})
        with _running(upstream, provider, last_core):
            peers = list(_peers(folder))
            for shape in SHAPES:
                unit = "event" if shape.stream else "request"
                print(f"\n{shape.name}, {shape.connections} connections")
                print(
                    f"{'gateway':32} {'CPU us/' + unit:>14} {'ratio':>6} {'per s':>8} {'p50 ms':>7} {'p99':>7} errors"
                )
                first = 0.0
                for peer in peers:
                    cost, result = _measure(peer, shape, seconds, provider, folder)
                    first = first or cost
                    rate = (result.events if shape.stream else result.requests) / seconds
                    print(
                        f"{peer.name:32} {cost:14.1f} {cost / first:6.2f} {rate:8.0f} {result.quantile(0.5):7.2f}"
                        f" {result.quantile(0.99):7.2f} {result.errors}"
                    )


if __name__ == "__main__":
    main()
