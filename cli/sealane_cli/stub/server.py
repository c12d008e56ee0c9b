"""The stub provider as tests and the command line use it: start, base URL, faults, counters, close."""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Self

from sealane_cli.stub.connection import Connection
from sealane_cli.stub.counters import Counters, Ended, RecordedRequest
from sealane_cli.stub.fault_plan import Arranged
from sealane_cli.stub.personality import PERSONALITIES, PersonalityName
from sealane_cli.stub.service import Service, Terms
from sealane_router.aio.tasks import stop


class StubProvider:
    """A provider that answers for nobody and fails to order.

    ``port`` 0 picks a free one, which is kept when the stub is closed and started again: that is how an
    outage with a recovery is played. What may change while it runs is in ``terms``; see there for
    ``accepted_keys``, ``foreign_keys`` and ``extra_models``. ``seed`` fixes the ids of the answers. Runs on
    asyncio's loop and on uvloop.
    """

    def __init__(
        self,
        personality: PersonalityName,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        accepted_keys: frozenset[str] | None = None,
        foreign_keys: frozenset[str] = frozenset(),
        extra_models: frozenset[str] = frozenset(),
        tls: ssl.SSLContext | None = None,
        seed: int = 0,
    ) -> None:
        if accepted_keys and not accepted_keys.isdisjoint(foreign_keys):
            raise ValueError("a key cannot be accepted and foreign at once")
        self.terms = Terms(accepted_keys, foreign_keys, extra_models)
        self._service = Service(PERSONALITIES[personality], self.terms, seed)
        self._host = host
        self._port = port
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._connections: set[Connection] = set()

    async def start(self) -> None:
        """Listen; raises OSError when the address is taken, RuntimeError when already started."""
        if self._server is not None:
            raise RuntimeError("the stub is running")
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Connection(self._service, self._connections), self._host, self._port, ssl=self._tls
        )
        self._port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and abort every connection; nothing is left running. Harmless when not started."""
        if self._server is None:
            return
        server, self._server = self._server, None
        server.close()
        ending = tuple(self._connections)
        for connection in ending:
            connection.shut("stub_closed")
        await stop(*(connection.task for connection in ending))
        await server.wait_closed()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def port(self) -> int:
        """The port it listens on; 0 before the first start when none was chosen."""
        return self._port

    @property
    def origin(self) -> str:
        """``http://host:port``."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{'https' if self._tls else 'http'}://{host}:{self._port}"

    @property
    def base_url(self) -> str:
        """What a ``ProviderRoute`` writes as ``baseURL``."""
        return self.origin + self._service.personality.base_path

    @property
    def fault(self) -> Arranged:
        """The fault of every request that brings none of its own; a tuple is several at once."""
        return self._service.plan.default

    @fault.setter
    def fault(self, fault: Arranged) -> None:
        self._service.plan.default = fault

    @property
    def script(self) -> tuple[Arranged, ...]:
        """The faults of the next requests, one entry each (None: a normal answer)."""
        return self._service.plan.script

    @script.setter
    def script(self, entries: Iterable[Arranged]) -> None:
        self._service.plan.script = entries

    def fault_for(self, predicate: Callable[[RecordedRequest], bool], fault: Arranged) -> None:
        """Let every request that the predicate accepts meet this fault (None: none)."""
        self._service.plan.when(predicate, fault)

    def clear_faults(self) -> None:
        """Drop the default fault, the script and all predicates."""
        self._service.plan.clear()

    @property
    def counters(self) -> Counters:
        """The counts of all requests since the start or the last reset."""
        return self._service.counters

    @property
    def cross_routed(self) -> int:
        """Keys and models of another provider that came here: the alarm, 0 in a sound gateway."""
        return self._service.counters.cross_routed

    @property
    def requests(self) -> deque[RecordedRequest]:
        """The last 100 requests."""
        return self._service.counters.requests

    @property
    def ended(self) -> deque[Ended]:
        """How the last 10,000 requests ended."""
        return self._service.counters.ended
