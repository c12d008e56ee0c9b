"""A gateway as a process: its event loop, its signals, its exit code."""

import asyncio
import os
import signal
import stat
import sys
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack

from sealane_router.settings.reading import Settings
from sealane_telemetry.library_logs import report_loop_error
from sealane_telemetry.logs import LineSink, configure

from .gateway import Gateway
from .source import ConfigurationError
from .stand_ins import StandIns

#: A gateway that could not start: bad files, or a port that is taken.
EXIT_FAILED = 1


def serve(
    settings: Settings,
    environ: Mapping[str, str],
    *,
    laptop: bool,
    started: Callable[[Gateway], None] = lambda _: None,
    stand_ins: StandIns | None = None,
) -> int:
    """Run one gateway until SIGTERM or SIGINT has drained it; returns the exit code.

    ``started`` is called once both ports are open. ``stand_ins`` play providers of the first table.
    """
    sink = configure(settings.observation.log_level)
    if stat.S_ISFIFO(os.fstat(1).st_mode):
        # Whoever reads the exchange log may stop; lines then wait and are dropped, and exchanges go on.
        os.set_blocking(1, False)
    with asyncio.Runner(loop_factory=loop_factory(wanted=settings.observation.uvloop)) as runner:
        return runner.run(_serve(settings, environ, laptop, started, stand_ins, sink))


def loop_factory(*, wanted: bool) -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's loop where it is wanted and installed, None for asyncio's own."""
    if not wanted:
        return None
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


async def _serve(
    settings: Settings,
    environ: Mapping[str, str],
    laptop: bool,
    started: Callable[[Gateway], None],
    stand_ins: StandIns | None,
    sink: LineSink,
) -> int:
    asyncio.get_running_loop().set_exception_handler(report_loop_error)
    async with AsyncExitStack() as stack:
        try:
            gateway = Gateway(settings, environ, laptop=laptop)
            gateway.metrics.log_lines_dropped.read_from(lambda: [((), float(sink.dropped))])
            if stand_ins is not None:
                gateway.live.play(await stack.enter_async_context(stand_ins(gateway.live.serving.table)))
            _follow_signals(gateway)
            await gateway.start()
        except (ConfigurationError, OSError) as error:
            sys.stderr.write(f"{error}\n")
            return EXIT_FAILED
        started(gateway)
        await gateway.run()
    return 0


def _follow_signals(gateway: Gateway) -> None:
    """Drain at a signal, from before the first connection on; the second one ends at once (begin_drain counts)."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, gateway.begin_drain)
