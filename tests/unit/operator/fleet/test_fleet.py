"""The fleet as the reconciler sees it: who holds what, what was counted, and when to look again."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest

from sealane_api.report import RouteReport
from sealane_operator.errors import Forbidden, Unavailable
from sealane_operator.fleet.discovery import MAX_ROUTERS
from sealane_operator.fleet.fleet import DISCOVERY_SECONDS, RouterFleet
from sealane_operator.fleet.roster import SILENT_SECONDS
from sealane_operator.reconciler.interfaces import Fleet
from sealane_operator.rollout.model import Phase, Routers, Series
from tests.support.fleets import KEY, FakeRouter, PlayedFleet, arm, figures, state
from tests.support.waiting import until


def _routers(played: PlayedFleet, told: Any) -> Routers:
    return played.fleet.observe(KEY, told)[0]


def _series(played: PlayedFleet, told: Any) -> Series:
    return played.fleet.observe(KEY, told)[1]


async def _started(*names: str, told: Any, candidate: int | None = None, weight: int = 0) -> PlayedFleet:
    """Routers that hold this, and two rounds in which they said so."""
    played = PlayedFleet(*names)
    _hold(played, 7, candidate, weight)
    played.fleet.remember(KEY, told)
    await played.find()
    await played.rounds(2)
    return played


def _hold(played: PlayedFleet, stable: int, candidate: int | None = None, weight: int = 0) -> None:
    for router in played.routers.values():
        router.hold(arm(stable, 100 - weight), None if candidate is None else arm(candidate, weight))


def test_it_is_what_the_reconciler_asks() -> None:
    """The types agree."""
    fleet: Fleet = PlayedFleet().fleet
    assert isinstance(fleet, RouterFleet)


async def test_nothing_is_known_until_everybody_was_asked() -> None:
    """Whoever does not answer was asked, too."""
    played = PlayedFleet("a", "b")
    assert not played.fleet.informed
    await played.find()
    assert not played.fleet.informed
    played["b"].fails = "timeout"
    await played.rounds(1)
    assert played.fleet.informed

    played.routers["c:9090"] = FakeRouter("c")
    await played.find()
    assert not played.fleet.informed
    await played.rounds(1)
    assert played.fleet.informed


async def test_without_any_router_everybody_was_asked() -> None:
    """Nobody is there, and that is known."""
    played = PlayedFleet()
    await played.find()

    assert played.fleet.informed
    assert _routers(played, state(7)) == Routers()


async def test_the_first_poll_carries_what_was_remembered() -> None:
    """A leader that begins ends no trial."""
    played = await _started("a", told=state(7, 8, 10))

    assert played["a"].polls[0]["candidates"] == [{"route": KEY, "revision": 8, "weight": 10}]


async def test_routers_follow_a_rollout_step_by_step() -> None:
    """Present, weighted, promoted: each counts once a router says so, after the state asked for it."""
    played = await _started("a", "b", told=state(7))
    assert _routers(played, state(7)) == Routers(2, 2, 2, 0)

    _hold(played, 7, 8)
    assert _routers(played, state(7, 8, 0, Phase.PROGRAMMING)).candidate == 0
    await played.rounds(1)
    assert _routers(played, state(7, 8, 0, Phase.PROGRAMMING)).candidate == 2

    assert _routers(played, state(7, 8, 10)).candidate == 0
    played["a"].hold(arm(7, 90), arm(8, 10))
    await played.rounds(1)
    routers = _routers(played, state(7, 8, 10))
    assert (routers.stable, routers.candidate, routers.lagging) == (2, 1, {"b": 1.0})

    played["b"].hold(arm(7, 90), arm(8, 10))
    await played.rounds(1)
    assert _routers(played, state(7, 8, 10)) == Routers(2, 2, 2, 2)

    assert _routers(played, state(8, phase=Phase.BAKING)).stable == 0
    _hold(played, 8)
    await played.rounds(1)
    assert _routers(played, state(8, phase=Phase.BAKING)) == Routers(2, 2, 2, 0)


async def test_what_routers_held_before_acknowledges_nothing() -> None:
    """A candidate that was taken back and is tried again must be reported again."""
    played = await _started("a", told=state(7, 8, 10), candidate=8, weight=10)
    assert _routers(played, state(7, 8, 10)).candidate == 1

    _routers(played, state(7))
    assert _routers(played, state(7, 8, 10)).candidate == 0
    await played.rounds(1)
    assert _routers(played, state(7, 8, 10)).candidate == 1


async def test_an_answer_under_way_while_pointers_move_acknowledges_nothing() -> None:
    """It was written before."""
    played = await _started("a", told=state(7, 8, 0), candidate=8)
    ask = played.fleet.poller._transport.ask

    async def slow(address: str, body: bytes, seconds: float) -> bytes:
        answer = await ask(address, body, seconds)
        played.now += 0.1
        played.fleet.observe(KEY, state(8, phase=Phase.BAKING))
        played.fleet.observe(KEY, state(7, 8, 0))
        return answer

    played.fleet.poller._transport.ask = slow  # type: ignore[method-assign]
    await played.rounds(1)
    assert (_routers(played, state(7, 8, 0)).stable, _routers(played, state(7, 8, 0)).candidate) == (0, 0)

    played.fleet.poller._transport.ask = ask  # type: ignore[method-assign]
    await played.rounds(1)
    assert (_routers(played, state(7, 8, 0)).stable, _routers(played, state(7, 8, 0)).candidate) == (1, 1)


async def test_the_series_of_a_step_is_summed_over_the_routers() -> None:
    """Once a second, from zero."""
    told = state(7, 8, 10)
    played = await _started("a", "b", told=told, candidate=8, weight=10)
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
    played = await _started("a", "b", "c", told=told, candidate=8, weight=10)
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
    played = await _started("a", told=told, candidate=8, weight=10)
    assert _series(played, told).sources == 1
    played["a"].fails = "connect"
    await played.rounds(int(SILENT_SECONDS))

    assert _series(played, told).sources == 0
    assert _routers(played, told) == Routers(0, 1)


async def test_a_route_at_rest_has_figures_of_its_last_minutes() -> None:
    """From the answers that tell all: they are what a revision is compared with that comes at once."""
    played = await _started("a", told=state(7))
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
    played = await _started("a", told=state(None))

    assert _series(played, state(None)) == Series(now=played.now)


async def test_breakers_are_counted_by_provider() -> None:
    """Over the routers that answer and stay."""
    played = await _started("a", "b", "c", "d", told=state(7))
    for name, to in (("a", "closed"), ("b", "half-open"), ("c", "open"), ("d", "open")):
        played[name].breaker("moonshot", to)
    played.fleet.observe(KEY, state(7, phase=Phase.BAKING))
    await played.rounds(1)
    assert played.fleet.breakers(KEY) == {"moonshot": (1, 1, 2)}

    played["c"].fails = "timeout"
    played.discovery.terminating.add("d:9090")
    await played.find()
    await played.rounds(int(SILENT_SECONDS))
    assert played.fleet.breakers(KEY) == {"moonshot": (1, 1, 0)}
    assert played.fleet.breakers("team/unknown") == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda played: played["b"].hold(arm(6, 100)),
        lambda played: played["b"].hold(problem="its Secret is missing"),
        lambda played: played["b"].breaker("moonshot", "open"),
        lambda played: setattr(played["b"], "ready", False),
        lambda played: setattr(played["b"], "draining", True),
        lambda played: setattr(played["b"], "fails", "connect"),
        lambda played: played.routers.pop("b:9090"),
        lambda played: played.routers.update({"c:9090": FakeRouter("c")}),
    ],
)
async def test_what_changes_among_the_routers_marks_an_active_route(change: Callable[[PlayedFleet], object]) -> None:
    """Within seconds; while nothing changes nobody is bothered."""
    told = state(7, phase=Phase.BAKING)
    played = await _started("a", "b", told=told)
    played.fleet.observe(KEY, told)
    await played.rounds(20)
    assert played.marked == []

    change(played)
    await played.find()
    await played.rounds(int(SILENT_SECONDS) + 2)
    assert set(played.marked) == {KEY}
    assert len(played.marked) <= 2


async def test_a_route_at_rest_is_marked_within_the_minute() -> None:
    """Each in its turn, when what was told of it holds no longer; of one that nobody looked at nothing was told."""
    played = await _started("a", "b", told=state(7))
    played.fleet.observe(KEY, state(7))
    for number in range(100):
        played.fleet.remember(f"team/other-{number}", state(7))
    await played.rounds(130)
    assert played.marked == []

    played.routers.pop("b:9090")
    await played.find()
    await played.rounds(61)
    assert played.marked == [KEY]


async def test_a_route_that_is_gone_is_not_asked_about() -> None:
    """Nor is anything of it kept."""
    played = await _started("a", told=state(7, 8, 10))
    played.fleet.forget(KEY)
    await played.rounds(1)

    poll = played["a"].polls[-1]
    assert (poll["candidates"], poll["routes"], played.fleet.breakers(KEY)) == ([], [], {})


async def test_what_routers_hold_that_nobody_knows_is_no_matter() -> None:
    """A route that was deleted a moment ago, in an answer that tells all."""
    played = PlayedFleet("a")
    played["a"].routes["team/gone"] = RouteReport(arm(3, 100))
    await played.find()
    await played.rounds(1)

    assert played.fleet.informed


async def test_while_routers_cannot_be_listed_those_known_before_are_it() -> None:
    """They are asked on; the failure is counted, and over when it is over."""
    played, slept = PlayedFleet("a"), 0
    polls = played["a"].polls

    async def sleep(seconds: float) -> None:
        nonlocal slept
        slept += seconds == DISCOVERY_SECONDS
        if slept == 2:
            played.discovery.fails = Unavailable("away", 503)
        elif slept == 4:
            played.discovery.fails = Forbidden("may not", 403)
        elif slept == 6:
            played.discovery.fails = None
            played.routers["b:9090"] = FakeRouter("b")
        played.now += 1.0
        await asyncio.sleep(0)

    played.fleet._sleep = played.fleet.poller._sleep = sleep
    running: asyncio.Task[Any] = asyncio.ensure_future(played.fleet.run())
    await until(lambda: "b:9090" in played.routers and played["b"].polls)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running

    assert played.metrics.failures == ["discovery"] * 4
    assert len(polls) >= 6
    assert played.fleet.pulse > 10_000.0


async def test_routers_beyond_the_limit_are_counted() -> None:
    """Each time they are looked for."""
    played = PlayedFleet(*(f"r{number}" for number in range(MAX_ROUTERS + 1)))
    await played.find()

    assert played.metrics.failures == ["too_many_routers"]
