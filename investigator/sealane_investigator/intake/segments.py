"""The segments of one spool directory as files: made, read from where reading stopped, deleted when committed."""

import os
from dataclasses import dataclass
from pathlib import Path

from .frames import SEGMENT_HEAD, Framed, unframe

SUFFIX = ".seg"
#: Where a segment goes that holds damage, so that a person can look at it; further ones are deleted.
QUARANTINE = "damaged"
MAX_QUARANTINED = 8


@dataclass(slots=True)
class Segment:
    """One file. ``durable`` bytes of it survived a fsync, ``read`` of them have been committed; ``sealed``: it grows
    no more. ``bad`` says that some of it could not be read."""

    path: Path
    durable: int
    sealed: bool
    read: int = len(SEGMENT_HEAD)
    bad: bool = False

    @property
    def waiting(self) -> int:
        """Bytes that are durable and not committed."""
        return max(0, self.durable - self.read)


@dataclass(frozen=True, slots=True)
class Portion:
    """Payloads that were read together; ``upto`` is where the segment is read from once they are committed."""

    segment: Segment
    payloads: tuple[bytes, ...]
    upto: int
    damaged: int = 0
    torn: int = 0


def existing(directory: Path) -> list[Segment]:
    """Return the segments of a directory that nobody writes any more, oldest first."""
    paths = sorted(path for path in directory.iterdir() if path.suffix == SUFFIX)
    return [Segment(path, path.stat().st_size, sealed=True) for path in paths]


def read_portion(segment: Segment, *, at_most_bytes: int, at_most_frames: int) -> Portion:
    """Read what comes next; blocks on the disk. Raises OSError."""
    wanted, durable = at_most_bytes, segment.durable
    with segment.path.open("rb") as file:
        if file.read(len(SEGMENT_HEAD)) != SEGMENT_HEAD:
            # Nothing was acknowledged out of a file whose head is not there: the head is written with the first frame.
            return Portion(segment, (), durable, torn=durable)
        while True:
            file.seek(segment.read)
            data = file.read(min(wanted, durable - segment.read))
            whole = len(data) == durable - segment.read
            framed = unframe(data, more=not whole, at_most=at_most_frames)
            if framed.payloads or whole:
                return _portion(segment, framed, whole=whole)
            wanted *= 4


def _portion(segment: Segment, framed: Framed, *, whole: bool) -> Portion:
    """What follows the last whole frame is torn only where the data ends."""
    torn = framed.torn if whole else 0
    return Portion(segment, framed.payloads, segment.read + framed.end + torn, framed.damaged, torn)


def put_away(segment: Segment) -> None:
    """Delete a segment, or keep it aside when it holds damage and there is room. Raises OSError."""
    if segment.bad:
        shelf = segment.path.parent.parent / QUARANTINE
        shelf.mkdir(exist_ok=True)
        if len(list(shelf.iterdir())) < MAX_QUARANTINED:
            segment.path.rename(shelf / f"{segment.path.parent.name}-{segment.path.name}")
            return
    segment.path.unlink(missing_ok=True)
    sync_directory(segment.path.parent)


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable. Raises OSError."""
    number = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
