"""An operator as a process: its event loop, its signals, its exit code."""

import asyncio
import os
import signal
import sys

from sealane_kube.configuration import load_configuration
from sealane_operator.settings.model import Settings
from sealane_telemetry.library_logs import report_loop_error
from sealane_telemetry.logs import LineSink, configure
from sealane_telemetry.settings.variable import SettingsError

from .operator import Operator

#: An operator that could not start, or had to end: its Lease is lost, or it sees nothing any more.
EXIT_FAILED = 1


def serve(settings: Settings) -> int:
    """Run one operator until SIGTERM or SIGINT; returns the exit code."""
    sink = configure(settings.log_level)
    return asyncio.run(_serve(settings, sink))


async def _serve(settings: Settings, sink: LineSink) -> int:
    asyncio.get_running_loop().set_exception_handler(report_loop_error)
    stop = asyncio.Event()
    _follow_signals(stop)
    try:
        operator = Operator(settings, await load_configuration(settings.kubeconfig))
        operator.metrics.log_lines_dropped.read_from(lambda: [((), float(sink.dropped))])
        operator.start()
    except (SettingsError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return EXIT_FAILED
    return 0 if await operator.run(stop) else EXIT_FAILED


def _follow_signals(stop: asyncio.Event) -> None:
    """End in order at a signal; the second one ends at once, and the Lease then runs out by itself."""
    loop = asyncio.get_running_loop()

    def signalled() -> None:
        if stop.is_set():
            os._exit(EXIT_FAILED)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, signalled)
