"""The HTTP face of an investigator in front of a store, on a socket of its own, and clients with tokens."""

import hashlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web
from prometheus_client import CollectorRegistry

from sealane_investigator.server.access.admission import Admission
from sealane_investigator.server.access.token_file import Right, Token
from sealane_investigator.server.application import application, serving
from sealane_investigator.server.endpoints import Endpoint
from sealane_telemetry.investigator_metrics import InvestigatorMetrics

#: A token for each right, called after it; ``all`` has every one, ``own`` reports Sealane's own trouble.
TOKENS = (
    *(Token(right.value, hashlib.sha256(right.value.encode()).digest(), frozenset({right})) for right in Right),
    Token("all", hashlib.sha256(b"all").digest(), frozenset(Right)),
    Token("own", hashlib.sha256(b"own").digest(), frozenset({Right.REPORT, Right.ALERT}), own=True),
    Token("old", hashlib.sha256(b"old").digest(), frozenset(Right), expires=1.0),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, the JSON (or text) and the headers."""

    status: int
    body: Any
    headers: "dict[str, str]"

    @property
    def code(self) -> str:
        """The code of an error."""
        return str(self.body["error"]["code"])

    @property
    def param(self) -> str | None:
        """The place of an error."""
        found: str | None = self.body["error"]["param"]
        return found


class Client:
    """Asks one investigator; ``token`` is that of every request unless a request says otherwise."""

    def __init__(self, session: aiohttp.ClientSession, base: str, metrics: InvestigatorMetrics) -> None:
        self.session = session
        self.base = base
        self.metrics = metrics

    async def ask(self, method: str, path: str, *, token: str | None = "all", **more: Any) -> Answer:
        """Send one request."""
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        async with self.session.request(method, self.base + path, headers=headers, **more) as response:
            is_json = response.content_type == "application/json"
            body = await response.json() if is_json else await response.text()
            return Answer(response.status, body, dict(response.headers))

    async def get(self, path: str, **more: Any) -> Answer:
        """Read."""
        return await self.ask("GET", path, **more)

    async def post(self, path: str, body: object, **more: Any) -> Answer:
        """Send JSON."""
        return await self.ask("POST", path, json=body, **more)


@asynccontextmanager
async def served(
    endpoints: Sequence[Endpoint],
    *,
    metrics: InvestigatorMetrics | None = None,
    admission: Admission | None = None,
    prepared: Callable[[], bool] = lambda: True,
) -> AsyncIterator[Client]:
    """Serve ``endpoints`` until the block ends."""
    metrics = metrics or InvestigatorMetrics(CollectorRegistry())
    app = application(endpoints, admission or Admission(TOKENS, now=lambda: 2.0), metrics, prepared=prepared)
    runner = serving(app, last_requests=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        async with aiohttp.ClientSession() as session:
            yield Client(session, f"http://127.0.0.1:{port}", metrics)
    finally:
        await runner.cleanup()
