"""``GET /v1/stream``: the upgrade, its token, and how many may listen."""

import asyncio

import msgspec
from aiohttp import web

from sealane_investigator.server.access.admission import SUBPROTOCOL, Admission, bearer, subprotocol_token
from sealane_investigator.server.access.token_file import Right
from sealane_investigator.server.endpoints import Call, Endpoint
from sealane_investigator.server.refusals import refused
from sealane_telemetry.investigator_metrics import InvestigatorMetrics

from .connection import CLOSES, MAX_MESSAGE, StreamClient
from .feed import Feed

MAX_CLIENTS = 200
#: How long a client may take to answer a farewell.
_FAREWELL_SECONDS = 2.0


class StreamQuery(msgspec.Struct, forbid_unknown_fields=True):
    """``after``: the last number that the client has; without it the stream begins with what happens next.

    ``token``: for a browser, which can set no header here; the subprotocol ``sealane.token.TOKEN`` is better, because
    addresses are logged by others.
    """

    after: int | None = None
    token: str | None = None


class Streaming:
    """The endpoint, and the clients that are connected; ``stop`` ends them."""

    def __init__(self, feed: Feed, admission: Admission, metrics: InvestigatorMetrics) -> None:
        self._feed = feed
        self._admission = admission
        self._metrics = metrics
        self._stopping = asyncio.Event()
        self._clients = 0
        metrics.stream_clients.read_from(lambda: [((), float(self._clients))])

    def stop(self) -> None:
        """Tell every client to go elsewhere."""
        self._stopping.set()

    def endpoints(self) -> tuple[Endpoint, ...]:
        """Return the description."""
        return (
            Endpoint(
                name="stream",
                method="GET",
                path="/v1/stream",
                summary="A WebSocket with every change, numbered; reconnect with `after` and miss nothing.",
                handler=self.stream,
                # A browser's token is not in the header, so it is looked at here.
                right=None,
                query=StreamQuery,
                status=101,
                codes=(
                    *("invalid_request", "missing_token", "invalid_token", "not_allowed"),
                    *("store_unavailable", "busy", "stopping"),
                ),
            ),
        )

    async def stream(self, call: Call) -> web.StreamResponse:
        """Serve one client until it leaves."""
        request, query = call.request, call.query(StreamQuery)
        offered = [one.strip() for one in request.headers.get("Sec-WebSocket-Protocol", "").split(",")]
        token = bearer(request.headers.get("Authorization")) or subprotocol_token(offered) or query.token
        self._admission.admit(token, Right.READ)
        if self._stopping.is_set():
            raise refused("stopping", "this replica is about to end")
        if self._clients >= MAX_CLIENTS:
            raise refused("busy", "too many clients listen to the stream")
        socket = web.WebSocketResponse(
            protocols=(SUBPROTOCOL,), heartbeat=20.0, max_msg_size=MAX_MESSAGE, timeout=_FAREWELL_SECONDS
        )
        if not socket.can_prepare(request).ok:
            raise refused("invalid_request", "open this path as a WebSocket")
        self._clients += 1
        try:
            await socket.prepare(request)
            await self._serve(socket, query.after)
        finally:
            self._clients -= 1
        return socket

    async def _serve(self, socket: web.WebSocketResponse, after: int | None) -> None:
        number = after if after is not None else (self._feed.number or 0)
        client = StreamClient(socket, self._feed, number, sent=self._metrics.stream_messages.labels().inc)
        ended = await client.serve(self._stopping)
        self._metrics.stream_closed.labels(ended.value).inc()
        code, words = CLOSES[ended]
        await socket.close(code=code, message=words)
