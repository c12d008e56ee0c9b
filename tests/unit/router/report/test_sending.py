"""When what waits is sent, and what is given up."""

import asyncio
import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from sealane_router.report import sending as module
from sealane_router.report.backlog import Backlog
from sealane_router.report.delivery import Answer, Verdict
from sealane_router.report.describing import EventWriter
from sealane_router.report.folding import WINDOW, Folding
from sealane_router.report.sending import Sender
from sealane_telemetry.report_metrics import ReportMetrics
from tests.support.error_entries import entry_of, writer_of
from tests.support.waiting import until

ACCEPTED, REFUSED = Answer(Verdict.ACCEPTED, "accepted"), Answer(Verdict.REFUSED, "refused")
DOWN = Answer(Verdict.LATER, "connect")


class Scene:
    """A sender with a clock of the test's; ``judge`` answers each batch, ``slept`` are its waits."""

    def __init__(self) -> None:
        self.metrics = ReportMetrics()
        self.backlog = Backlog(self.metrics)
        self.folding = Folding(self.backlog)
        self.judge: Callable[[list[dict[str, Any]]], Answer] = lambda _: ACCEPTED
        self.batches: list[dict[str, Any]] = []
        self.slept: list[float] = []
        self.now = 1_000.0
        self.sender = Sender(
            self.backlog,
            self.folding,
            writer_of(),
            self,
            self.metrics,
            clock=lambda: self.now,
            sleep=self.sleep,
            chance=lambda: 1.0,
        )

    async def post(self, batch: bytes) -> Answer:
        """Take a batch."""
        read = json.loads(batch)
        self.batches.append(read)
        return self.judge(read["events"])

    async def sleep(self, seconds: float) -> None:
        """Time passes at once."""
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)

    def put(self, number: int, message: str = "slow down") -> None:
        """So many errors."""
        for _ in range(number):
            self.backlog.put(entry_of(message))

    async def turns(self, number: int) -> None:
        """What the sender's task does, so often."""
        for _ in range(number):
            await self.sender._turn()

    @property
    def arrived(self) -> list[int]:
        """Sequences of the accepted events, in the order of their arrival."""
        return [event["sequence"] for batch in self.batches for event in batch["events"]]

    def dropped(self, reason: str) -> float:
        """What was given up for a reason."""
        return self.metrics.dropped.labels(reason).value


@pytest.fixture
def scene() -> Scene:
    """Nothing waits."""
    return Scene()


async def test_what_waits_is_sent_in_order_and_in_batches(scene: Scene) -> None:
    """500 events at most; the first waits a moment for others, a full batch does not."""
    scene.put(1201)
    await scene.turns(3)

    assert [len(batch["events"]) for batch in scene.batches] == [500, 500, 201]
    assert scene.arrived == list(range(1, 1202))
    assert [wait for wait in scene.slept if wait] == [module.LINGER]
    assert (len(scene.backlog), scene.metrics.sent.labels().value) == (0, 1201)
    assert (scene.batches[0]["reporter"], scene.batches[0]["epoch"]) == ("router-0", "e")


async def test_no_batch_is_longer_than_a_mebibyte(scene: Scene) -> None:
    """Unless one event alone is."""
    scene.put(300, "x" * 8000)
    held = []
    while len(scene.backlog):
        await scene.turns(1)
        held.append(sum(len(event) for event in scene.sender._written))

    assert max(held) < 10_000, "no more is written than is sent"
    assert sum(len(batch["events"]) for batch in scene.batches) == 300
    assert all(len(json.dumps(batch)) < 1.2 * module.MAX_BATCH_BYTES for batch in scene.batches)


async def test_a_batch_that_cannot_be_taken_is_sent_again_as_it_is(scene: Scene) -> None:
    """After waits that double and never exceed half a minute; then all is as before."""
    scene.put(3)
    scene.judge = lambda _: DOWN
    await scene.turns(9)
    waits = [wait for wait in scene.slept if wait not in (0.0, module.LINGER)]
    scene.judge = lambda _: ACCEPTED
    await scene.turns(1)

    assert waits == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    assert {tuple(event["id"] for event in batch["events"]) for batch in scene.batches} == {("e-1", "e-2", "e-3")}
    assert (len(scene.backlog), scene.backlog.dropped) == (0, 0)


@pytest.mark.parametrize(("stated", "waited"), [(7.0, 7.0), (0.1, 0.5)])
async def test_a_stated_wait_is_kept(scene: Scene, stated: float, waited: float) -> None:
    """And never one that is shorter than our own."""
    scene.put(1)
    scene.judge = lambda _: Answer(Verdict.LATER, "busy", stated)
    await scene.turns(1)

    assert scene.slept[-1] == waited


async def test_one_bad_event_costs_itself_alone(scene: Scene) -> None:
    """What is refused is halved until the one is found; everything else arrives, once and in order."""
    scene.put(700)
    bad = {13, 499, 500}
    scene.judge = lambda events: REFUSED if bad & {event["sequence"] for event in events} else ACCEPTED
    while len(scene.backlog):
        await scene.turns(1)
    accepted = [batch for batch in scene.batches if not bad & {event["sequence"] for event in batch["events"]}]
    arrived = [event["sequence"] for batch in accepted for event in batch["events"]]

    assert arrived == [number for number in range(1, 701) if number not in bad]
    assert (scene.backlog.dropped, scene.dropped("refused")) == (3, 3)
    assert scene.batches[-1]["dropped"] == 3
    assert len(scene.batches) < 70


async def test_an_investigator_that_refuses_everything_is_not_stormed(scene: Scene) -> None:
    """Each event is given up by itself, after a pause."""
    scene.put(600)
    scene.judge = lambda _: REFUSED
    while len(scene.backlog):
        await scene.turns(1)

    assert scene.dropped("refused") == 600
    assert scene.slept.count(module._REFUSED_WAIT) == 600


async def test_refusals_do_not_slow_what_comes_after(scene: Scene) -> None:
    """Batches are as large as before soon after."""
    scene.put(1)
    scene.judge = lambda _: REFUSED
    await scene.turns(1)
    scene.judge = lambda _: ACCEPTED
    scene.put(1500)
    while len(scene.backlog):
        await scene.turns(1)

    assert max(len(batch["events"]) for batch in scene.batches) > 400


async def test_what_was_folded_is_sent_when_its_window_ends(scene: Scene) -> None:
    """Whether anything else happens or not."""
    for _ in range(5):
        scene.folding.put(entry_of(), scene.now)
    await scene.turns(1)
    scene.now += WINDOW
    scene.put(1)
    await scene.turns(1)

    assert [event["count"] for batch in scene.batches for event in batch["events"]] == [1, 1, 4]


async def test_drops_are_told_once_a_minute(scene: Scene) -> None:
    """With how many there were since."""
    scene.backlog._most = 1
    with capture_logs() as logs:
        for _ in range(4):
            scene.put(11)
            await scene.turns(1)
            scene.now += 25.0
    told = [line for line in logs if line["event"] == "events_dropped"]

    assert [line["count"] for line in told] == [10, 30]


async def test_an_outage_is_told_once_a_minute(scene: Scene) -> None:
    """However often it is tried."""
    scene.put(1)
    scene.judge = lambda _: DOWN
    with capture_logs() as logs:
        await scene.turns(9)

    assert [line["event"] for line in logs] == ["investigator_unavailable", "investigator_unavailable"]
    assert scene.metrics.batches.labels("connect").value == 9


async def test_a_defect_does_not_end_the_reports(scene: Scene) -> None:
    """It is logged, and the next turn comes."""
    scene.put(1)
    answers = [lambda: ACCEPTED, lambda: Answer(Verdict(1 // 0), "a defect")]
    scene.judge = lambda _: answers.pop()()
    with capture_logs() as logs:
        scene.sender.start()
        await until(lambda: not len(scene.backlog))
        await scene.sender.close(1.0)

    assert [line["event"] for line in logs] == ["report_failed"]


async def test_at_the_end_what_is_left_is_sent(scene: Scene) -> None:
    """Also what was folded, and though it takes more than one try."""
    scene.sender.start()
    scene.put(700)
    for _ in range(5):
        scene.folding.put(entry_of(), scene.now)
    answers = [ACCEPTED, ACCEPTED, DOWN]
    scene.judge = lambda _: answers.pop() if answers else ACCEPTED
    await scene.sender.close(5.0)

    assert len(scene.backlog) == 0
    assert max(scene.slept) <= module._LAST_WAIT
    assert sum(event["count"] for event in {e["id"]: e for b in scene.batches for e in b["events"]}.values()) == 705


@pytest.mark.parametrize("seconds", [0.0, 0.05])
async def test_the_end_is_not_held_up(scene: Scene, seconds: float) -> None:
    """What could not be sent in time is counted and told."""

    async def never(_: bytes) -> Answer:
        await asyncio.Event().wait()
        return ACCEPTED

    scene.put(20)
    sender = Sender(scene.backlog, scene.folding, writer_of(), _Posts(never), scene.metrics)
    sender.start()
    await asyncio.sleep(0)
    with capture_logs() as logs:
        await sender.close(seconds)

    assert (len(scene.backlog), scene.dropped("shutdown")) == (0, 20)
    assert [(line["event"], line["count"]) for line in logs] == [("events_left", 20)]


class _Posts:
    def __init__(self, post: Callable[[bytes], Any]) -> None:
        self._post = post

    async def post(self, batch: bytes) -> Answer:
        answer: Answer = await self._post(batch)
        return answer


async def test_texts_that_take_long_do_not_hold_up_a_batch(scene: Scene) -> None:
    """It is sent with what has been written after a second; the rest follows."""

    def redact(text: str) -> str:
        scene.now += 0.3
        return text

    for number in range(9):
        scene.put(1, f"text {number}")
    writer = EventWriter("r", "e", redact)
    scene.sender = Sender(
        scene.backlog, scene.folding, writer, scene, scene.metrics, clock=lambda: scene.now, sleep=scene.sleep
    )
    await scene.turns(1)
    first = len(scene.arrived)
    while len(scene.backlog):
        await scene.turns(1)

    assert 0 < first < 9
    assert scene.arrived == list(range(1, 10))


@pytest.mark.parametrize(("number", "length"), [(1000, 8000), (1001, 512)])
async def test_when_many_wait_only_the_beginning_of_a_text_is_told(scene: Scene, number: int, length: int) -> None:
    """Counts matter more than words then, and a client that makes its provider quote much must not hide the others."""
    scene.put(number, "x" * 8000)
    await scene.turns(1)

    assert {len(event["message"]) for event in scene.batches[0]["events"]} == {length}


async def test_writing_leaves_exchanges_their_turns(scene: Scene) -> None:
    """In pieces, beside the loop, with three times as long a rest; at the end nobody rests any more."""

    def clock() -> float:
        scene.now += 0.001
        return scene.now

    scene.put(20)
    threads: set[int] = set()

    def redact(text: str) -> str:
        threads.add(threading.get_ident())
        return text

    writer = EventWriter("r", "e", redact)
    sender = Sender(scene.backlog, scene.folding, writer, scene, scene.metrics, clock=clock, sleep=scene.sleep)
    await sender._write()

    assert [round(wait, 3) for wait in scene.slept] == [0.021, 0.021, 0.021, 0.009]
    assert threads
    assert threading.get_ident() not in threads
    scene.put(20)
    scene.slept.clear()
    await sender.close(5.0)
    assert set(scene.slept) == {0.0}
