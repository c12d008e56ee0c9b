"""What the kubelet is told."""

from collections.abc import Callable

import pytest
from prometheus_client import CollectorRegistry

from sealane_operator.app.health import Vitals
from sealane_operator.app.heartbeat import Heartbeat
from sealane_operator.app.looks import Looks
from sealane_operator.world.kinds import WatchedKind
from sealane_operator.world.watch_ages import WatchAges
from sealane_operator.world.world import World
from sealane_telemetry.operator_metrics import OperatorMetrics

_NOW = 1_000.0


class _Scene:
    """An operator in full health that leads; each member can be spoilt."""

    def __init__(self) -> None:
        self.now = _NOW
        self.leads_since: float | None = _NOW
        self.pulse = 0.0
        self.heart = Heartbeat(lambda _late: None, clock=self.clock)
        self.looks = Looks(OperatorMetrics(CollectorRegistry()), clock=self.clock)
        self.world = World([None], self.looks.mark, max_routes=1)
        self.ages = WatchAges([None], self.clock)
        seen = (self.world, self.ages, self.looks, self.heart)
        self.vitals = Vitals(*seen, 180.0, lambda: self.leads_since, lambda: self.pulse, self.clock)

    def clock(self) -> float:
        return self.now

    def after(self, seconds: float, *, alive: bool = True) -> None:
        """Let time pass; ``alive``: loop, watches and polls go on."""
        self.now += seconds
        if alive:
            self.heart.last = self.pulse = self.now
            for kind in WatchedKind:
                self.ages.heard(kind, None)

    @property
    def failing(self) -> list[str]:
        """The reasons of livez."""
        return [f"{each.name}: {each.reason}" for each in self.vitals.livez().report().outcomes if not each.ok]


def test_a_healthy_operator_lives() -> None:
    """However long it goes on, and each check has a line."""
    scene = _Scene()
    scene.after(1_000_000.0)

    assert scene.vitals.livez().report().render(verbose=True) == (
        "[+]event-loop ok\n[+]watch-providerroutes ok\n[+]watch-providerrouterevisions ok\n[+]queue ok\n"
        "[+]routers ok\nlivez check passed\n"
    )


def test_a_loop_that_does_not_turn_ends_the_process() -> None:
    """After twenty seconds, not before."""
    scene = _Scene()
    scene.heart.last = _NOW - 20.0
    assert scene.failing == []
    scene.heart.last = _NOW - 21.0

    assert scene.failing == ["event-loop: the event loop has not turned for 21 s"]


@pytest.mark.parametrize("leads", [True, False])
def test_a_watch_that_says_nothing_ends_the_process(leads: bool) -> None:
    """Whoever stands by must see, too."""
    scene = _Scene()
    scene.leads_since = _NOW if leads else None
    scene.after(180.0, alive=False)
    scene.heart.last = scene.pulse = scene.now
    assert scene.failing == []
    scene.now += 1.0
    scene.ages.heard(WatchedKind.REVISIONS, None)

    assert scene.failing == ["watch-providerroutes: a watch of providerroutes has said nothing for 181 s"]


def _stuck_look(scene: _Scene) -> None:
    scene.looks.mark("team/chat")
    scene.looks.queue.start(scene.now)
    scene.after(301.0)


def _stuck_queue(scene: _Scene) -> None:
    scene.looks.mark("team/chat")
    scene.after(61.0)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_stuck_look, "queue: a look at a route has taken 301 s"),
        (_stuck_queue, "queue: 1 routes wait, the first for 61 s, and no look has begun for 61 s"),
        (lambda scene: scene.after(31.0, alive=False), "routers: no router has been asked for 31 s"),
    ],
)
def test_a_leader_must_get_on(spoil: Callable[[_Scene], None], reason: str) -> None:
    """What one that stands by does not do is not missed."""
    scene = _Scene()
    spoil(scene)
    scene.heart.last = scene.now
    leading = scene.failing
    scene.leads_since = None

    assert (leading, scene.failing) == ([reason], [])


def test_a_long_queue_that_gets_on_is_no_reason_to_end() -> None:
    """A restart would only make it longer."""
    scene = _Scene()
    scene.looks.mark("team/chat")
    scene.after(600.0)
    scene.looks.progressed = scene.now - 1.0

    assert scene.failing == []


def test_it_is_ready_once_it_has_seen_everything() -> None:
    """That another one leads, or that there is no room, is told and is no failure."""
    scene = _Scene()
    unready = scene.vitals.readyz().report()
    for kind in WatchedKind:
        scene.world.begin(kind, None)
        items = [{"metadata": {"namespace": "team", "name": name}} for name in ("a", "b")]
        scene.world.page(kind, None, items if kind is WatchedKind.ROUTES else [])
        scene.world.end(kind, None)
    scene.leads_since = None
    ready = scene.vitals.readyz().report()

    assert (unready.status, ready.status) == (500, 200)
    assert ready.render(verbose=True) == (
        "[+]seen ok\n[+]room ok: left out, for there are too many: 1 times providerroutes\n"
        "[+]leader ok: stands by: another operator leads\nreadyz check passed\n"
    )
