"""The fleet as the reconciler sees it: who holds what, what was counted, and when to look again."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from sealane_api.report import RouteReport, RouterReport
from sealane_kube.errors import Forbidden, Unavailable
from sealane_operator.fleet.discovery import MAX_ROUTERS
from sealane_operator.fleet.fleet import DISCOVERY_SECONDS, RouterFleet
from sealane_operator.fleet.roster import SILENT_SECONDS, KnownRouter
from sealane_operator.reconciler.interfaces import Fleet
from sealane_operator.rollout.model import Phase, Routers
from tests.support.fleets import KEY, FakeRouter, PlayedFleet, arm, hold_all, started_fleet, state
from tests.support.waiting import until


def _routers(played: PlayedFleet, told: Any) -> Routers:
    return played.fleet.observe(KEY, told)[0]


def test_it_is_what_the_reconciler_asks() -> None:
    """The types agree."""
    fleet: Fleet = PlayedFleet().fleet
    assert isinstance(fleet, RouterFleet)


async def test_nothing_is_known_until_everybody_was_asked() -> None:
    """Whoever does not answer was asked, too; whoever comes later is known, and not ready yet."""
    played = PlayedFleet("a", "b")
    assert not played.fleet.informed
    await played.find()
    assert not played.fleet.informed
    played["b"].fails = "timeout"
    await played.rounds(1)
    assert played.fleet.informed

    played.routers["c:9090"] = FakeRouter("c")
    await played.find()
    assert played.fleet.informed
    assert (_routers(played, state(7)).ready, _routers(played, state(7)).desired) == (1, 3)


async def test_without_any_router_everybody_was_asked() -> None:
    """Nobody is there, and that is known."""
    played = PlayedFleet()
    await played.find()

    assert played.fleet.informed
    assert _routers(played, state(7)) == Routers()


async def test_the_first_poll_carries_what_was_remembered() -> None:
    """A leader that begins ends no trial."""
    played = await started_fleet("a", told=state(7, 8, 10))

    assert played["a"].polls[0]["candidates"] == [{"route": KEY, "revision": 8, "weight": 10}]


async def test_routers_follow_a_rollout_step_by_step() -> None:
    """Present, weighted, promoted: each counts once a router says so, after the state asked for it."""
    played = await started_fleet("a", "b", told=state(7))
    assert _routers(played, state(7)) == Routers(2, 2, 2, 0)

    hold_all(played, 7, 8)
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
    hold_all(played, 8)
    await played.rounds(1)
    assert _routers(played, state(8, phase=Phase.BAKING)) == Routers(2, 2, 2, 0)


async def test_what_routers_held_before_acknowledges_nothing() -> None:
    """A candidate that was taken back and is tried again must be reported again."""
    played = await started_fleet("a", told=state(7, 8, 10), candidate=8, weight=10)
    assert _routers(played, state(7, 8, 10)).candidate == 1

    _routers(played, state(7))
    assert _routers(played, state(7, 8, 10)).candidate == 0
    await played.rounds(1)
    assert _routers(played, state(7, 8, 10)).candidate == 1


async def test_an_answer_under_way_while_pointers_move_acknowledges_nothing() -> None:
    """It was written before."""
    played = await started_fleet("a", told=state(7, 8, 0), candidate=8)
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


async def test_breakers_are_counted_by_provider() -> None:
    """Over the routers that answer and stay."""
    played = await started_fleet("a", "b", "c", "d", told=state(7))
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
    played = await started_fleet("a", "b", told=told)
    played.fleet.observe(KEY, told)
    await played.rounds(20)
    assert played.marked == []

    change(played)
    await played.find()
    await played.rounds(int(SILENT_SECONDS) + 2)
    assert set(played.marked) == {KEY}
    assert len(played.marked) <= 2


async def test_a_route_at_rest_is_marked_within_the_minute() -> None:
    """Each in its turn, when what was told of it holds no longer; one that nobody looked at is as it was."""
    played = await started_fleet("a", "b", told=state(7))
    played.fleet.observe(KEY, state(7))
    for number in range(100):
        played.fleet.remember(f"team/other-{number}", state(7))
        for router in played.routers.values():
            router.routes[f"team/other-{number}"] = RouteReport(arm(7))
    await played.rounds(130)
    assert played.marked == []

    played.routers.pop("b:9090")
    await played.find()
    await played.rounds(61)
    assert played.marked == [KEY]


@pytest.mark.parametrize(
    ("change", "marked"),
    [
        (lambda _played: None, []),
        (lambda played: played["a"].hold(arm(6)), [KEY]),
        (lambda played: setattr(played["a"], "fails", "connect"), [KEY]),
        (lambda played: played["a"].hold(arm(7), problem="revision 7 is served without all of its Secrets"), [KEY]),
    ],
)
async def test_what_a_status_from_before_does_not_know_marks_its_route(
    change: Callable[[PlayedFleet], object], marked: list[str]
) -> None:
    """An operator that begins looks at nothing that seems at rest for minutes; its routers may have gone meanwhile."""
    played = PlayedFleet("a")
    hold_all(played, 7)
    played.fleet.remember(KEY, state(7))
    change(played)
    await played.find()
    await played.rounds(62)

    assert played.marked == marked


async def test_a_route_that_is_gone_is_not_asked_about() -> None:
    """Nor is anything of it kept."""
    played = await started_fleet("a", told=state(7, 8, 10))
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


async def test_whoever_compares_deployments_hears_every_answer() -> None:
    """And runs as long as the fleet does."""
    heard: list[tuple[str, str]] = []
    running = asyncio.Event()

    class Compares:
        def heard(self, router: KnownRouter, report: RouterReport) -> None:
            heard.append((router.replica_set, report.process))

        async def run(self) -> None:
            running.set()
            raise asyncio.CancelledError

    played = PlayedFleet("a")
    played["a"].replica_set = "router-5d4f"
    played.fleet._deployments = Compares()
    await played.find()
    await played.rounds(2)
    assert heard == [("router-5d4f", "a#1")] * 2

    task: asyncio.Task[Any] = asyncio.ensure_future(played.fleet.run())
    await running.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


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
