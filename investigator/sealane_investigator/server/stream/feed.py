"""The newest changes, read once from the store for all clients of this process.

The store numbers changes in the order of their commits, so reading on from a number misses nothing, whichever replica
committed and however long its transaction took. The newest are kept here, encoded; who is further behind reads them
from the store.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from sealane_investigator.errors import StoreUnavailable
from sealane_investigator.interfaces import IncidentChange, Store
from sealane_investigator.server.api.answers import IncidentAnswer
from sealane_telemetry.logs import get_logger

#: Changes that are kept: some seconds of a very bad day.
KEPT = 2_000
#: How often the store is asked for what other replicas committed, in seconds; own commits wake the feed at once.
LOOK_SECONDS = 0.5
PAGE = 500

_log = get_logger("sealane.investigator.stream")


class ChangeMessage(msgspec.Struct, frozen=True, tag_field="type", tag="change"):
    """One change; ``number`` is where a client that lost its connection goes on."""

    number: int
    kind: str
    incident: IncidentAnswer


class ReadyMessage(msgspec.Struct, frozen=True, tag_field="type", tag="ready"):
    """What was missed has been sent; ``number`` is the newest."""

    number: int


class BeatMessage(msgspec.Struct, frozen=True, tag_field="type", tag="beat"):
    """The connection lives, and there is nothing new."""

    number: int


class ReloadMessage(msgspec.Struct, frozen=True, tag_field="type", tag="reload"):
    """What was missed is no longer kept: read the incidents again, then go on after ``number``."""

    number: int


@dataclass(frozen=True, slots=True)
class Sent:
    """A change as it is sent."""

    number: int
    text: str


def encoded(message: msgspec.Struct) -> str:
    """Return a message as text."""
    return msgspec.json.encode(message).decode()


class Feed:
    """``run`` it as a task; clients ask for what comes after a number, and wait for news."""

    def __init__(
        self, store: Store, *, kept: int = KEPT, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._store = store
        self._sleep = sleep
        self._kept: deque[Sent] = deque(maxlen=kept)
        self._news = asyncio.Condition()
        self._nudged = asyncio.Event()
        #: The newest number; None until the store told.
        self.number: int | None = None

    def hear(self, changes: Sequence[IncidentChange]) -> None:
        """This process committed something: look at once. The numbers come from the store, for others commit too."""
        if changes:
            self._nudged.set()

    async def start(self) -> None:
        """Begin at the present end. Raises StoreUnavailable."""
        self.number = (await self._store.backlog()).stream

    async def run(self) -> None:
        """Read on for as long as the process lives; never returns."""
        while True:
            self._nudged.clear()
            try:
                await self._catch_up()
            except Exception as error:  # noqa: BLE001 - clients wait for what comes after, whatever this was
                if not isinstance(error, StoreUnavailable):
                    _log.error("stream_not_read", error=type(error).__name__, exc_info=error)
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._nudged.wait()

    async def _catch_up(self) -> None:
        if self.number is None:
            await self.start()
        while await self.read_on():
            pass

    async def read_on(self) -> bool:
        """Read one page; returns whether there may be more. Raises StoreUnavailable."""
        number = self.number or 0
        changes = await self._store.changes(number, PAGE)
        if changes is None:
            # So far behind that the store forgot: everybody has to read the incidents again.
            self._kept.clear()
            await self.start()
            _log.warning("stream_behind", count=(self.number or 0) - number)
        else:
            self._kept.extend(Sent(change.number, as_text(change)) for change in changes)
            if changes:
                self.number = changes[-1].number
        if changes is None or changes:
            async with self._news:
                self._news.notify_all()
        return bool(changes) and len(changes or ()) == PAGE

    async def after(self, number: int) -> list[Sent] | None:
        """Return what comes after ``number``, at most a page; None when it is no longer kept.

        Raises:
            StoreUnavailable: it has to be read from the store, which does not answer.
        """
        if self.number is not None and number >= self.number:
            # A client may know more than this replica, which reads on a little later than the one it comes from.
            ahead = number > self.number and number > (await self._store.backlog()).stream
            return None if ahead else []
        if self._kept and self._kept[0].number <= number + 1:
            return [sent for sent in self._kept if sent.number > number][:PAGE]
        changes = await self._store.changes(number, PAGE)
        return None if changes is None else [Sent(change.number, as_text(change)) for change in changes]

    async def wait(self, number: int, seconds: float) -> None:
        """Return when there is something after ``number``, or after so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(lambda: self.number is not None and self.number > number)


def as_text(change: IncidentChange) -> str:
    """Return a change as it is sent."""
    return encoded(ChangeMessage(change.number, change.kind.value, IncidentAnswer.of(change.incident)))
