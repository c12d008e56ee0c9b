"""What the thread of a spool writes, and takes back."""

import errno
import os
from pathlib import Path

import pytest

from sealane_investigator.intake.frames import SEGMENT_HEAD
from sealane_investigator.intake.segment_writer import SegmentWriter


def test_what_is_written_is_behind_the_head(tmp_path: Path) -> None:
    """And the durable length is that of the file."""
    writer = SegmentWriter(tmp_path)

    first, second = writer.write(b"one"), writer.write(b"two")
    writer.end()

    assert first.path == second.path
    assert second.path.read_bytes() == SEGMENT_HEAD + b"onetwo"
    assert second.durable == len(SEGMENT_HEAD) + 6


def test_a_segment_that_is_long_enough_is_followed_by_the_next(tmp_path: Path) -> None:
    """The write that crosses the length is still in the old one."""
    writer = SegmentWriter(tmp_path, segment_bytes=10)

    names = [writer.write(b"four").path.name for _ in range(3)]
    writer.end()

    assert names == ["00000001.seg", "00000002.seg", "00000003.seg"]


def test_a_full_disk_leaves_what_was_durable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The half that was written is taken back, and the next write begins a segment of its own."""
    writer = SegmentWriter(tmp_path)
    kept = writer.write(b"kept")

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            writer.write(b"lost")
    following = writer.write(b"next")
    writer.end()

    assert kept.path.read_bytes() == SEGMENT_HEAD + b"kept"
    assert following.path.name == "00000002.seg"


def test_a_segment_that_never_was_durable_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody was promised anything of it."""
    writer = SegmentWriter(tmp_path)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        writer.write(b"lost")

    assert list(tmp_path.iterdir()) == []
