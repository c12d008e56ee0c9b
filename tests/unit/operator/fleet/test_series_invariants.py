"""Whatever routers do, the sums are what was counted while the series ran, and never less than before."""

from dataclasses import dataclass, field
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_api.report import RouteReport
from sealane_operator.fleet.series import Pair, RouteSeries
from tests.support.fleets import arm, figures

BEGUN = 1_000.0


@dataclass
class _Router:
    """A router as it is; ``owed`` is what it counted within the series and did not report yet."""

    name: str
    started: float = 0.0
    counted: dict[int, tuple[int, int]] = field(default_factory=lambda: {7: (100, 5), 8: (0, 0)})
    owed: dict[int, tuple[int, int]] = field(default_factory=lambda: {7: (0, 0), 8: (0, 0)})

    def count(self, revision: int, exchanges: int, bad: int) -> None:
        for book in (self.counted, self.owed):
            book[revision] = book[revision][0] + exchanges, book[revision][1] + bad

    def restart(self, now: float) -> None:
        """What was not reported is lost with the process."""
        self.started = now
        for book in (self.counted, self.owed):
            book.update({7: (0, 0), 8: (0, 0)})

    def report(self) -> RouteReport:
        self.owed = {7: (0, 0), 8: (0, 0)}
        return RouteReport(arm(7, 90, figures(*self.counted[7])), arm(8, 10, figures(*self.counted[8])))


_COUNT = st.tuples(st.just("count"), st.integers(0, 2), st.sampled_from([7, 8]), st.integers(0, 50), st.integers(0, 50))
_REPORT = st.tuples(st.just("report"), st.integers(0, 2))
_RESTART = st.tuples(st.just("restart"), st.integers(0, 2))
_SAMPLE = st.tuples(st.just("sample"))
_STEPS = st.lists(st.one_of(_COUNT, _COUNT, _REPORT, _REPORT, _RESTART, _SAMPLE), max_size=60)


@given(_STEPS)
@settings(max_examples=200, deadline=None)
def test_the_sums_are_what_was_reported_within_the_series(steps: list[tuple[object, ...]]) -> None:
    """Over routers that count, report late, start again and fall silent, in any order."""
    now, routers = BEGUN, [_Router(name) for name in "abc"]
    series = RouteSeries(Pair(7, 8, 10), now)
    expected = {7: (0, 0), 8: (0, 0)}
    for router in routers:
        series.take(f"{router.name}0.0", router.report(), now=now)
    for step in steps:
        now += 1.0
        match step:
            case ("count", int(index), int(revision), int(exchanges), int(bad)):
                routers[index].count(revision, exchanges, min(bad, exchanges))
            case ("report", int(index)):
                router = routers[index]
                for number, (exchanges, bad) in router.owed.items():
                    expected[number] = expected[number][0] + exchanges, expected[number][1] + bad
                uptime = now - router.started
                series.take(f"{router.name}{router.started}", router.report(), now=now, uptime=uptime)
            case ("restart", int(index)):
                routers[index].restart(now)
            case _:
                series.sample(now)
    series.sample(now + 1.0)

    last = series.samples[-1]
    assert {7: (last.stable.exchanges, last.stable.bad), 8: (last.candidate.exchanges, last.candidate.bad)} == expected
    counted = [(each.stable.exchanges, each.candidate.exchanges) for each in series.samples]
    assert all(a <= b and c <= d for (a, c), (b, d) in pairwise(counted))
    assert sum(last.stable.latency) == last.stable.exchanges
