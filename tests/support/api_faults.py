"""What can stand between a client and the Kubernetes API, and what it does to the events of a watch."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field

#: Seconds for which an event waits for the next one, to come after it.
_HELD_BACK = 1.0


@dataclass(frozen=True, slots=True)
class Faults:
    """What is wrong at the moment; the default is nothing.

    ``down``: connections are refused, those that are open are reset. ``delay`` is seconds before each answer.
    ``status``, with ``retry_after`` in seconds, answers everything. ``silent``: watches begin and say nothing ever.
    ``stale``: lists are what they were when it began. ``dropped``, ``doubled`` and ``reordered`` are shares of the
    events (0 to 1), ``late`` is seconds before each. ``only`` limits all of it to paths that contain the text.
    """

    down: bool = False
    delay: float = 0.0
    status: int = 0
    retry_after: int | None = None
    silent: bool = False
    stale: bool = False
    dropped: float = 0.0
    doubled: float = 0.0
    reordered: float = 0.0
    late: float = 0.0
    only: str = ""


@dataclass(slots=True, eq=False)
class Stream:
    """One watch under way: ``deaf`` ones stay so, ``last`` is said before it ends, ``touched`` counts faults."""

    path: str
    deaf: bool = False
    last: bytes = b""
    touched: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self, code: int) -> None:
        """Say an ERROR event of this status and end."""
        reason = {410: "Expired", 429: "TooManyRequests"}.get(code, "InternalError")
        status = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason}
        self.last = json.dumps({"type": "ERROR", "object": status}).encode() + b"\n"
        self.changed.set()

    def silence(self) -> None:
        """Never say anything again, not even the end."""
        self.deaf = True
        self.changed.set()


async def troubled(
    lines: AsyncIterator[bytes], stream: Stream, faults: Callable[[], Faults], chance: random.Random
) -> AsyncIterator[bytes]:
    """The events of a watch, one line each, as far as the faults of the moment let them through."""
    tampering = _Tampering(stream, chance)
    following = _Following(lines, stream)
    try:
        while True:
            line = await following.next(_HELD_BACK if tampering.holds else None)
            if stream.deaf:
                await asyncio.Event().wait()  # until the client gives up
            if stream.last:
                yield stream.last
                return
            if line is not None and faults().late:
                await asyncio.sleep(faults().late)
            for each in tampering.take(line, faults()):
                yield each
            if line == _END:
                return
    finally:
        await following.close()


#: What :class:`_Following` says when the API server has ended the watch.
_END = b""


class _Following:
    """The lines of a watch, waited for no longer than wanted, and not at all once the stream has changed."""

    def __init__(self, lines: AsyncIterator[bytes], stream: Stream) -> None:
        self._lines = lines
        self._stream = stream
        self._pending: asyncio.Future[bytes] | None = None

    async def next(self, seconds: float | None) -> bytes | None:
        """A line, ``_END``, or None when nothing came in time or something else happened."""
        self._pending = self._pending or asyncio.ensure_future(anext(self._lines, _END))
        changed = asyncio.ensure_future(self._stream.changed.wait())
        try:
            await asyncio.wait((self._pending, changed), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
        if not self._pending.done():
            return None
        done, self._pending = self._pending, None
        return done.result()

    async def close(self) -> None:
        if self._pending is not None:
            self._pending.cancel()
            with suppress(asyncio.CancelledError):
                await self._pending


class _Tampering:
    """Drops, doubles and holds back events; bookmarks, which nobody misses, pass."""

    def __init__(self, stream: Stream, chance: random.Random) -> None:
        self._stream = stream
        self._chance = chance
        self._held: list[bytes] = []

    @property
    def holds(self) -> bool:
        return bool(self._held)

    def take(self, line: bytes | None, faults: Faults) -> list[bytes]:
        """What goes to the client now; None: nothing came for a while."""
        if not line or b'"type":"BOOKMARK"' in line:
            return [*self._released(), *([line] if line else [])]
        if self._struck(faults.dropped):
            return []
        if not self._held and self._struck(faults.reordered):
            self._held = [line]
            return []
        return [*([line] if self._struck(faults.doubled) else []), line, *self._released()]

    def _struck(self, share: float) -> bool:
        struck = self._chance.random() < share
        self._stream.touched += struck
        return struck

    def _released(self) -> list[bytes]:
        released, self._held = self._held, []
        return released
