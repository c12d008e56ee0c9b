"""The decision to leave the Service for a local fault, and to come back.

::

    stays ──a fault has lasted──▶ leaving ──a head count found room──▶ left
      ▲                              │                                  │
      └──the fault ended, no room, ──┘                                  │
      │  or a lower process id wants to leave too                       │
      └──healed, time for a trial, peers see it too, or too few are ready

``leaving`` is told in the router's own report before heads are counted; it is ready until it has ``left``.
"""

from collections.abc import Callable, Iterable

from sealane_api.report import Standing

from .evidence import PeerEvidence
from .headcount import HeadCount
from .suspicions import Outage, RuleKey, Suspicion, Suspicions
from .times import PeerTimes

#: Head counts in a row that must find too few routers before one that left comes back for that.
_DOUBTS = 2


class Departure:
    """One router's mind about leaving; ``process`` is its own, ``random`` gives numbers from 0 to 1.

    ``standing`` is what its report says; ``withheld`` says why it did not leave though it wanted to, None otherwise;
    ``returned`` why it came back last; ``left_at`` is when it left.
    """

    def __init__(self, process: str, times: PeerTimes, random: Callable[[], float]) -> None:
        self.standing: Standing = "stays"
        self.suspicions = Suspicions(times, random)
        self.causes: tuple[RuleKey, ...] = ()
        self.withheld: str | None = None
        self.returned: str | None = None
        self.left_at = 0.0
        self._process = process
        self._times = times
        self._random = random
        self._again_at = 0.0
        self._count_at = 0.0
        self._doubts = 0

    def judge(self, outages: Iterable[Outage], evidence: PeerEvidence, now: float) -> bool:
        """Take what is open here and what peers say; True when heads must be counted now."""
        self.suspicions.look(outages, evidence, now, self.causes if self.standing == "left" else ())
        if self.standing == "left":
            return self._judge_away(now)
        self.causes = tuple(each.outage.key for each in self.suspicions if each.is_fault(now, self._times.fault))
        if not self.causes:
            self.standing, self.withheld = "stays", None
            return False
        if now < self._again_at:
            return False
        self.standing = "leaving"
        return True

    def counted(self, heads: HeadCount, now: float) -> None:
        """Take the head count that :meth:`judge` asked for; every answer in it was asked for after that call."""
        if self.standing == "leaving":
            self._leave_if_room(heads, now)
        elif self.standing == "left":
            self._return_if_crowded(heads, now)

    def give_up(self) -> None:
        """Stay, or come back: a router that cannot decide is one that knows nothing of its peers."""
        if self.standing == "left":
            self._return("failed")
        self.standing = "stays"

    def _leave_if_room(self, heads: HeadCount, now: float) -> None:
        if not heads.answered:
            self._withhold("no peer answers", now)
        elif len(heads.left) + len(heads.leaving) < heads.room:
            self.standing, self.withheld, self.left_at = "left", None, now
            self._count_at, self._doubts = now + self._times.recount, 0
        elif len(heads.left) < heads.room and not any(other < self._process for other in heads.leaving):
            # Higher ones see this one and step back; until they have, the place is not free.
            self.withheld = "a peer wants to leave too"
        else:
            self._withhold(f"too few of the {heads.known} known routers would be ready", now)

    def _withhold(self, why: str, now: float) -> None:
        self.standing, self.withheld = "stays", why
        self._again_at = now + self._times.recount + self._times.jitter * self._random()

    def _judge_away(self, now: float) -> bool:
        ended = [why for why in (self._ended(self.suspicions.get(key), now) for key in self.causes) if why is not None]
        if len(ended) == len(self.causes):
            self._return(ended[0])
            return False
        return now >= self._count_at

    def _ended(self, suspicion: Suspicion | None, now: float) -> str | None:
        """Why a fault is no reason to be away any more, None while it is one."""
        if suspicion is None:
            return "healed"
        if not suspicion.outage.refusing and now - self.left_at >= self._times.away:
            return "trial"
        if now - suspicion.shown_at >= self._times.fault:
            return "not_local"
        return None

    def _return_if_crowded(self, heads: HeadCount, now: float) -> None:
        """Come back when too many are away; those with the lowest process ids may stay away."""
        rank = sum(other < self._process for other in heads.left)
        if heads.answered and rank < heads.room:
            self._doubts, self._count_at = 0, now + self._times.recount
            return
        self._doubts += 1
        self._count_at = now
        if self._doubts >= _DOUBTS:
            self._return("too_few_ready" if heads.answered else "no_peer")

    def _return(self, why: str) -> None:
        self.standing, self.returned, self.causes = "stays", why, ()
        self.suspicions.clear()
