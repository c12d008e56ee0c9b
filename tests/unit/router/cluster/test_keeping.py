"""When the snapshot is written, and what its failures do: nothing but be told."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from sealane_router.aio.tasks import spawn, stop
from sealane_router.cluster import snapshot as module
from sealane_router.cluster.keeping import SETTLE, SnapshotKeeper
from sealane_router.cluster.revisions import Revision
from sealane_router.cluster.snapshot import KEYS_FILE, ROUTES_FILE, Snapshot
from sealane_telemetry.metrics import RouterMetrics
from tests.support.followed import revision, spec_of
from tests.support.waiting import until

ONE = revision(1, spec_of())
KEYS = {("team", "moonshot"): {"api-key": b"sk-1"}}


class Kept:
    """A keeper whose waits end when the test says so."""

    def __init__(self, folder: Path, keys: Path | None) -> None:
        self.folder = folder
        self.registry = CollectorRegistry()
        self.served: list[Revision] = [ONE]
        self.waits: list[float] = []
        self.over = asyncio.Event()
        self.keeper = SnapshotKeeper(
            Snapshot(folder, keys, ()), lambda: (self.served, KEYS), RouterMetrics(self.registry).cluster, self.sleep
        )

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        await self.over.wait()
        self.over.clear()

    def written(self, part: str, result: str) -> float:
        labels = {"part": part, "result": result}
        return self.registry.get_sample_value("sealane_snapshot_writes_total", labels) or 0.0


@pytest.fixture
async def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Kept]:
    """One that runs, in a directory that counts as memory."""
    monkeypatch.setattr(module, "file_system_of", lambda _: "tmpfs")
    kept = Kept(tmp_path, tmp_path)
    task = spawn(kept.keeper.run(), name="keep")
    yield kept
    await stop(task)


async def test_a_burst_of_changes_is_one_write(kept: Kept) -> None:
    """Some seconds after the first of them; then nothing until the next change."""
    for _ in range(5):
        kept.keeper.changed()
        await asyncio.sleep(0)
    await until(lambda: kept.waits)
    early = list(kept.folder.iterdir())
    kept.over.set()
    await until(lambda: kept.written("keys", "ok"))
    await asyncio.sleep(0)

    assert early == []
    assert sorted(path.name for path in kept.folder.iterdir()) == [KEYS_FILE, ROUTES_FILE]
    assert kept.waits == [SETTLE]
    assert kept.keeper.age is not None


async def test_a_write_that_fails_is_tried_again_later(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is counted, and there is no snapshot of which an age could be told."""
    monkeypatch.setattr(module, "MAX_SNAPSHOT", 10)
    kept.keeper.changed()
    await until(lambda: len(kept.waits) == 1)
    kept.over.set()
    await until(lambda: len(kept.waits) == 2)
    failed = (kept.written("routes", "failed"), kept.written("keys", "failed"), kept.keeper.age)
    monkeypatch.undo()
    kept.over.set()
    await until(lambda: len(kept.waits) == 3)
    kept.over.set()
    await until(lambda: kept.written("keys", "ok"))

    assert failed == (1, 1, None)
    assert kept.waits[1] > SETTLE
    assert kept.written("routes", "ok") == 1


async def test_what_was_not_written_is_written_at_the_end(kept: Kept) -> None:
    """And nothing is where nothing has changed."""
    await kept.keeper.finish()
    nothing = list(kept.folder.iterdir())
    kept.keeper.changed()
    await kept.keeper.finish()
    revisions, keys = await kept.keeper.read()

    assert nothing == []
    assert [each.wanted for each in revisions] == [ONE.wanted]
    assert keys == KEYS


async def test_what_cannot_be_believed_is_told_and_left_out(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    """Each file by itself."""
    kept.keeper.changed()
    await kept.keeper.finish()
    (kept.folder / ROUTES_FILE).write_text("nonsense", "utf-8")
    without_routes = await kept.keeper.read()
    (kept.folder / KEYS_FILE).write_text("sk-secret", "utf-8")
    without_both = await kept.keeper.read()
    logged = capsys.readouterr().out

    assert without_routes == ([], KEYS)
    assert without_both == ([], {})
    assert logged.count("snapshot_refused") == 3
    assert "sk-secret" not in logged


async def test_without_a_place_for_keys_there_is_one_file(tmp_path: Path) -> None:
    """And one part is counted."""
    kept = Kept(tmp_path, None)
    kept.keeper.changed()
    await kept.keeper.finish()

    assert [entry.name for entry in os.scandir(tmp_path)] == [ROUTES_FILE]
    assert (kept.written("routes", "ok"), kept.written("keys", "ok")) == (1, 0)
