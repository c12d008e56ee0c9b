"""The watches as a thread of their own.

kopf cancels every task of the loop it runs in when it ends, and a watch that reads 2,000 routes must not hold up a
rollback; so it has its own loop. What it hears is handed to the operator's loop in order.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from pathlib import Path

import kopf

from sealane_kube.api import Json, Measure
from sealane_kube.configuration import load_configuration
from sealane_operator.kube.tap import TappedSession
from sealane_operator.world.kinds import WatchedKind
from sealane_operator.world.watch_ages import WatchAges
from sealane_operator.world.world import Scope, World
from sealane_telemetry.library_logs import report_loop_error

from .watching import registry, settings

#: What kopf says is put together at run time, so the log would show its hash. Of requests that fail the tap tells in
#: words; that signals do not reach kopf in a thread is meant.
_NOISY = {"kopf": logging.WARNING, "kopf._core.reactor.running": logging.ERROR, "kopf._cogs.clients": logging.CRITICAL}

#: Only kopf's peering, which is off, would tell others this name. Left to itself kopf asks for the user's, and in a
#: container the number of the user has none.
_NOBODY = "sealane-operator"


_ROUNDS, _ROUND_SECONDS = 5, 0.5


class Watches:
    """kopf in a thread; ``await ended`` returns what ended it, which nothing but :meth:`stop` should."""

    def __init__(
        self,
        world: World,
        ages: WatchAges,
        *,
        kubeconfig: Path | None,
        scopes: Collection[Scope],
        measure: Measure,
        completed: Callable[[], None],
    ) -> None:
        self._world = world
        self._ages = ages
        self._kubeconfig = kubeconfig
        self._namespaces = [scope for scope in scopes if scope is not None]
        self._measure = measure
        self._completed = completed
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="watches", daemon=True)
        self._watching: tuple[asyncio.AbstractEventLoop, asyncio.Event] | None = None
        self._session: TappedSession | None = None
        self._stopping = False
        self.ended: asyncio.Future[BaseException | None] = self._loop.create_future()

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    async def stop(self, patience: float) -> None:
        """End the watches; return when their thread has ended, or after ``patience`` seconds."""
        self._stopping = True
        if self._watching is not None:
            loop, stop = self._watching
            with suppress(RuntimeError):  # the loop is closed: they have ended
                loop.call_soon_threadsafe(stop.set)
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join, patience)

    def heard(self, plural: str, namespace: str | None) -> None:
        """The API said something."""
        self._ages.heard(WatchedKind(plural), namespace)

    def began(self, plural: str, namespace: str | None, *, stream: bool) -> None:
        """A list or a watch begins."""
        kind = WatchedKind(plural)
        if stream:
            self._ages.streamed(kind, namespace)
            return
        self._ages.listed(kind, namespace)
        self._hand_over(self._world.begin, kind, namespace)

    def listed(self, plural: str, namespace: str | None, items: Sequence[Json], *, last: bool) -> None:
        """A page of a list came in."""
        kind = WatchedKind(plural)
        self._hand_over(self._world.page, kind, namespace, items)
        if last:
            self._hand_over(self._end_list, kind, namespace)

    def changed(self, plural: str, namespace: str | None, item: Json, *, gone: bool) -> None:  # noqa: ARG002
        """An object is there, changed, or is gone."""
        kind = WatchedKind(plural)
        if gone:
            metadata = item["metadata"]
            self._hand_over(self._world.remove, kind, f"{metadata['namespace']}/{metadata['name']}")
        else:
            self._hand_over(self._world.put, kind, item)

    def _end_list(self, kind: WatchedKind, scope: Scope) -> None:
        self._world.end(kind, scope)
        if self._world.complete:
            self._completed()

    def _hand_over(self, call: Callable[..., None], *arguments: object) -> None:
        try:
            self._loop.call_soon_threadsafe(call, *arguments)
        except RuntimeError:
            if not self._loop.is_closed():
                raise  # a closed loop needs nothing any more: the process ends

    def _run(self) -> None:
        for name, level in _NOISY.items():
            logging.getLogger(name).setLevel(level)
        try:
            asyncio.run(self._watch())
        except BaseException as error:  # noqa: BLE001 - handed over, whatever it is
            self._hand_over(self._end, error)
        else:
            self._hand_over(self._end, None)

    def _end(self, error: BaseException | None) -> None:
        if not self.ended.done():
            self.ended.set_result(error)

    async def _watch(self) -> None:
        stop = asyncio.Event()
        asyncio.get_running_loop().set_exception_handler(report_loop_error)
        self._watching = (asyncio.get_running_loop(), stop)
        if self._stopping:
            return
        tasks = await kopf.spawn_tasks(
            registry=registry(self._open),
            settings=settings(),
            identity=_NOBODY,  # type: ignore[arg-type]  # kopf does not export its type
            clusterwide=not self._namespaces,
            namespaces=self._namespaces,
        )
        stopping = asyncio.get_running_loop().create_task(stop.wait())
        done, _ = await asyncio.wait({*tasks, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not stop.is_set():
            # Told before kopf is taken down: a watch that dies while another one connects can keep kopf from ending.
            self._hand_over(self._end, _error_of(done))
        await _cancel_all()
        if self._session is not None:
            await self._session.close()  # kopf closes those that another one took the place of

    async def _open(self) -> tuple[str, TappedSession]:
        configuration = await load_configuration(self._kubeconfig)
        self._session = TappedSession(configuration, self, self._measure)
        return configuration.host, self._session


def _error_of(tasks: Collection["asyncio.Task[None]"]) -> BaseException | None:
    return next((task.exception() for task in tasks if not task.cancelled() and task.exception() is not None), None)


async def _cancel_all() -> None:
    """End every task of this loop; one that has taken a cancellation for something else is cancelled again."""
    for _ in range(_ROUNDS):
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        if not others:
            return
        await asyncio.wait(others, timeout=_ROUND_SECONDS)
