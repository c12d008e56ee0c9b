"""What the thread of a spool does: append, fsync, and begin the next segment when one is long enough."""

import errno
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .frames import SEGMENT_HEAD
from .segments import SUFFIX, sync_directory

SEGMENT_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Written:
    """Where a write went: ``durable`` is the length of the file after its fsync."""

    path: Path
    durable: int


class SegmentWriter:
    """Writes the segments of one directory, numbered from 1; used by one thread."""

    def __init__(self, directory: Path, *, segment_bytes: int = SEGMENT_BYTES) -> None:
        self._directory = directory
        self._segment_bytes = segment_bytes
        self._number = 0
        self._file: int | None = None
        self._path = directory
        self._durable = 0

    def write(self, data: bytes) -> Written:
        """Append and fsync; a disk that refuses ends the segment where it was durable. Raises OSError."""
        if self._file is None or self._durable >= self._segment_bytes:
            self._begin()
        try:
            self._append(data)
        except OSError:
            self._give_up()
            raise
        return Written(self._path, self._durable)

    def end(self) -> None:
        """Write no more to the present segment."""
        if self._file is not None:
            file, self._file = self._file, None
            os.close(file)

    def _begin(self) -> None:
        self.end()
        self._number += 1
        self._durable = 0
        self._path = self._directory / f"{self._number:08}{SUFFIX}"
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)

    def _append(self, data: bytes) -> None:
        if self._file is None:
            raise OSError(errno.EBADF, "there is no segment to write to")
        begins = self._durable == 0
        rest = memoryview(SEGMENT_HEAD + data if begins else data)
        length = len(rest)
        while rest:
            rest = rest[os.write(self._file, rest) :]
        os.fsync(self._file)
        if begins:
            sync_directory(self._directory)
        self._durable += length

    def _give_up(self) -> None:
        """Take back what was not acknowledged, as far as the disk lets us; else it may be counted, never lost."""
        if self._file is not None:
            with suppress(OSError):
                os.ftruncate(self._file, self._durable)
        self.end()
        if self._durable == 0:
            with suppress(OSError):
                self._path.unlink()
