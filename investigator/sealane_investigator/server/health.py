"""``/livez``, ``/readyz`` and ``/metrics``: what the kubelet and Prometheus ask, without a token."""

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from sealane_telemetry.health import HealthChecks

from .endpoints import Call, Endpoint, Handler


def health_endpoints(livez: HealthChecks, readyz: HealthChecks, registry: CollectorRegistry) -> tuple[Endpoint, ...]:
    """Return the descriptions of the three."""
    return (
        _plain("livez", "/livez", "Whether this process should live; `?verbose` lists the checks.", _probe(livez)),
        _plain("readyz", "/readyz", "Whether it can accept errors; `?verbose` lists the checks.", _probe(readyz)),
        _plain("metrics", "/metrics", "Metrics in the text format of Prometheus.", _metrics(registry)),
    )


def _plain(name: str, path: str, summary: str, handler: Handler) -> Endpoint:
    return Endpoint(
        name=name, method="GET", path=path, summary=summary, handler=handler, right=None, content_type="text/plain"
    )


def _probe(checks: HealthChecks) -> Handler:
    async def probe(call: Call) -> web.StreamResponse:
        query = call.request.query
        report = checks.report(exclude=query.getall("exclude", []))
        return web.Response(status=report.status, text=report.render(verbose="verbose" in query))

    return probe


def _metrics(registry: CollectorRegistry) -> Handler:
    async def metrics(call: Call) -> web.StreamResponse:
        encode, content_type = choose_encoder(call.request.headers.get("Accept", ""))
        return web.Response(body=encode(registry), headers={"Content-Type": content_type})

    return metrics
