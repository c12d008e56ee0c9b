"""A reconciler and everything around it played: an API in memory, routers that obey at once, a rollout of two steps."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sealane_kube.raw import Raw, mapping_at, text_at
from sealane_operator.judgement.claims import Grants
from sealane_operator.reconciler.reconcile import Reconciler, Surroundings
from sealane_operator.rollout.model import (
    Aspect,
    Candidate,
    Decision,
    Note,
    Observation,
    Pointer,
    RequestRecord,
    RolloutState,
    Routers,
    Series,
)
from tests.support.fake_kube import FakeKube, FakeWatch

BEGIN = 1_800_000_000.0


@dataclass(slots=True)
class FakeFleet:
    """Routers that hold what a status points at."""

    informed: bool = True
    routers: Routers = field(default_factory=lambda: Routers(ready=3, desired=3, stable=3, candidate=3))
    forgotten: list[str] = field(default_factory=list)
    open: int = 0

    def observe(self, key: str, state: RolloutState) -> tuple[Routers, Series]:
        return self.routers, Series()

    def breakers(self, key: str) -> Mapping[str, tuple[int, int, int]]:
        return {"moonshot": (3 - self.open, 0, self.open)}

    def forget(self, key: str) -> None:
        self.forgotten.append(key)


@dataclass(slots=True)
class Told:
    """Events and metrics."""

    notes: list[tuple[str, str]] = field(default_factory=list)
    statuses: dict[str, Mapping[str, str]] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)

    def record(self, route: Raw, note: Note) -> None:
        self.notes.append((text_at(route, "metadata", "name"), note.reason))

    def decided(self, key: str, decision: Decision) -> None:
        self.decisions.append(decision)

    def shows(self, key: str, state: RolloutState, statuses: Mapping[str, str]) -> None:
        self.statuses[key] = statuses

    def forget(self, key: str) -> None:
        self.statuses.pop(key, None)


def two_steps(state: RolloutState, seen: Observation, now: float) -> Decision:
    """A rollout without analysis: a new spec is a candidate at 50 %, then stable; ``undo N`` moves stable."""
    if seen.request is not None:
        record = RequestRecord(seen.request.id, seen.request.verb, seen.request.user, now, "done")
        state = replace(state, last_request=record)
        if seen.request.verb == "undo":
            back = seen.revisions[int(seen.request.arguments[0])]
            state = replace(
                state,
                stable=Pointer(back.number, back.hash, now),
                candidate=None,
                held=seen.wanted.hash if seen.wanted else None,
            )
    wanted = seen.wanted
    if wanted is None or seen.suspended or wanted.hash in {*state.rejected, state.held}:
        return Decision(state, Aspect("False", "Held", seen.why_not_wanted or "held"))
    if state.held is not None:
        state = replace(state, held=None)
    if state.stable is None:
        state = replace(state, stable=Pointer(wanted.revision, wanted.hash, now))
    elif wanted.hash == state.stable.hash:
        state = replace(state, candidate=None)
    elif state.candidate is None or state.candidate.hash != wanted.hash:
        state = replace(state, candidate=Candidate(wanted.revision, wanted.hash, 50, 1, now))
        return Decision(state, Aspect("True", "StepRunning", "step 1"), check_after=1.0)
    else:
        state = replace(state, stable=Pointer(wanted.revision, wanted.hash, now), candidate=None)
    return Decision(
        state, Aspect("False", "RolloutComplete", "done"), notes=(Note("Normal", "RolloutCompleted", "a", "b"),)
    )


class SmallOperator:
    """A reconciler over a :class:`FakeKube`; ``restart`` is a new process."""

    def __init__(self, kube: FakeKube | None = None, *, grants: Grants | None = None, live: bool = True) -> None:
        self.kube = kube or FakeKube(secrets={"team/moonshot": frozenset({"api-key"})})
        self.watch = FakeWatch(self.kube, live=live)
        self.fleet = FakeFleet()
        self.told = Told()
        self.marked: list[str] = []
        self.clock = BEGIN
        self._grants = grants or Grants()
        self.restart()

    def restart(self) -> None:
        """Forget everything that only a process remembers."""
        self.reconciler = Reconciler(
            Surroundings(
                seen=self.watch,
                kube=self.kube,
                fleet=self.fleet,
                recorder=self.told,
                metrics=self.told,
                decide=two_steps,
                mark=self.marked.append,
                now=lambda: self.clock,
                monotonic=lambda: self.clock,
                grants=self._grants,
                chance=lambda: 0.5,
            )
        )

    async def look(self, *keys: str) -> list[float | None]:
        """Reconcile each of ``keys`` once."""
        waits = [await self.reconciler.reconcile(key) for key in keys]
        self.clock += 1.0
        return waits

    async def settle(self, *keys: str) -> None:
        """Reconcile until nothing is written any more, what is marked on the way included."""
        for _ in range(30):
            count = len(self.kube.writes)
            queued, self.marked[:] = list(dict.fromkeys([*keys, *self.marked])), []
            await self.look(*queued)
            if len(self.kube.writes) == count and not self.marked:
                return
        raise AssertionError(f"never at rest: {self.kube.writes[-10:]}")

    def conditions(self, key: str) -> dict[str, str]:
        """``status/reason`` of each condition of a route."""
        said = self.kube.routes[key]["status"]["conditions"]
        return {each["type"]: f"{each['status']}/{each['reason']}" for each in said}

    def message(self, key: str, kind: str) -> str:
        """The words of one condition."""
        said = self.kube.routes[key]["status"]["conditions"]
        return str(next(each["message"] for each in said if each["type"] == kind))

    def stable(self, key: str) -> int | None:
        """The number that the status points at."""
        number = mapping_at(self.kube.routes[key], "status", "stable").get("revision")
        return number if isinstance(number, int) else None
