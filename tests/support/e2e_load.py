"""Constant load from a pod: requests at a fixed rate and streams without a pause, each failure told. It needs aiohttp.

    python e2e_load.py URL MODEL --rate 50 --streams 32 --seconds 300 --token FILE

It runs in a pod of the router's image, which has none of the tests, so it imports nothing of them. It ends after so
many seconds, or at SIGINT, finishes what it has begun and prints one line of JSON. Connections are kept, as clients
keep them; with ``--fresh`` each exchange has one of its own, so that every router in the Service gets its share.
"""

import argparse
import asyncio
import json
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

#: A request that takes longer has failed.
_PATIENCE_SECONDS = 60.0
#: Kinds of failure that are told; further ones are only counted.
_KINDS = 20


@dataclass(slots=True)
class Account:
    """What was asked and what became of it; latencies are in seconds."""

    requests: int = 0
    failed: int = 0
    streams: int = 0
    cut: int = 0
    slowest: float = 0.0
    kinds: Counter[str] = field(default_factory=Counter)

    def tell(self, kind: str) -> None:
        """Remember one kind of failure."""
        if kind in self.kinds or len(self.kinds) < _KINDS:
            self.kinds[kind] += 1


@dataclass(frozen=True, slots=True)
class Caller:
    """An application: it knows the Service's URL, a model, and the file of its token, which is renewed."""

    client: aiohttp.ClientSession
    url: str
    model: str
    token: Path
    account: Account

    def _asked(self, *, stream: bool) -> dict[str, object]:
        messages = [{"role": "user", "content": "hello"}]
        headers = {"authorization": f"Bearer {self.token.read_text(encoding='utf-8').strip()}"}
        return {"json": {"model": self.model, "messages": messages, "stream": stream}, "headers": headers}

    async def request(self) -> None:
        """One request; anything but a whole answer with status 200 is a failure."""
        begun = time.monotonic()
        self.account.requests += 1
        try:
            async with self.client.post(self.url, **self._asked(stream=False)) as answer:  # type: ignore[arg-type]
                body = await answer.read()
                if answer.status != 200 or b"choices" not in body:
                    self.account.failed += 1
                    self.account.tell(_refusal(answer, body))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self.account.failed += 1
            self.account.tell(f"request: {type(error).__name__}: {error}")
        self.account.slowest = max(self.account.slowest, time.monotonic() - begun)

    async def stream(self) -> None:
        """One stream; it is cut when it does not begin, or ends without the provider's last word."""
        self.account.streams += 1
        try:
            async with self.client.post(self.url, **self._asked(stream=True)) as answer:  # type: ignore[arg-type]
                body = await answer.read()
                if answer.status != 200 or not body.rstrip().endswith(b"data: [DONE]") or b'"error"' in body:
                    self.account.cut += 1
                    self.account.tell(f"stream: {answer.status} {body[-200:]!r}")
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self.account.cut += 1
            self.account.tell(f"stream: {type(error).__name__}: {error}")


def _refusal(answer: aiohttp.ClientResponse, body: bytes) -> str:
    """An answer that is none, in a word: its status, its code, and whether it says when to come again."""
    later = " retry-after" if "retry-after" in answer.headers else ""
    try:
        return f"{answer.status} {json.loads(body)['error']['code']}{later}"
    except (ValueError, TypeError, KeyError):
        return f"{answer.status} {body[:200]!r}{later}"


async def _steadily(caller: Caller, rate: float, ended: asyncio.Event) -> None:
    """Begin a request every ``1 / rate`` seconds, however long the others take."""
    running: set[asyncio.Task[None]] = set()
    begun = time.monotonic()
    count = 0
    while not ended.is_set():
        count += 1
        task = asyncio.create_task(caller.request())  # noqa: TID251 - the router's own helper is not here
        running.add(task)
        task.add_done_callback(running.discard)
        await asyncio.sleep(max(0.0, begun + count / rate - time.monotonic()))
    await asyncio.gather(*running)


async def _again_and_again(caller: Caller, ended: asyncio.Event) -> None:
    while not ended.is_set():
        await caller.stream()


async def load(options: argparse.Namespace) -> Account:
    """Ask until the time is up or SIGINT."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, ended.set)
    loop.call_later(options.seconds, ended.set)
    account = Account()
    connector = aiohttp.TCPConnector(limit=0, force_close=options.fresh)
    patience = aiohttp.ClientTimeout(total=_PATIENCE_SECONDS)
    async with aiohttp.ClientSession(connector=connector, timeout=patience) as client:
        caller = Caller(client, options.url, options.model, options.token, account)
        sys.stdout.write("loading\n")
        sys.stdout.flush()
        streams = [_again_and_again(caller, ended) for _ in range(options.streams)]
        await asyncio.gather(_steadily(caller, options.rate, ended), *streams)
    return account


def main() -> None:
    """Run it and say what became of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("model")
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--streams", type=int, default=32)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--fresh", action="store_true")
    parser.add_argument("--token", type=Path, required=True)
    account = asyncio.run(load(parser.parse_args()))
    said = {name: getattr(account, name) for name in ("requests", "failed", "streams", "cut", "slowest")}
    sys.stdout.write(json.dumps({**said, "kinds": account.kinds}) + "\n")


if __name__ == "__main__":
    main()
