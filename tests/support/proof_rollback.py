"""How quickly and at what price a bad candidate is taken back, as its clients saw it."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.support.proof_scene import Chat
from tests.support.traffic import Asked, Traffic, quantile

#: Seconds without an answer of the candidate after which none comes any more.
_QUIET = 2.0


@dataclass(frozen=True, slots=True)
class Rollback:
    """One rollback: ``seconds`` from the first harmed request to the candidate's last answer.

    ``harmed`` requests of ``asked`` in that time; ``weight`` was the candidate's highest share of the traffic.
    """

    revision: int
    reason: str
    seconds: float
    harmed: int
    asked: int
    weight: int
    evidence: str

    def allowed(self, deviations: float = 3.0) -> float:
        """The candidate's share of what was asked in that time, as chance may have it (so many standard deviations).

        One more, for the time begins with a harmed request.
        """
        share = self.weight / 100
        return self.asked * share + deviations * math.sqrt(self.asked * share * (1 - share)) + 1


def rolled_back(
    chat: Chat,
    clients: Traffic,
    apply: Callable[[], int],
    harmed: Callable[[Asked], bool],
    look: Callable[[], None] = lambda: None,
) -> Rollback:
    """Apply a bad edition and watch it until the candidate has been gone for a while.

    ``harmed`` says of an answer whether it is a bad one, whatever the client thinks of it; ``look`` is called all the
    time.
    """
    world = chat.world
    clients.wait_for(100)
    stable = world.stable()
    revision = apply()
    weight = 0

    def over() -> bool:
        nonlocal weight
        look()
        status = world.status()
        weight = max(weight, int((status.get("candidate") or {}).get("weight") or 0))
        return (status.get("lastRollback") or {}).get("from") == revision

    world.until(over, lambda: f"revision {revision} is rolled back: {chat.explain()}")
    world.rest(_QUIET)
    record = world.status()["lastRollback"]
    assert world.stable() == record["to"] == stable
    seen = clients.seen
    served = [each for each in seen if each.revision == str(revision)]
    first = min(each.sent for each in seen if harmed(each) and each.revision in (str(revision), "-"))
    last = max(each.sent for each in served)
    between = [each for each in seen if first <= each.sent <= last]
    assert seen[-1].sent > last + _QUIET / 2, "the candidate still answers"
    return Rollback(
        revision,
        record["reason"],
        last - first,
        sum(map(harmed, between)),
        len(between),
        weight,
        record.get("evidence", ""),
    )


def summary(runs: Sequence[Rollback]) -> str:
    """Seconds: p50, p99 and the longest."""
    seconds = [run.seconds for run in runs]
    return f"p50 {quantile(seconds, 0.5):.1f} s, p99 {quantile(seconds, 0.99):.1f} s, max {max(seconds):.1f} s"
