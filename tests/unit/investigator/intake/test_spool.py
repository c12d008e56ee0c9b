"""The spool: durable once appended, there until committed, adopted when its process dies."""

import asyncio
import errno
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from sealane_investigator.errors import SpoolFull
from sealane_investigator.intake.frames import SEGMENT_HEAD, frame
from sealane_investigator.intake.segments import QUARANTINE
from sealane_investigator.intake.spool import REFUSED_SECONDS, Spool

_LIMIT = 1024 * 1024


@asynccontextmanager
async def _spool(root: Path, name: str = "one", *, limit: int = _LIMIT, segment: int = 4_096) -> AsyncIterator[Spool]:
    spool = Spool(root, name, limit=limit, segment_bytes=segment)
    spool.open()
    try:
        yield spool
    finally:
        await spool.close()


async def _all(spool: Spool) -> list[bytes]:
    """Everything that waits, committed as it is read."""
    found: list[bytes] = []
    while (portion := await spool.next()) is not None:
        found.extend(portion.payloads)
        await spool.committed(portion)
    return found


def _crash(spool: Spool) -> None:
    """What the death of a process does: the lock is gone, the files stay."""
    assert spool._own is not None
    os.close(spool._own.number)
    spool._own = None


async def test_what_is_appended_is_read_once(tmp_path: Path) -> None:
    """In its order, and nothing waits afterwards."""
    async with _spool(tmp_path) as spool:
        for payload in (b"1", b"2", b"3"):
            await spool.append(payload)

        assert await _all(spool) == [b"1", b"2", b"3"]
        assert (spool.waiting, await _all(spool)) == (0, [])


async def test_appends_of_one_moment_share_a_fsync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred of them take a few, not a hundred."""
    synced: list[int] = []
    real = os.fsync

    def counted(number: int) -> None:
        synced.append(number)
        real(number)

    monkeypatch.setattr(os, "fsync", counted)
    async with _spool(tmp_path, segment=_LIMIT) as spool:
        await spool.append(b"first")
        before = len(synced)
        await asyncio.gather(*(spool.append(b"%d" % number) for number in range(100)))

        assert len(synced) - before == 1
        assert len(await _all(spool)) == 101


async def test_a_committed_segment_goes_and_the_one_that_is_written_goes_when_it_is_sealed(tmp_path: Path) -> None:
    """Nothing of what was counted lies about."""
    async with _spool(tmp_path, segment=64) as spool:
        for _ in range(5):
            await spool.append(bytes(60))
        assert len(list((tmp_path / "one").glob("*.seg"))) == 5

        await _all(spool)
        assert len(list((tmp_path / "one").glob("*.seg"))) == 1
        await spool.seal()
        assert list((tmp_path / "one").glob("*.seg")) == []

        await spool.append(b"later")
        assert await _all(spool) == [b"later"]


async def test_a_segment_with_something_in_it_is_not_sealed(tmp_path: Path) -> None:
    """Sealing deletes."""
    async with _spool(tmp_path) as spool:
        await spool.append(b"waits")
        await spool.seal()

        assert await _all(spool) == [b"waits"]


async def test_what_was_read_and_not_committed_is_read_again(tmp_path: Path) -> None:
    """The database may have died in between."""
    async with _spool(tmp_path) as spool:
        await spool.append(b"1")
        first = await spool.next()
        second = await spool.next()

        assert first is not None
        assert first == second


async def test_at_its_limit_it_refuses_and_loses_nothing(tmp_path: Path) -> None:
    """Up to the last byte it accepts; when the database took something there is room again."""
    size = len(frame(bytes(100)))
    async with _spool(tmp_path, limit=len(SEGMENT_HEAD) + 3 * size) as spool:
        for _ in range(3):
            await spool.append(bytes(100))
        with pytest.raises(SpoolFull, match="limit"):
            await spool.append(bytes(100))

        assert len(await _all(spool)) == 3
        await spool.seal()
        await spool.append(bytes(100))


async def test_a_disk_that_refuses_is_left_alone_for_a_while(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every append of the group is refused, later ones at once; then it is tried again."""
    now = 0.0
    spool = Spool(tmp_path, "one", limit=_LIMIT, monotonic=lambda: now)
    spool.open()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        refused = await asyncio.gather(spool.append(b"1"), spool.append(b"2"), return_exceptions=True)
    assert [type(error) for error in refused] == [SpoolFull, SpoolFull]
    with pytest.raises(SpoolFull, match="refuses"):
        await spool.append(b"3")

    now += REFUSED_SECONDS
    await spool.append(b"4")
    assert await _all(spool) == [b"4"]
    assert (spool.figures.failures, spool.waiting) == (1, 0)
    await spool.close()


async def test_the_spool_of_a_dead_replica_is_adopted(tmp_path: Path) -> None:
    """By one of the living, which deletes it when the database has everything."""
    dead = Spool(tmp_path, "dead", limit=_LIMIT, segment_bytes=64)
    dead.open()
    for number in range(4):
        await dead.append(b"%d" % number + bytes(60))
    _crash(dead)

    async with _spool(tmp_path, "heir") as heir, _spool(tmp_path, "late") as late:
        assert [payload[:1] for payload in await _all(heir)] == [b"0", b"1", b"2", b"3"]
        assert await _all(late) == []
        assert not (tmp_path / "dead").exists()
        assert (heir.figures.adopted, late.figures.adopted) == (1, 0)
    await dead.close()


async def test_an_adopted_spool_is_left_for_the_next_when_its_heir_ends(tmp_path: Path) -> None:
    """What was not committed is still there."""
    dead = Spool(tmp_path, "dead", limit=_LIMIT)
    dead.open()
    await dead.append(b"1")
    _crash(dead)

    async with _spool(tmp_path, "heir") as heir:
        assert await heir.next() is not None
    async with _spool(tmp_path, "second") as second:
        assert await _all(second) == [b"1"]
    await dead.close()


async def test_a_torn_tail_is_counted_and_no_error(tmp_path: Path) -> None:
    """Its writer died before anybody was told that it is durable."""
    directory = tmp_path / "dead"
    directory.mkdir()
    (directory / "lock").touch()
    (directory / "00000001.seg").write_bytes(SEGMENT_HEAD + frame(b"1") + frame(b"torn")[:-2])

    async with _spool(tmp_path) as spool:
        assert await _all(spool) == [b"1"]
        assert (spool.figures.torn, spool.figures.damaged) == (1, 0)
    assert not directory.exists()


async def test_a_damaged_frame_is_counted_and_its_segment_kept_aside(tmp_path: Path) -> None:
    """What stands behind it is read all the same."""
    directory = tmp_path / "dead"
    directory.mkdir()
    (directory / "lock").touch()
    bad = bytearray(frame(b"bad"))
    bad[-1] ^= 1
    (directory / "00000001.seg").write_bytes(SEGMENT_HEAD + frame(b"1") + bad + frame(b"3"))

    async with _spool(tmp_path) as spool:
        assert await _all(spool) == [b"1", b"3"]
        assert spool.figures.damaged == 1
    assert [path.name for path in (tmp_path / QUARANTINE).iterdir()] == ["dead-00000001.seg"]


async def test_who_is_cancelled_does_not_cancel_the_others(tmp_path: Path) -> None:
    """A client that leaves during the fsync takes nothing with it."""
    async with _spool(tmp_path) as spool:
        first, second = asyncio.ensure_future(spool.append(b"1")), asyncio.ensure_future(spool.append(b"2"))
        await asyncio.sleep(0)
        first.cancel()
        await second

        assert await _all(spool) == [b"1", b"2"]


async def test_a_file_that_cannot_be_read_does_not_hold_up_the_others(tmp_path: Path) -> None:
    """It goes to the end of the queue and is tried again."""
    async with _spool(tmp_path, segment=64) as spool:
        for number in range(2):
            await spool.append(b"%d" % number + bytes(60))
        first = tmp_path / "one" / "00000001.seg"
        hidden = first.rename(first.with_suffix(".hidden"))

        with pytest.raises(FileNotFoundError):
            await spool.next()
        portion = await spool.next()
        assert portion is not None
        assert portion.payloads[0][:1] == b"1"
        await spool.committed(portion)

        hidden.rename(first)
        assert [payload[:1] for payload in await _all(spool)] == [b"0"]
