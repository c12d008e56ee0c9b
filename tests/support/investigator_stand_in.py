"""An investigator as a router meets it: takes batches, or behaves as badly as the test says."""

import asyncio
import json
from collections import Counter, deque
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from aiohttp import web

TOKEN = "token-of-the-routers"

Batch = dict[str, Any]
Refuses = Callable[[Batch], bool]


class InvestigatorStandIn:
    """Listens on a free port; ``url`` is what a router is told.

    ``moods`` are how the next requests are met, one each, and ``mood`` all others: ``well``, ``hang``, ``slow``,
    ``reset``, ``garbage``, ``reset-after`` (kept and not answered), or a status, perhaps with a wait: ``503:1``.
    ``refuses`` says which batches are answered 400. ``events`` are those that were kept, by id, each once.
    """

    def __init__(self) -> None:
        self.mood = "well"
        self.moods: deque[str] = deque()
        self.refuses: Refuses = lambda _: False
        self.token = TOKEN
        self.events: dict[str, dict[str, Any]] = {}
        self.batches: list[Batch] = []
        self.bodies: list[bytes] = []
        self.met: Counter[str] = Counter()
        self.tokens: list[str] = []
        self.released = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.url = ""
        self._port = 0

    async def __aenter__(self) -> Self:
        await self.listen()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.die()

    async def listen(self) -> None:
        """Begin to listen, at the port of before if there was one."""
        application = web.Application(client_max_size=64 << 20)
        application.router.add_post("/v1/errors", self._take)
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{self._port}"

    async def die(self) -> None:
        """Stop listening and drop every connection."""
        self.released.set()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    @property
    def occurrences(self) -> int:
        """How many errors the events stand for."""
        return sum(event["count"] for event in self.events.values())

    async def _take(self, request: web.Request) -> web.StreamResponse:
        mood = self.moods.popleft() if self.moods else self.mood
        self.met[mood] += 1
        body = await request.read()
        self.bodies.append(body)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.tokens.append(token)
        if mood == "slow":
            await asyncio.sleep(0.05)
        elif mood == "hang":
            await self.released.wait()
        elif mood in ("reset", "garbage"):
            return self._break_off(request, mood)
        elif mood[0].isdigit():
            status, _, wait = mood.partition(":")
            return web.Response(status=int(status), headers={"Retry-After": wait} if wait else None)
        if token != self.token:
            return web.Response(status=401)
        batch = json.loads(body)
        if self.refuses(batch):
            return web.Response(status=400)
        self._keep(batch)
        return self._break_off(request, "reset") if mood == "reset-after" else web.Response(status=202)

    def _keep(self, batch: Batch) -> None:
        self.batches.append(batch)
        for event in batch["events"]:
            self.events[event["id"]] = event

    def _break_off(self, request: web.Request, how: str) -> web.Response:
        assert request.transport is not None
        if how == "garbage":
            request.transport.write(b"\x16\x03\x01 this is no HTTP at all\r\n\r\n")
            request.transport.close()
        else:
            request.transport.abort()
        return web.Response(status=500)
