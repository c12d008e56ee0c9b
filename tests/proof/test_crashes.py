"""The operator may die at any moment of a rollout: the next one goes on from what is stored."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.support.api_proxy import Moment, Write
from tests.support.proof_scene import Chat, Figures, Scale
from tests.support.sealane_world import Program, World

#: Points that a full run must have: before and after each write.
_AT_LEAST = 20
_MOMENTS: tuple[Moment, ...] = ("before", "after")


def _shape(write: Write) -> str:
    """What a write is, whatever the number of the revision."""
    words = write.path.split("/namespaces/")[-1].split("/")
    return f"{write.method} {words[1]}{'/status' if words[-1] == 'status' else ''}"


@contextmanager
def _deadly(operator: Program, nth: int, moment: Moment, struck: list[str]) -> Iterator[None]:
    """Kill it around its ``nth`` write from now on that belongs to a rollout."""
    before = len(operator.proxy.rollout_writes())

    def watcher(write: Write, now: Moment) -> bool:
        if struck or now != moment or not write.of_rollout:
            return True
        if [each.number for each in operator.proxy.rollout_writes()].index(write.number) != before + nth:
            return True
        struck.append(_shape(write))
        os.kill(operator.process.pid, signal.SIGKILL)
        return False

    operator.proxy.watcher = watcher
    try:
        yield
    finally:
        operator.proxy.watcher = lambda _write, _moment: True


@dataclass(slots=True)
class _Rollouts:
    """One rollout after the other, each with its crash; ``crowded`` are moments with more than one candidate."""

    world: World
    chat: Chat
    operator: Program
    crowded: list[dict[int, str]] = field(default_factory=list)

    def run(self, why: str) -> None:
        """Apply the next edition; return when it is stable, has baked, and every revision is what it should be."""
        number = self.chat.apply(analysis={"minRequests": 10})
        self.world.until(lambda: self._is_complete(number), lambda: f"{why}: {self.chat.explain()}")
        states = {n: "Stable" if n == number else "Superseded" for n in range(1, number + 1)}
        self.world.until(lambda: self.world.revisions() == states, lambda: f"{why}: {self.world.revisions()}")

    def with_crash(self, nth: int, moment: Moment) -> list[str]:
        """The same with a crash around one write; returns what that write was, unless it did not come this time."""
        struck: list[str] = []
        with _deadly(self.operator, nth, moment, struck):
            self.run(f"kill -9 {moment} write {nth}")
        return [f"{moment} {shape}" for shape in struck]

    def _is_complete(self, number: int) -> bool:
        states = self.world.revisions()
        if list(states.values()).count("Candidate") > 1:
            self.crowded.append(states)
        status = self.world.status()
        idle = (status.get("rollout") or {}).get("phase") == "Idle" and not status.get("candidate")
        return bool(idle and status["stable"]["revision"] == number)


def test_killed_before_and_after_every_write(empty_world: World, scale: Scale, figures: Figures) -> None:
    """It converges, there are never two candidates, no revision is lost or made twice, and no request fails."""
    world = empty_world
    world.start_routers(3)
    operator = world.start_operator(settings={"SEALANE_LEASE_DURATION": "3s"})
    world.tend(operator)
    chat = Chat(world, steps=((25, 1), (50, 1)), bake=1)
    chat.serve()
    rollouts = _Rollouts(world, chat, operator)
    with world.traffic() as clients:
        begun = len(operator.proxy.rollout_writes())
        rollouts.run("the recorded rollout")
        writes = operator.proxy.rollout_writes()[begun:]
        points: list[tuple[int, Moment]] = [(nth, moment) for nth in range(len(writes)) for moment in _MOMENTS]
        chosen = points[:: scale.kill_every]
        killed = [shape for nth, moment in chosen for shape in rollouts.with_crash(nth, moment)]
        failed = [each for each in clients.seen if not each.good]
    shapes = ", ".join(dict.fromkeys(_shape(write) for write in writes))

    assert len(points) >= _AT_LEAST, shapes
    assert len(killed) >= len(chosen) - 1, f"of {chosen} only {killed}"
    assert rollouts.crowded == []
    assert failed == []
    figures.add("Kill -9 of the operator", "writes of one rollout", f"{len(writes)}: {shapes}")
    figures.add(
        "Kill -9 of the operator",
        "killed before or after a write, converged each time",
        f"{len(killed)} points; never two candidates, no revision lost, 0 requests failed",
        f"at least {_AT_LEAST} points" if scale.full else "",
    )
