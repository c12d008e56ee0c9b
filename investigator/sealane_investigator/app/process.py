"""An investigator as a process: its event loop, its signals, its exit code."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable

from prometheus_client import CollectorRegistry

from sealane_investigator.errors import InvestigatorError, SettingsRefused
from sealane_investigator.settings.model import Settings
from sealane_investigator.store.database import open_database
from sealane_investigator.store.migration import migrate
from sealane_telemetry.investigator_metrics import InvestigatorMetrics
from sealane_telemetry.library_logs import report_loop_error
from sealane_telemetry.logs import LineSink, configure
from sealane_telemetry.settings.variable import Address, SettingsError

from .investigator import Investigator
from .parts import Parts
from .tasks import keep_from_collector

#: It could not start, or had to end: a port that is taken, a file that cannot be read, a task that died.
EXIT_FAILED = 1

Builder = Callable[[Settings, InvestigatorMetrics], Awaitable[Parts]]


def serve(settings: Settings, build: Builder, *, started: Callable[[Address], None] = lambda _: None) -> int:
    """Run one investigator until SIGTERM or SIGINT; returns the exit code. ``started`` learns where it listens."""
    sink = configure(settings.server.log_level)
    with asyncio.Runner(loop_factory=loop_factory(wanted=settings.server.uvloop)) as runner:
        return runner.run(_serve(settings, build, sink, started))


def run_migration(settings: Settings) -> int:
    """Bring the tables up to this release; returns the exit code."""
    configure(settings.server.log_level)
    try:
        version = asyncio.run(_migrate(settings))
    except InvestigatorError as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_FAILED
    sys.stdout.write(f"the tables are at version {version}\n")
    return 0


def loop_factory(*, wanted: bool) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's loop where it is wanted and installed, None for asyncio's own."""
    if not wanted:
        return None
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _migrate(settings: Settings) -> str:
    database = open_database(settings.database)
    try:
        return await migrate(database)
    finally:
        await database.close()


async def _serve(settings: Settings, build: Builder, sink: LineSink, started: Callable[[Address], None]) -> int:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(report_loop_error)
    stop = asyncio.Event()
    _follow_signals(loop, stop)
    registry = CollectorRegistry(auto_describe=True)
    metrics = InvestigatorMetrics(registry)
    metrics.log_lines_dropped.read_from(lambda: [((), float(sink.dropped))])
    try:
        investigator = Investigator(settings, await build(settings, metrics), metrics, registry)
        keep_from_collector()
        address = await investigator.start()
    except (SettingsRefused, SettingsError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_FAILED
    started(address)
    waits = [loop.create_task(stop.wait()), loop.create_task(investigator.failed.wait())]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    await investigator.stop()
    return 0 if stop.is_set() else EXIT_FAILED


def _follow_signals(loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """End in order at a signal; the second one ends at once, and the spool waits for whoever adopts it."""

    def signalled() -> None:
        if stop.is_set():
            os._exit(EXIT_FAILED)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signalled)
