"""The series as the fleet makes them: from rounds of polls, whatever routers do meanwhile."""

from itertools import pairwise
from typing import Any

from sealane_operator.fleet.roster import SILENT_SECONDS
from sealane_operator.rollout.model import Routers, Series
from tests.support.fleets import KEY, PlayedFleet, arm, figures, started_fleet, state


def _series(played: PlayedFleet, told: Any) -> Series:
    return played.fleet.observe(KEY, told)[1]


async def test_the_series_of_a_step_is_summed_over_the_routers() -> None:
    """Once a second, from zero."""
    told = state(7, 8, 10)
    played = await started_fleet("a", "b", told=told, candidate=8, weight=10)
    for second in range(1, 4):
        for router in played.routers.values():
            router.hold(arm(7, 90, figures(90 * second)), arm(8, 10, figures(10 * second, second)))
        await played.rounds(1)

    series = _series(played, told)
    assert (series.stable, series.candidate, series.weight, series.sources) == (7, 8, 10, 2)
    grown = [(each.stable.exchanges, each.candidate.exchanges, each.candidate.bad) for each in series.samples[-3:]]
    assert grown == [(180, 20, 2), (360, 40, 4), (540, 60, 6)]
    assert [later.at - each.at for each, later in pairwise(series.samples[-3:])] == [1, 1]
    assert series.now == played.now


async def test_a_router_that_restarts_or_is_cut_off_makes_no_dip() -> None:
    """Its figures stay in the sum; it is no source meanwhile."""
    told = state(7, 8, 10)
    played = await started_fleet("a", "b", "c", told=told, candidate=8, weight=10)
    counts = dict.fromkeys("abc", 0)
    sums = []
    for second in range(30):
        if second == 5:
            played["b"].restart()
            counts["b"] = 0
        played["c"].fails = "timeout" if 10 <= second < 20 else ""
        for name in counts:
            counts[name] += 9
            played[name].hold(arm(7, 90, figures(counts[name])), arm(8, 10, figures(counts[name] // 9)))
        played["b"].uptime += 1.0
        await played.rounds(1)
        series = _series(played, told)
        sums.append(series.samples[-1].stable.exchanges)
        assert series.sources == (2 if 13 <= second < 20 else 3)

    assert sums == sorted(sums)
    assert sums[-1] == 3 * 9 * 30


async def test_without_an_answer_there_are_no_figures() -> None:
    """Which is told apart from figures that do not grow."""
    told = state(7, 8, 10)
    played = await started_fleet("a", told=told, candidate=8, weight=10)
    assert _series(played, told).sources == 1
    played["a"].fails = "connect"
    await played.rounds(int(SILENT_SECONDS))

    assert _series(played, told).sources == 0
    assert played.fleet.observe(KEY, told)[0] == Routers(0, 1)


async def test_a_route_at_rest_has_figures_of_its_last_minutes() -> None:
    """From the answers that tell all: they are what a revision is compared with that comes at once."""
    played = await started_fleet("a", told=state(7))
    played.fleet.observe(KEY, state(7))
    for minute in range(1, 12):
        played["a"].hold(arm(7, 100, figures(600 * minute)))
        await played.rounds(60)
    series = _series(played, state(7))

    assert 2 <= len(series.samples) <= 8
    assert played.now - series.samples[0].at < 600.0
    assert series.samples[-1].stable.exchanges >= 600 * 9
    assert not any(poll["routes"] for poll in played["a"].polls[20:])


async def test_a_route_that_nothing_serves_has_no_series() -> None:
    """Only the clock."""
    played = await started_fleet("a", told=state(None))

    assert _series(played, state(None)) == Series(now=played.now)
