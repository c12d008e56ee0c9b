"""Stub providers in a thread of their own: a test may wait for programs while they are served."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from itertools import count
from types import TracebackType
from typing import Any, Self

from sealane_cli.stub.counters import RecordedRequest
from sealane_cli.stub.fault_plan import Arranged
from sealane_cli.stub.faults import Fault
from sealane_cli.stub.server import StubProvider
from tests.support.this_machine import this_machine

_PATIENCE_SECONDS = 100.0


class Stubs:
    """Providers by name, at addresses that a route may have; each takes ``keys`` only, and may change while it runs."""

    def __init__(self, *names: str, keys: frozenset[str]) -> None:
        self.by_name = {name: StubProvider("moonshot", accepted_keys=keys) for name in names}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="stub providers", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        for stub in self.by_name.values():
            self._wait(stub.start())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stub in self.by_name.values():
            self._wait(stub.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE_SECONDS)
        self._loop.close()

    def __getitem__(self, name: str) -> StubProvider:
        return self.by_name[name]

    def url(self, name: str) -> str:
        """The base URL that a route writes."""
        return this_machine().url(self.by_name[name].base_url)

    def break_every(self, name: str, nth: int, fault: Fault) -> None:
        """From now on one request in ``nth`` meets the fault; 0 ends that."""
        number = count(1)

        def struck(_request: RecordedRequest) -> bool:
            return next(number) % nth == 0

        self.by_name[name].clear_faults()
        if nth:
            self.by_name[name].fault_for(struck, fault)

    def outage(self, fault: Arranged) -> None:
        """All of them answer with this; None ends it."""
        for stub in self.by_name.values():
            stub.fault = fault

    def _wait(self, work: Coroutine[Any, Any, None]) -> None:
        done: Future[None] = asyncio.run_coroutine_threadsafe(work, self._loop)
        done.result(_PATIENCE_SECONDS)
