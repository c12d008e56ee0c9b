"""``/livez``, ``/readyz`` and ``/metrics``, on a thread and a loop of their own: a stuck operator can still say so."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from sealane_telemetry.health import HealthChecks
from sealane_telemetry.settings.variable import Address

#: The server starts within this time, or never.
_START_SECONDS = 10.0
_STOP_SECONDS = 2.0


class Port:
    """The HTTP server; ``address`` is where it really listens once :meth:`start` returned."""

    def __init__(
        self, listen: Address, *, livez: HealthChecks, readyz: HealthChecks, registry: CollectorRegistry
    ) -> None:
        self.address = listen
        self._application = _application(livez, readyz, registry)
        self._thread = threading.Thread(target=self._run, name="port", daemon=True)
        self._opened = threading.Event()
        self._error: OSError | None = None
        self._serving: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None

    def start(self) -> None:
        """Listen. Raises OSError with the address in its text."""
        self._thread.start()
        if not self._opened.wait(_START_SECONDS):
            raise OSError(f"cannot listen on {self.address}: no answer within {_START_SECONDS:g} s")
        if self._error is not None:
            raise OSError(self._error.errno, f"cannot listen on {self.address}: {self._error.strerror}")

    def stop(self) -> None:
        """Close it; answers that are under way get two seconds."""
        if self._serving is not None:
            loop, stop = self._serving
            loop.call_soon_threadsafe(stop.set)
            self._thread.join(_STOP_SECONDS + 1)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        stop = asyncio.Event()
        runner = web.AppRunner(
            self._application,
            access_log=None,
            handle_signals=False,
            shutdown_timeout=_STOP_SECONDS,
            auto_decompress=False,
        )
        await runner.setup()
        try:
            site = web.TCPSite(runner, self.address.host, self.address.port)
            await site.start()
            host, port = runner.addresses[0][:2]
            self.address = Address(host, port)
            self._serving = (asyncio.get_running_loop(), stop)
        except OSError as error:
            self._error = error
            return
        finally:
            self._opened.set()
        await stop.wait()
        await runner.cleanup()


def _application(livez: HealthChecks, readyz: HealthChecks, registry: CollectorRegistry) -> web.Application:
    application = web.Application(client_max_size=1024)
    application.add_routes(
        [
            web.get("/", _index),
            web.get("/livez", _probe(livez)),
            web.get("/readyz", _probe(readyz)),
            web.get("/metrics", _metrics(registry)),
        ]
    )
    return application


async def _index(_: web.Request) -> web.Response:
    return web.Response(text="sealane operator: /livez?verbose /readyz?verbose /metrics\n")


def _probe(checks: HealthChecks) -> Callable[[web.Request], Any]:
    async def probe(request: web.Request) -> web.Response:
        report = checks.report(exclude=request.query.getall("exclude", []))
        return web.Response(status=report.status, text=report.render(verbose="verbose" in request.query))

    return probe


def _metrics(registry: CollectorRegistry) -> Callable[[web.Request], Any]:
    async def metrics(request: web.Request) -> web.Response:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(registry), headers={"Content-Type": content_type})

    return metrics
