"""What the kubelet is told: whether this process should live, and whether it has seen the cluster."""

from collections.abc import Callable
from dataclasses import dataclass

from sealane_operator.world.kinds import WatchedKind
from sealane_operator.world.watch_ages import WatchAges
from sealane_operator.world.world import World
from sealane_telemetry.health import Check, HealthChecks

from .heartbeat import Heartbeat
from .looks import Looks

#: Seconds: an event loop without a beat, a look that takes longer than any calls of it could, routes that are ready
#: while no look begins or ends, and a leader that asks no router.
STUCK_LOOP, STUCK_LOOK, STUCK_QUEUE, STUCK_POLLS = 20.0, 300.0, 60.0, 30.0


@dataclass(frozen=True, slots=True)
class Vitals:
    """What health is judged by; ``leads_since`` is None while another one leads, ``pulse`` 0 before the first poll."""

    world: World
    ages: WatchAges
    looks: Looks
    heartbeat: Heartbeat
    watch_stale: float
    leads_since: Callable[[], float | None]
    pulse: Callable[[], float]
    clock: Callable[[], float]

    def livez(self) -> HealthChecks:
        """Return the checks that end a process which fails them: what a new one would do better."""
        checks = [Check("event-loop", self._loop)]
        checks += [Check(f"watch-{kind.value}", self._watch(kind)) for kind in WatchedKind]
        return HealthChecks("livez", [*checks, Check("queue", self._queue), Check("routers", self._polls)])

    def readyz(self) -> HealthChecks:
        """Return the checks of one that can take over."""
        checks = [Check("seen", self._seen), Check("room", self._room, advisory=True)]
        return HealthChecks("readyz", [*checks, Check("leader", self._leader, advisory=True)])

    def _loop(self) -> str | None:
        age = self.clock() - self.heartbeat.last
        return f"the event loop has not turned for {age:.0f} s" if age > STUCK_LOOP else None

    def _watch(self, kind: WatchedKind) -> Callable[[], str | None]:
        def probe() -> str | None:
            age = self.ages.ages()[kind]
            return f"a watch of {kind.value} has said nothing for {age:.0f} s" if age > self.watch_stale else None

        return probe

    def _queue(self) -> str | None:
        if self.leads_since() is None:
            return None
        now, queue = self.clock(), self.looks.queue
        if (running := queue.oldest_running(now)) > STUCK_LOOK:
            return f"a look at a route has taken {running:.0f} s"
        waited, idle = queue.oldest_ready(now), now - self.looks.progressed
        if min(waited, idle) > STUCK_QUEUE:
            return f"{queue.depth} routes wait, the first for {waited:.0f} s, and no look has begun for {idle:.0f} s"
        return None

    def _polls(self) -> str | None:
        since = self.leads_since()
        if since is None:
            return None
        age = self.clock() - max(since, self.pulse())
        return f"no router has been asked for {age:.0f} s" if age > STUCK_POLLS else None

    def _seen(self) -> str | None:
        return None if self.world.complete else "the first lists are not complete"

    def _room(self) -> str | None:
        full = [f"{count} times {kind.value}" for kind, count in self.world.refused.items() if count]
        return f"left out, for there are too many: {', '.join(full)}" if full else None

    def _leader(self) -> str | None:
        return "stands by: another operator leads" if self.leads_since() is None else None
