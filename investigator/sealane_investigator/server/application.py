"""Endpoints become an aiohttp application: who is let in, what is measured, and how errors are answered."""

import time
from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web

from sealane_investigator.errors import StoreUnavailable
from sealane_telemetry.investigator_metrics import InvestigatorMetrics
from sealane_telemetry.logs import get_logger

from .access.admission import Admission, Caller, bearer
from .endpoints import Call, Endpoint
from .refusals import answer, refusal_of, refused

#: Bodies of requests: 500 events with texts of 8 KiB, in most alphabets.
MAX_BODY = 8 * 1024 * 1024

_NOBODY = Caller("", frozenset())
_OTHER = "other"

_log = get_logger("sealane.investigator.server")

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
#: The endpoint that a request found, for the middleware that measures.
_FOUND = web.RequestKey("sealane_endpoint", str)


def application(
    endpoints: Iterable[Endpoint],
    admission: Admission,
    metrics: InvestigatorMetrics,
    *,
    prepared: Callable[[], bool] = lambda: True,
) -> web.Application:
    """Return the application that serves ``endpoints`` and nothing else; until ``prepared`` none that needs tables."""
    served = web.Application(client_max_size=MAX_BODY, middlewares=[_measuring(metrics)])
    for endpoint in endpoints:
        served.router.add_route(endpoint.method, endpoint.path, _serving(endpoint, admission, prepared))
    return served


def serving(application: web.Application, *, last_requests: float) -> web.AppRunner:
    """Return what serves an application; at the end requests that are under way get ``last_requests`` seconds.

    Bodies are never decompressed: a small one could grow to gigabytes, and what a stranger sends is read to its end.
    """
    return web.AppRunner(
        application, access_log=None, handle_signals=False, shutdown_timeout=last_requests, auto_decompress=False
    )


def _serving(endpoint: Endpoint, admission: Admission, prepared: Callable[[], bool]) -> _Handler:
    right = endpoint.right

    async def serve(request: web.Request) -> web.StreamResponse:
        request[_FOUND] = endpoint.name
        caller = _NOBODY if right is None else admission.admit(bearer(request.headers.get("Authorization")), right)
        if endpoint.needs_store and not prepared():
            raise StoreUnavailable("the tables have not been looked at yet")
        return await endpoint.handler(Call(request, caller))

    return serve


def _measuring(metrics: InvestigatorMetrics) -> Callable[..., Awaitable[web.StreamResponse]]:
    @web.middleware
    async def measure(request: web.Request, handler: _Handler) -> web.StreamResponse:
        started = time.perf_counter()
        response = await _answered(request, handler, metrics)
        found = request.get(_FOUND, _OTHER)
        metrics.requests.labels(found, str(response.status)).inc()
        # A stream takes as long as its client listens, which is no measure of anything.
        if not isinstance(response, web.WebSocketResponse):
            metrics.request_seconds.labels(found).observe(time.perf_counter() - started)
        return response

    return measure


async def _answered(request: web.Request, handler: _Handler, metrics: InvestigatorMetrics) -> web.StreamResponse:
    try:
        return await handler(request)
    except Exception as error:  # noqa: BLE001 - this is where every error becomes an answer
        refusal = refusal_of(error)
        if refusal is None:
            _log.error("request_failed", name=request.get(_FOUND, _OTHER), exc_info=error)
            refusal = refused("internal_error", "the investigator has a defect; its log says where")
    metrics.refusals.labels(refusal.code).inc()
    return answer(refusal)
