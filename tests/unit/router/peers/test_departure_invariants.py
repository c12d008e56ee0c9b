"""Whatever happens in whatever order, each router that leaves finds three quarters of all routers ready."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_api.report import ProviderReport, RouteReport, RouterReport
from sealane_router.peers.departure import Departure
from sealane_router.peers.evidence import PeerEvidence
from sealane_router.peers.headcount import count_heads
from sealane_router.peers.suspicions import Outage
from sealane_router.peers.times import PeerTimes

_ROUTE = "default/assistants"
_TIMES = PeerTimes(fault=4.0, jitter=1.0, away=4.0, recount=2.0)


@dataclass
class _Router:
    """A router in the middle of whatever it does: ``unasked`` are those it still waits for in a head count."""

    number: int
    departure: Departure
    evidence: PeerEvidence = field(default_factory=lambda: PeerEvidence(_TIMES))
    broken: bool = False
    refusing: bool = True
    unready: bool = False
    unasked: list[int] | None = None
    answers: dict[int, RouterReport | None] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        return not self.unready and self.departure.standing != "left"

    def report(self) -> RouterReport:
        provider = ProviderReport("open") if self.broken else ProviderReport("closed", 0.5)
        return RouterReport(
            str(self.number),
            "",
            ready=self.ready,
            draining=False,
            standing=self.departure.standing,
            routes={_ROUTE: RouteReport(providers={"moonshot": provider})},
        )

    def outages(self) -> list[Outage]:
        return [Outage((_ROUTE, "kimi"), ("moonshot",), self.refusing, None)] if self.broken else []


class _World:
    """Routers whose rounds are cut into single questions, so that any two can be woven into each other."""

    def __init__(self, count: int, unready: int, jitter: float) -> None:
        self.now = 100.0
        self.cut: set[tuple[int, int]] = set()
        self.routers = [_Router(each, Departure(str(each), _TIMES, lambda: jitter)) for each in range(count)]
        for router in self.routers[:unready]:
            router.unready = True
        self.departures = 0

    def step(self, number: int) -> None:
        """One router does the next thing: begin a round, put one question, or decide."""
        router = self.routers[number]
        if router.unasked is None:
            if router.departure.judge(router.outages(), router.evidence, self.now):
                router.unasked, router.answers = [each.number for each in self.routers if each is not router], {}
            else:
                for peer in self.routers:
                    self._ask(router, peer)
        elif router.unasked:
            peer = self.routers[router.unasked.pop()]
            router.answers[peer.number] = self._ask(router, peer)
        else:
            router.unasked = None
            # Itself included: one that is unready for another reason takes nothing away by leaving.
            ready = sum(each.ready or each is router for each in self.routers)
            before = router.departure.standing
            router.departure.counted(count_heads(str(number), router.answers, {}), self.now)
            if (before, router.departure.standing) == ("leaving", "left"):
                self.departures += 1
                assert 4 * ready >= 3 * len(self.routers), (number, ready)

    def _ask(self, router: _Router, peer: _Router) -> RouterReport | None:
        if peer is router or (router.number, peer.number) in self.cut:
            return None
        report = peer.report()
        router.evidence.hear(report, (_ROUTE,), self.now)
        return report


_counts = st.integers(min_value=2, max_value=9)
_numbers = st.integers(min_value=0, max_value=8)
_events = st.one_of(
    st.tuples(st.just("step"), _numbers, st.integers(min_value=1, max_value=12)),
    st.tuples(st.just("rounds"), st.integers(min_value=1, max_value=8), st.just(0)),
    st.tuples(st.just("time"), st.integers(min_value=1, max_value=5), st.just(0)),
    st.tuples(st.just("break"), _numbers, st.just(0)),
    st.tuples(st.just("heal"), _numbers, st.just(0)),
    st.tuples(st.just("trial"), _numbers, st.just(0)),
    st.tuples(st.just("cut"), _numbers, _numbers),
    st.tuples(st.just("mend"), st.just(0), st.just(0)),
)


def _happen(world: _World, kind: str, first: int, second: int) -> None:
    router = world.routers[first % len(world.routers)]
    match kind:
        case "step":
            for _ in range(second):
                world.step(router.number)
        case "rounds":
            # Everybody at once: each puts its first question before anybody puts a second one.
            for _ in range(first * (len(world.routers) + 2)):
                for each in world.routers:
                    world.step(each.number)
            world.now += 1.0
        case "time":
            world.now += float(first)
        case "break":
            router.broken = router.refusing = True
        case "heal":
            router.broken = False
        case "trial":
            router.refusing = not router.refusing
        case "cut":
            world.cut.add((router.number, second % len(world.routers)))
        case "mend":
            world.cut.clear()


@settings(max_examples=300, deadline=None)
@given(
    count=_counts,
    unready=st.integers(0, 2),
    jitter=st.sampled_from([0.0, 0.5, 1.0]),
    broken=st.sets(_numbers, min_size=1),
    events=st.lists(_events, min_size=4),
)
def test_each_that_leaves_finds_three_quarters_ready(
    count: int, unready: int, jitter: float, broken: set[int], events: list[tuple[str, int, int]]
) -> None:
    """In any order of rounds, questions, faults, trials and partitions."""
    world = _World(count, min(unready, count - 1), jitter)
    for event in [*(("break", number, 0) for number in sorted(broken)), ("rounds", 3, 0)]:
        _happen(world, *event)
    for event in events:
        _happen(world, *event)


@settings(max_examples=25, deadline=None)
@given(count=_counts, broken=st.sets(_numbers, min_size=1), order=st.permutations(range(9)))
def test_as_many_leave_as_may(count: int, broken: set[int], order: list[int]) -> None:
    """With everybody well connected, in whatever order they take turns; and no more."""
    world = _World(count, 0, 0.0)
    for number in broken & set(range(count - 1)):
        world.routers[number].broken = True
    for _ in range(60):
        world.now += 1.0
        for number in order:
            if number < count:
                for _ in range(count + 2):
                    world.step(number)

    left = [router.number for router in world.routers if router.departure.standing == "left"]
    assert len(left) == min(len(broken & set(range(count - 1))), count // 4 + 1)


def test_the_world_is_one_in_which_routers_leave() -> None:
    """Else the first test would say nothing."""
    world = _World(4, 0, 0.0)
    for event in [("break", 1, 0), ("break", 2, 0), ("rounds", 1, 0), ("rounds", 1, 0), ("rounds", 1, 0)] * 4:
        _happen(world, *event)

    assert world.departures == 2
