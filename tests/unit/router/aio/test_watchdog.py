"""The watchdog: one deadline that moves, on few timers, none of which stays behind."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from sealane_router.aio.watchdog import RESOLUTION, Watchdog


class Handle:
    """One timer of the fake loop."""

    def __init__(self, when: float, call: Callable[[], None]) -> None:
        self.when = when
        self.call = call
        self.cancelled = False

    def cancel(self) -> None:
        """As asyncio's."""
        self.cancelled = True


class Loop:
    """A loop with a clock that tests move; ``scheduled`` counts all timers ever set."""

    def __init__(self) -> None:
        self.now = 100.0
        self.scheduled = 0
        self.handles: list[Handle] = []

    def monotonic(self) -> float:
        """The clock the watchdog reads."""
        return self.now

    def call_later(self, delay: float, call: Callable[[], None], *_: Any) -> Handle:
        """As asyncio's."""
        self.scheduled += 1
        self.handles.append(Handle(self.now + delay, call))
        return self.handles[-1]

    @property
    def pending(self) -> list[Handle]:
        """Timers that would still fire."""
        return [handle for handle in self.handles if not handle.cancelled]

    def move(self, to: float) -> None:
        """Let time pass; timers fire in order."""
        while due := sorted((each for each in self.pending if each.when <= to), key=lambda each: each.when):
            handle = due[0]
            self.now = max(self.now, handle.when)
            self.handles.remove(handle)
            handle.call()
        self.now = to


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Loop:
    """A loop whose clock is the watchdog's."""
    fake = Loop()
    monkeypatch.setattr(time, "monotonic", fake.monotonic)
    return fake


@pytest.fixture
def hits(loop: Loop) -> list[float]:
    """When the watchdog called."""
    return []


@pytest.fixture
def dog(loop: Loop, hits: list[float]) -> Watchdog:
    """A watchdog on the fake loop."""
    return Watchdog(loop, lambda: hits.append(loop.now))  # type: ignore[arg-type]


def test_a_deadline_is_met_once(loop: Loop, dog: Watchdog, hits: list[float]) -> None:
    """One call, at the deadline, and no timer after it."""
    dog.arm(105.0)
    loop.move(104.9)
    assert hits == []
    loop.move(200.0)
    assert hits == [pytest.approx(105.0 + RESOLUTION)]
    assert loop.pending == []


def test_a_deadline_that_moves_away_needs_no_new_timer(loop: Loop, dog: Watchdog, hits: list[float]) -> None:
    """A thousand re-arms are a number each; the timer looks once more and goes back to sleep."""
    for step in range(1000):
        dog.arm(105.0 + step * 0.001)
    assert loop.scheduled == 1
    loop.move(105.5)
    assert (hits, loop.scheduled) == ([], 2)
    loop.move(200.0)
    assert hits == [pytest.approx(105.999 + RESOLUTION)]


def test_a_deadline_that_comes_nearer_replaces_the_timer(loop: Loop, dog: Watchdog, hits: list[float]) -> None:
    """It does not wait for the later one."""
    dog.arm(160.0)
    dog.arm(101.0)
    assert len(loop.pending) == 1
    loop.move(102.0)
    assert hits == [pytest.approx(101.0 + RESOLUTION)]


def test_a_deadline_in_the_past_is_met_at_the_next_turn(loop: Loop, dog: Watchdog, hits: list[float]) -> None:
    """Never inside ``arm``."""
    dog.arm(50.0)
    assert hits == []
    loop.move(100.1)
    assert len(hits) == 1


def test_disarmed_it_finds_nothing_to_do(loop: Loop, dog: Watchdog, hits: list[float]) -> None:
    """The sleeping timer wakes once and is not set again."""
    dog.arm(105.0)
    dog.disarm()
    loop.move(200.0)
    assert (hits, loop.pending) == ([], [])


def test_armed_again_while_its_timer_sleeps(loop: Loop, dog: Watchdog, hits: list[float]) -> None:
    """The old timer carries the new deadline."""
    dog.arm(105.0)
    dog.disarm()
    dog.arm(110.0)
    assert loop.scheduled == 1
    loop.move(200.0)
    assert hits == [pytest.approx(110.0 + RESOLUTION)]


def test_armed_earlier_after_disarm(loop: Loop, dog: Watchdog, hits: list[float]) -> None:
    """A timer that sleeps too long for the new deadline is replaced."""
    dog.arm(160.0)
    dog.disarm()
    dog.arm(102.0)
    loop.move(103.0)
    assert len(hits) == 1
    assert loop.pending == []


def test_closed_it_leaves_no_timer(loop: Loop, dog: Watchdog, hits: list[float]) -> None:
    """Nothing keeps the owner alive."""
    dog.arm(105.0)
    dog.close()
    assert loop.pending == []
    loop.move(200.0)
    assert hits == []


def test_it_may_be_armed_by_what_it_calls(loop: Loop) -> None:
    """A deadline of its own for what follows the first one."""
    hits: list[float] = []

    def expired() -> None:
        hits.append(loop.now)
        if len(hits) == 1:
            again.arm(loop.now + 5.0)

    again = Watchdog(loop, expired)  # type: ignore[arg-type]
    again.arm(101.0)
    loop.move(200.0)
    assert len(hits) == 2


async def test_on_a_real_loop() -> None:
    """The call comes, and not early."""
    loop = asyncio.get_running_loop()
    called: asyncio.Future[float] = loop.create_future()
    dog = Watchdog(loop, lambda: called.set_result(time.monotonic()))
    deadline = time.monotonic() + 0.01
    dog.arm(deadline + 10)
    dog.arm(deadline)
    assert await called >= deadline
