"""The local spool: what is appended survives a crash, and waits here until the database has it.

Appends of the same moment share one write and one fsync (group commit): the first waits GROUP_SECONDS for company, for
a fsync costs as much as the reports of many. Segments are append-only files; one is deleted when all of it is
committed, so a crash at any moment leaves either the events or the proof that they were counted. Events that are read
twice after a crash are counted once, by their ids.

One event loop owns a Spool. Files are written by one thread of its own, because a fsync may take long.
"""

import asyncio
import errno
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from sealane_investigator.errors import SpoolFull
from sealane_telemetry.logs import get_logger

from .directories import HeldDirectory, abandoned
from .frames import frame
from .segment_writer import SEGMENT_BYTES, SegmentWriter, Written
from .segments import Portion, Segment, existing, put_away, read_portion

T = TypeVar("T")

#: How long the first append of a group waits for others; a fsync follows, so 202 stays within 10 ms of work here.
GROUP_SECONDS = 0.005
#: Appended and not yet written; more means that the disk does not keep up.
MAX_UNWRITTEN = 32 * 1024 * 1024
#: After a disk refused, it is left alone for so long.
REFUSED_SECONDS = 1.0

_PORTION_BYTES = 1024 * 1024
_PORTION_FRAMES = 500

_log = get_logger("sealane.investigator.spool")


@dataclass(slots=True)
class SpoolFigures:
    """What happened to a spool since its process began."""

    damaged: int = 0
    torn: int = 0
    adopted: int = 0
    failures: int = 0


@dataclass(slots=True)
class _Group:
    """Appends that wait for the same fsync."""

    frames: list[bytes] = field(default_factory=list)
    waiting: "list[asyncio.Future[None]]" = field(default_factory=list)
    size: int = 0


class Spool:
    """``open`` it, ``append`` to it, ``next`` and ``committed`` to empty it, ``close`` it."""

    def __init__(
        self,
        root: Path,
        name: str,
        *,
        limit: int,
        segment_bytes: int = SEGMENT_BYTES,
        observe_sync: Callable[[float], None] = lambda _: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.root = root
        self.limit = limit
        self.figures = SpoolFigures()
        self.arrived = asyncio.Event()
        self._name = name
        self._observe_sync = observe_sync
        self._monotonic = monotonic
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="spool")
        self._own: HeldDirectory | None = None
        self._adopted: dict[Path, HeldDirectory] = {}
        self._segments: deque[Segment] = deque()
        self._active: Segment | None = None
        self._writer: SegmentWriter | None = None
        self._segment_bytes = segment_bytes
        self._group = _Group()
        self._unwritten = 0
        self._writing: asyncio.Task[None] | None = None
        self._refused_until = 0.0

    def open(self) -> None:
        """Make the directory of this process and adopt those of dead ones; blocks on the disk. Raises OSError."""
        self._own = HeldDirectory.create(self.root, self._name)
        self._writer = SegmentWriter(self._own.path, segment_bytes=self._segment_bytes)
        self.adopt()

    def adopt(self) -> int:
        """Take over what dead replicas left; returns how many segments there are. Raises OSError."""
        own = self._own.path if self._own is not None else None
        count = 0
        for held in abandoned(self.root, own=own):
            if held.path in self._adopted:
                held.release()
                continue
            segments = existing(held.path)
            self._adopted[held.path] = held
            self._segments.extendleft(reversed(segments))
            self.figures.adopted += 1
            count += len(segments)
            _log.info("spool_adopted", file=str(held.path), count=len(segments))
            if not segments:
                self._leave(held.path)
        if count:
            self.arrived.set()
        return count

    @property
    def size(self) -> int:
        """Bytes on the disk and on their way there."""
        return sum(segment.durable for segment in self._segments) + self._unwritten

    @property
    def waiting(self) -> int:
        """Bytes that the database has not."""
        return sum(segment.waiting for segment in self._segments) + self._unwritten

    async def append(self, payload: bytes) -> None:
        """Return once ``payload`` survives a crash.

        Raises:
            SpoolFull: the limit is reached, or the disk refuses; nothing was accepted.
        """
        framed = frame(payload)
        if self._monotonic() < self._refused_until:
            raise SpoolFull("the disk of the spool refuses; see the log")
        if self.size + len(framed) > self.limit or self._unwritten + len(framed) > MAX_UNWRITTEN:
            raise SpoolFull("the spool is at its limit; the database does not take what waits in it")
        done = asyncio.get_running_loop().create_future()
        self._group.frames.append(framed)
        self._group.waiting.append(done)
        self._group.size += len(framed)
        self._unwritten += len(framed)
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write_groups(), name="spool-writer")
        # The write goes on when the one who waits is cancelled: others wait for the same fsync.
        await asyncio.shield(done)

    async def next(self) -> Portion | None:
        """Return what comes next for the database, None when there is nothing. Raises OSError."""
        while (segment := self._first()) is not None:
            try:
                portion = await asyncio.to_thread(
                    read_portion, segment, at_most_bytes=_PORTION_BYTES, at_most_frames=_PORTION_FRAMES
                )
            except OSError:
                # It goes to the end of the queue: one file that cannot be read does not hold up the others.
                self._segments.remove(segment)
                self._segments.append(segment)
                raise
            self._note(portion)
            if portion.payloads:
                return portion
            await self.committed(portion)
        self.arrived.clear()
        return None

    async def committed(self, portion: Portion) -> None:
        """The database has a portion; a segment that is through goes away. Raises OSError."""
        segment = portion.segment
        segment.read = portion.upto
        if segment.sealed and segment.waiting == 0:
            await self._remove(segment)

    async def seal(self) -> None:
        """End the segment that is being written when all of it is committed, so that nothing lies about in it."""
        active = self._active
        if active is None or active.waiting or self._writing is not None or self._writer is None:
            return
        # What is appended from here on is written behind this, by the same thread, into the next segment.
        self._active = None
        await self._on_thread(self._writer.end)
        active.sealed = True
        await self._remove(active)

    async def close(self) -> None:
        """Write what was appended, and leave the rest to whoever adopts it."""
        while self._writing is not None:
            await asyncio.wait([self._writing])
        await self.seal()
        if self._writer is not None:
            await self._on_thread(self._writer.end)
            self._writer = None
        self._thread.shutdown()
        for path in list(self._adopted):
            self._adopted.pop(path).release()
        if self._own is not None:
            own, self._own = self._own, None
            if any(segment.path.parent == own.path for segment in self._segments):
                own.release()
            else:
                own.remove()

    def _first(self) -> Segment | None:
        return next((segment for segment in self._segments if segment.waiting or segment.sealed), None)

    def _note(self, portion: Portion) -> None:
        """Tell of what could not be read."""
        file = str(portion.segment.path)
        if portion.damaged:
            portion.segment.bad = True
            self.figures.damaged += portion.damaged
            _log.error(
                "spool_damaged", file=file, count=portion.damaged, remedy="the file is kept aside; look at the disk"
            )
        if portion.torn:
            self.figures.torn += 1
            _log.warning("spool_torn", file=file, size_bytes=portion.torn, reason="nobody was told that it is durable")

    async def _remove(self, segment: Segment) -> None:
        if segment in self._segments:
            self._segments.remove(segment)
        await asyncio.to_thread(put_away, segment)
        parent = segment.path.parent
        if parent in self._adopted and not any(other.path.parent == parent for other in self._segments):
            self._leave(parent)

    def _leave(self, path: Path) -> None:
        self._adopted.pop(path).remove()

    async def _write_groups(self) -> None:
        try:
            while self._group.frames:
                await asyncio.sleep(GROUP_SECONDS)
                group, self._group = self._group, _Group()
                await self._write_group(group)
        finally:
            self._writing = None

    async def _write_group(self, group: _Group) -> None:
        started = self._monotonic()
        try:
            written = await self._on_thread(self._write, b"".join(group.frames))
        except OSError as error:
            self._fail(group, error)
            return
        finally:
            self._unwritten -= group.size
        self._wrote(written)
        self._observe_sync(self._monotonic() - started)
        self.arrived.set()
        for done in group.waiting:
            if not done.done():
                done.set_result(None)

    def _write(self, data: bytes) -> Written:
        if self._writer is None:
            raise OSError(errno.EBADF, "the spool is closed")
        return self._writer.write(data)

    def _wrote(self, written: Written) -> None:
        if self._active is None or self._active.path != written.path:
            if self._active is not None:
                self._active.sealed = True
            self._active = Segment(written.path, 0, sealed=False)
            self._segments.append(self._active)
        self._active.durable = written.durable

    def _fail(self, group: _Group, error: OSError) -> None:
        """Nothing of this group was accepted; the writer has ended its segment."""
        self.figures.failures += 1
        self._refused_until = self._monotonic() + REFUSED_SECONDS
        if self._active is not None:
            self._active.sealed = True
            self._active = None
        _log.error("spool_refused", file=str(self.root), error=type(error).__name__, code=_symbol(error))
        for done in group.waiting:
            if not done.done():
                done.set_exception(SpoolFull("the disk of the spool refuses; see the log"))

    def _on_thread(self, call: Callable[..., T], *arguments: object) -> "asyncio.Future[T]":
        return asyncio.get_running_loop().run_in_executor(self._thread, call, *arguments)


def _symbol(error: OSError) -> str:
    """``ENOSPC``."""
    return errno.errorcode.get(error.errno or 0, "")
