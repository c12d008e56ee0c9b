"""Segments as files: read in pieces, deleted when committed, kept aside when damaged."""

from pathlib import Path

from sealane_investigator.intake.frames import SEGMENT_HEAD, frame
from sealane_investigator.intake.segments import MAX_QUARANTINED, QUARANTINE, Segment, existing, put_away, read_portion


def _segment(path: Path, data: bytes) -> Segment:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    return Segment(path, len(data), sealed=True)


def test_a_segment_is_read_from_where_reading_stopped(tmp_path: Path) -> None:
    """Portion after portion, until nothing waits."""
    segment = _segment(tmp_path / "a" / "1.seg", SEGMENT_HEAD + frame(b"1") + frame(b"2") + frame(b"3"))

    portions = []
    while segment.waiting:
        portion = read_portion(segment, at_most_bytes=16, at_most_frames=2)
        portions.append(portion.payloads)
        segment.read = portion.upto

    assert portions == [(b"1",), (b"2",), (b"3",)]


def test_a_frame_longer_than_a_piece_is_read_whole(tmp_path: Path) -> None:
    """The piece grows until it holds one frame."""
    segment = _segment(tmp_path / "a" / "1.seg", SEGMENT_HEAD + frame(bytes(1_000)) + frame(b"2"))

    assert read_portion(segment, at_most_bytes=8, at_most_frames=9).payloads[0] == bytes(1_000)


def test_only_what_is_durable_is_read(tmp_path: Path) -> None:
    """What a failed write left behind the durable end was refused to its sender."""
    segment = _segment(tmp_path / "a" / "1.seg", SEGMENT_HEAD + frame(b"1") + frame(b"refused"))
    segment.durable = len(SEGMENT_HEAD + frame(b"1"))

    portion = read_portion(segment, at_most_bytes=1_000, at_most_frames=9)

    assert (portion.payloads, portion.upto, portion.torn) == ((b"1",), segment.durable, 0)


def test_a_file_without_its_head_holds_nothing_that_was_promised(tmp_path: Path) -> None:
    """Its process died before the first fsync, or it is none of ours."""
    segment = _segment(tmp_path / "a" / "1.seg", b"SLSP")

    portion = read_portion(segment, at_most_bytes=1_000, at_most_frames=9)

    assert (portion.payloads, portion.upto, portion.torn) == ((), 4, 4)


def test_segments_are_found_oldest_first(tmp_path: Path) -> None:
    """And nothing else that lies in the directory."""
    for name in ("00000002.seg", "00000001.seg", "lock"):
        (tmp_path / name).write_bytes(SEGMENT_HEAD)

    assert [segment.path.name for segment in existing(tmp_path)] == ["00000001.seg", "00000002.seg"]


def test_a_committed_segment_is_deleted_and_a_damaged_one_kept_aside(tmp_path: Path) -> None:
    """Up to a number: a disk that damages everything does not fill itself."""
    good = _segment(tmp_path / "pod" / "1.seg", SEGMENT_HEAD)
    put_away(good)
    for number in range(MAX_QUARANTINED + 1):
        bad = _segment(tmp_path / "pod" / f"{number}.seg", SEGMENT_HEAD)
        bad.bad = True
        put_away(bad)

    assert list((tmp_path / "pod").iterdir()) == []
    assert len(list((tmp_path / QUARANTINE).iterdir())) == MAX_QUARANTINED
    assert (tmp_path / QUARANTINE / "pod-0.seg").exists()
