"""The admin port: probes, metrics, explain, the effective configuration, and drain. It is never for applications."""

import ipaddress
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from sealane_api.report import MAX_ASKED_ROUTES
from sealane_router.providers.request_body import LONGEST_MODEL
from sealane_telemetry.health import HealthChecks

_JSON = "application/json"
_MAX_BODY = 64 * 1024
#: A poll names all candidates there are.
_MAX_POLL = 1024 * 1024
#: Seconds that its last requests get when everything closes.
_GRACE = 1.0


class Administered(Protocol):
    """What the admin port shows of a gateway, and the one thing it can ask of it."""

    livez: HealthChecks
    readyz: HealthChecks
    registry: CollectorRegistry

    def explain(self, model: str) -> Mapping[str, Any]:
        """What would happen to a request for ``model``."""
        ...

    def configuration(self) -> Mapping[str, Any]:
        """Settings and route table, without a secret."""
        ...

    async def report(self, poll: bytes) -> bytes:
        """The report for the operator's poll, as JSON; raises ValueError with words."""
        ...

    async def report_to_peer(self, routes: Sequence[str] | None) -> bytes:
        """Readiness and the breakers of ``routes`` (None: of all), as JSON."""
        ...

    async def report_facts(self) -> bytes:
        """What explains errors, as JSON."""
        ...

    def begin_drain(self) -> None:
        """Start to leave."""
        ...


GATEWAY: web.AppKey[Administered] = web.AppKey("gateway", Administered)


def admin_application(gateway: Administered) -> web.Application:
    """The aiohttp application of the admin port."""
    application = web.Application(client_max_size=_MAX_BODY)
    application[GATEWAY] = gateway
    application.add_routes(
        [
            web.get("/", _index),
            web.get("/livez", _probe(lambda gateway: gateway.livez)),
            web.get("/readyz", _probe(lambda gateway: gateway.readyz)),
            web.get("/metrics", _metrics),
            web.get("/-/explain", _explain),
            web.post("/-/explain", _explain),
            web.get("/-/config", _configuration),
            web.get("/-/report", _report),
            web.post("/-/report", _report),
            web.post("/-/drain", _drain),
        ]
    )
    return application


def admin_runner(gateway: Administered) -> web.AppRunner:
    """What serves it; bodies are never decompressed, so that a small one stays small."""
    return web.AppRunner(admin_application(gateway), access_log=None, shutdown_timeout=_GRACE, auto_decompress=False)


async def _index(_: web.Request) -> web.Response:
    return web.Response(
        text="sealane router: /livez /readyz?verbose /metrics /-/explain?model=NAME /-/config /-/report, "
        "POST /-/drain\n"
    )


def _probe(checks: Callable[[Administered], HealthChecks]) -> Callable[[web.Request], Any]:
    async def probe(request: web.Request) -> web.Response:
        report = checks(request.app[GATEWAY]).report(exclude=request.query.getall("exclude", []))
        verbose = "verbose" in request.query
        return web.Response(status=report.status, text=report.render(verbose=verbose))

    return probe


async def _metrics(request: web.Request) -> web.Response:
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    body = encode(request.app[GATEWAY].registry)
    return web.Response(body=body, headers={"Content-Type": content_type})


async def _explain(request: web.Request) -> web.Response:
    model = request.query.get("model")
    if request.method == "POST" and model is None:
        model = _model_of(await request.read())
    if model is None or not 0 < len(model) <= LONGEST_MODEL:
        return _json({"error": 'name one model: ?model=NAME, or the body {"model": "NAME"}'}, status=400)
    return _json(request.app[GATEWAY].explain(model))


def _model_of(body: bytes) -> str | None:
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    model = document.get("model") if isinstance(document, dict) else None
    return model if isinstance(model, str) else None


async def _configuration(request: web.Request) -> web.Response:
    return _json(request.app[GATEWAY].configuration())


async def _report(request: web.Request) -> web.Response:
    """GET is for peers and the investigator; POST is the operator's poll, which also renews leases of candidates."""
    gateway = request.app[GATEWAY]
    try:
        if request.method == "POST":
            report = await gateway.report(await _poll_of(request))
        elif "facts" in request.query:
            report = await gateway.report_facts()
        else:
            report = await gateway.report_to_peer(_asked_routes(request))
        return web.Response(body=report, content_type=_JSON)
    except ValueError as error:
        return _json({"error": str(error)}, status=400)


def _asked_routes(request: web.Request) -> list[str] | None:
    """The routes that a peer names; ``?route=`` names none and asks for readiness alone."""
    if "route" not in request.query:
        return None
    routes = [route for route in request.query.getall("route") if route]
    if len(routes) > MAX_ASKED_ROUTES:
        raise ValueError(f"name at most {MAX_ASKED_ROUTES} routes, or none at all for every route")
    return routes


async def _poll_of(request: web.Request) -> bytes:
    body = bytearray()
    async for piece in request.content.iter_any():
        body += piece
        if len(body) > _MAX_POLL:
            raise ValueError(f"a poll has at most {_MAX_POLL} bytes")
    return bytes(body)


async def _drain(request: web.Request) -> web.Response:
    """Answers to loopback only: whoever reaches the port over the network must not be able to empty the Service.

    A browser on the same machine acts for any page that it shows, and says so with ``Origin``.
    """
    peer = request.transport.get_extra_info("peername") if request.transport is not None else None
    if peer is None or not _is_loopback(peer[0]) or "Origin" in request.headers:
        return _json({"error": "drain answers to loopback only; send SIGTERM instead"}, status=403)
    request.app[GATEWAY].begin_drain()
    return _json({"draining": True}, status=202)


def _is_loopback(host: str) -> bool:
    address = ipaddress.ip_address(host.partition("%")[0])
    # A socket that listens on IPv6 shows IPv4 peers in mapped form.
    mapped = address.ipv4_mapped if address.version == 6 else None
    return (mapped or address).is_loopback


def _json(document: object, *, status: int = 200) -> web.Response:
    return web.Response(status=status, body=msgspec.json.encode(document), content_type=_JSON)
