"""The drain: what the spool holds reaches the database, for as long as it takes."""

import asyncio
from pathlib import Path

from prometheus_client import CollectorRegistry

from sealane_investigator.intake.acceptance import encode_accepted
from sealane_investigator.intake.segments import QUARANTINE
from sealane_investigator.intake.spool import Spool
from sealane_investigator.pipeline.drain import ADOPT_SECONDS, Drain
from sealane_investigator.pipeline.recorder import Recorder
from sealane_telemetry.investigator_metrics import InvestigatorMetrics
from tests.support.fake_store import FakeStore
from tests.support.reported import accepted, analysed
from tests.support.waiting import until


class _Scene:
    """A spool, a store and the drain between them; pauses are noted and not waited."""

    def __init__(self, root: Path, name: str = "one") -> None:
        self.store = FakeStore()
        self.spool = Spool(root, name, limit=1024 * 1024, segment_bytes=256)
        self.spool.open()
        self.pauses: list[float] = []
        metrics = InvestigatorMetrics(CollectorRegistry())
        recorder = Recorder(self.store, analysed, metrics)
        self.drain = Drain(self.spool, recorder, metrics, sleep=self._sleep, random_unit=lambda: 1.0)

    async def _sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    async def append(self, *numbers: int) -> None:
        await self.spool.append(encode_accepted(accepted(*numbers)))


async def test_what_is_spooled_is_counted_and_deleted(tmp_path: Path) -> None:
    """Nothing waits afterwards."""
    scene = _Scene(tmp_path)
    for number in range(5):
        await scene.append(number)

    await scene.drain.empty()
    await scene.spool.close()

    assert (len(scene.store.events), scene.spool.waiting) == (5, 0)
    assert not (tmp_path / "one").exists()


async def test_a_database_that_is_away_is_waited_for(tmp_path: Path) -> None:
    """With longer and longer pauses, and nothing is lost."""
    scene = _Scene(tmp_path)
    scene.store.away = True
    await scene.append(1)

    for _ in range(8):
        assert await scene.drain.turn()
    stuck: list[str | None] = [scene.drain.stuck]
    assert scene.pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]

    scene.store.away = False
    await scene.drain.empty()
    stuck.append(scene.drain.stuck)
    assert (list(scene.store.events), stuck) == (["r-1"], ["the database does not answer", None])
    await scene.spool.close()


async def test_a_crash_between_commit_and_deletion_counts_once(tmp_path: Path) -> None:
    """The next process reads the same events, and the store knows them."""
    scene = _Scene(tmp_path)
    await scene.append(1, 2)
    portion = await scene.spool.next()
    assert portion is not None
    await scene.drain._recorder.record(scene.drain._read(portion))
    await scene.spool.close()

    heir = _Scene(tmp_path, "heir")
    heir.store.events, heir.store.rows = scene.store.events, scene.store.rows
    await heir.drain.empty()
    await heir.spool.close()

    assert heir.store.rows[1].count == 2


async def test_a_frame_that_nobody_understands_is_kept_aside(tmp_path: Path) -> None:
    """What is beside it is counted."""
    scene = _Scene(tmp_path)
    await scene.spool.append(b"of another time")
    await scene.append(1)

    await scene.drain.empty()
    await scene.spool.seal()
    await scene.spool.close()

    assert list(scene.store.events) == ["r-1"]
    assert len(list((tmp_path / QUARANTINE).iterdir())) == 1


async def test_an_event_that_no_database_takes_keeps_its_segment_aside(tmp_path: Path) -> None:
    """A person can look at it."""
    scene = _Scene(tmp_path)
    scene.store.poison = {"r-1"}
    await scene.append(1, 2)

    await scene.drain.empty()
    await scene.spool.seal()
    await scene.spool.close()

    assert list(scene.store.events) == ["r-2"]
    assert len(list((tmp_path / QUARANTINE).iterdir())) == 1


async def test_spools_of_dead_replicas_are_looked_for(tmp_path: Path) -> None:
    """Again and again, for a replica may die at any time."""
    scene = _Scene(tmp_path)
    looking = asyncio.ensure_future(scene.drain.adopt())
    await asyncio.sleep(0)
    dead = Spool(tmp_path, "dead", limit=1024 * 1024)
    dead.open()
    await dead.append(encode_accepted(accepted(7)))
    await dead.close()

    await until(lambda: scene.spool.waiting)
    looking.cancel()
    await scene.drain.empty()
    await scene.spool.close()

    assert scene.pauses[0] == ADOPT_SECONDS
    assert list(scene.store.events) == ["r-7"]


async def test_it_runs_until_it_is_cancelled(tmp_path: Path) -> None:
    """What arrives wakes it."""
    scene = _Scene(tmp_path)
    running = asyncio.ensure_future(scene.drain.run())
    await scene.append(1)
    await until(lambda: not scene.spool.waiting)
    await scene.append(2)
    await until(lambda: not scene.spool.waiting)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await scene.spool.close()

    assert list(scene.store.events) == ["r-1", "r-2"]


async def test_two_who_move_the_rest_do_it_one_after_the_other(tmp_path: Path) -> None:
    """At the end of a process the task still runs: nothing is recorded twice."""
    scene = _Scene(tmp_path)
    for number in range(3):
        await scene.append(number)

    await asyncio.gather(scene.drain.turn(), scene.drain.turn(), scene.drain.empty())
    await scene.spool.close()

    assert sum(scene.store.transactions) == 3
