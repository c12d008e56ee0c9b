"""Fleets of routers in a time of their own: who leaves, who stays, who comes back."""

import asyncio

import pytest
from prometheus_client import CollectorRegistry

from sealane_router.peers.readiness import PeerReadiness
from sealane_router.peers.times import PeerTimes
from sealane_router.settings.variable import Address
from sealane_telemetry.metrics import RouterMetrics
from tests.support.exchanges import ROUTE, serving_of
from tests.support.router_fleet import Fleet, FleetRouter, critical_table
from tests.support.waiting import until


def _break(fleet: Fleet, *numbers: int) -> None:
    for number in numbers:
        fleet.routers[number].broken = True


async def test_one_broken_router_of_three_leaves_and_returns() -> None:
    """After 30 s of fault, not before; and as soon as exchanges work again."""
    fleet = Fleet(3)
    await fleet.run(10)
    _break(fleet, 1)
    await fleet.run(32)
    early = fleet.left
    await fleet.run(20)
    away, told = fleet.left, fleet.routers[1].peers.problem()
    fleet.routers[1].broken = False
    await fleet.run(120)

    assert (early, away, fleet.left) == ([], [1], [])
    assert told is not None
    assert told.startswith(f"rule kimi of {ROUTE}: moonshot open here for ")
    assert "and closed at 2 of 2 peers, a local fault; left " in told
    assert fleet.fewest_ready == 2
    one = fleet.routers[1]
    assert one.metric("sealane_local_fault_departures_total") == 1
    assert one.metric("sealane_local_fault_returns_total", reason="trial") == 1
    assert one.metric("sealane_left_for_local_fault") == 0
    assert (one.metric("sealane_peers"), one.metric("sealane_peers_fresh")) == (2, 2)


async def test_a_router_that_stays_broken_is_tried_ever_more_rarely() -> None:
    """It serves its share for half a minute, and is away for up to five."""
    fleet = Fleet(3)
    _break(fleet, 0)
    away = 0
    for _ in range(1800):
        await fleet.run(1)
        away += bool(fleet.left)

    trials = fleet.routers[0].metric("sealane_local_fault_returns_total", reason="trial")
    assert 4 <= trials <= 12
    assert away > 1200


async def test_a_kept_connection_shows_that_a_router_has_healed() -> None:
    """Clients of old connections are its probes: it returns at once, without a trial."""
    fleet = Fleet(3)
    fleet.routers[2].kept = True
    _break(fleet, 2)
    await fleet.run(60)
    away = fleet.left
    fleet.routers[2].broken = False
    await fleet.run(70)

    assert (away, fleet.left) == ([2], [])
    assert fleet.routers[2].metric("sealane_local_fault_returns_total", reason="healed") == 1


async def test_in_an_outage_that_all_see_nobody_leaves() -> None:
    """They stay ready, and say why."""
    fleet = Fleet(3)
    await fleet.run(10)
    fleet.outage = True
    await fleet.run(300)

    assert fleet.fewest_ready == 3
    advice = fleet.routers[0].peers.advice()
    assert advice is not None
    assert advice.startswith(f"rule kimi of {ROUTE}: moonshot open here for ")
    assert advice.endswith(" s and on its peers (2 of 2): ready all the same")


async def test_of_two_broken_routers_of_three_one_leaves() -> None:
    """Though both find the fault at the same moment, and ask at the same moment; the other says why it stays."""
    for seed in range(5):
        fleet = Fleet(3, PeerTimes(jitter=seed * 1.0))
        _break(fleet, 0, 2)
        await fleet.run(50)

        assert len(fleet.left) == 1
        assert fleet.fewest_ready == 2
        stays = fleet.routers[2 - fleet.left[0]].peers.advice()
        assert stays is not None
        assert stays.endswith("; stays: too few of the 3 known routers would be ready")


async def test_when_the_one_that_left_has_healed_the_other_takes_its_turn() -> None:
    """There is room again."""
    fleet = Fleet(3, PeerTimes(jitter=0.0))
    _break(fleet, 0, 2)
    await fleet.run(50)
    first = fleet.left
    fleet.routers[0].broken = False
    await fleet.run(120)

    assert (first, fleet.left) == ([0], [2])
    assert fleet.fewest_ready == 2


async def test_a_lone_router_stays() -> None:
    """With nobody to compare with, and nobody to take over."""
    fleet = Fleet(1)
    _break(fleet, 0)
    await fleet.run(120)

    assert fleet.left == []
    advice = fleet.routers[0].peers.advice()
    assert advice is not None
    assert advice.endswith(", and no peer has a fresh report: ready all the same")
    assert fleet.routers[0].metric("sealane_peers") == 0


async def test_a_router_that_hears_nobody_stays() -> None:
    """Its peers are there and do not answer."""
    fleet = Fleet(3)
    await fleet.run(10)
    _break(fleet, 0)
    fleet.partition([0], [1, 2])
    await fleet.run(120)

    assert fleet.left == []
    assert fleet.routers[0].metric("sealane_peers_fresh") == 0


async def test_a_router_that_left_and_hears_nobody_any_more_returns() -> None:
    """It cannot know whether anybody is ready."""
    fleet = Fleet(3)
    _break(fleet, 0)
    await fleet.run(50)
    away = fleet.left
    fleet.partition([0], [1, 2])
    await fleet.run(14)

    assert (away, fleet.left) == ([0], [])
    assert fleet.routers[0].metric("sealane_local_fault_returns_total", reason="no_peer") == 1


async def test_a_router_that_left_returns_when_its_peers_see_the_outage_too() -> None:
    """It is no local fault any more."""
    fleet = Fleet(3)
    _break(fleet, 0)
    await fleet.run(50)
    away = fleet.left
    fleet.outage = True
    await fleet.run(60)

    assert (away, fleet.left) == ([0], [])


async def test_peers_without_traffic_prove_nothing() -> None:
    """A closed breaker that nobody asked says nothing of the provider."""
    fleet = Fleet(3)
    fleet.routers[1].idle = fleet.routers[2].idle = True
    _break(fleet, 0)
    await fleet.run(120)

    assert fleet.left == []
    advice = fleet.routers[0].peers.advice()
    assert advice is not None
    assert advice.endswith(", and none of 2 peers has had a success lately: ready all the same")


async def test_a_router_without_traffic_does_not_leave_for_what_was() -> None:
    """Its breaker would let an exchange through: nothing is refused."""
    fleet = Fleet(3)
    _break(fleet, 0)
    await fleet.run(8)
    fleet.routers[0].idle = True
    await fleet.run(120)

    assert fleet.routers[0].metric("sealane_local_fault_departures_total") == 0
    assert fleet.routers[0].metric("sealane_critical_rules_unserved") == 0


async def test_unready_routers_leave_no_room() -> None:
    """One of three is not ready for another reason: the broken one stays."""
    fleet = Fleet(3)
    fleet.routers[1].unready = True
    _break(fleet, 0)
    await fleet.run(120)

    assert fleet.left == []


async def test_a_router_returns_when_others_became_unready() -> None:
    """A broken router is better than none, but not before a second look."""
    fleet = Fleet(3, PeerTimes(jitter=0.0))
    _break(fleet, 0)
    await fleet.run(41)
    away = fleet.left
    fleet.routers[1].unready = True
    await fleet.run(14)

    assert (away, fleet.left) == ([0], [])
    assert fleet.routers[0].metric("sealane_local_fault_returns_total", reason="too_few_ready") == 1


async def test_of_too_many_the_highest_return() -> None:
    """Eight routers have room for three; when two others die, for one, and it is the lowest."""
    fleet = Fleet(8, PeerTimes(jitter=0.0))
    _break(fleet, 0, 1, 2)
    await fleet.run(60)
    for router in fleet.routers:
        router.peers.departure._times = PeerTimes(jitter=0.0, away=1000.0)
    away = fleet.left
    fleet.routers[6].dead = fleet.routers[7].dead = True
    await fleet.run(20)

    assert (away, fleet.left) == ([0, 1, 2], [0])


@pytest.mark.parametrize("count", [2, 3, 4, 5, 8, 12])
async def test_all_but_one_broken_leaves_at_least_the_promised_ready(count: int) -> None:
    """Each that leaves finds three quarters ready, whatever the others are up to."""
    fleet = Fleet(count)
    _break(fleet, *range(1, count))
    await fleet.run(200)

    assert fleet.fewest_ready == count - (count // 4 + 1)


async def test_a_large_fleet_reads_five_at_a_time_and_finds_the_fault_all_the_same() -> None:
    """Every peer has its turn; heads are counted before one leaves."""
    fleet = Fleet(24)
    await fleet.run(20)
    quiet = fleet.routers[3].questions[:]
    _break(fleet, 3)
    await fleet.run(60)

    assert len(quiet) == 50
    assert len({address for address, _ in quiet}) >= 23
    assert {routes for _, routes in quiet} == {()}
    assert fleet.left == [3]


async def test_one_of_a_split_fleet_stays_when_its_side_is_too_small() -> None:
    """Those it does not reach count as unready."""
    fleet = Fleet(4)
    await fleet.run(10)
    _break(fleet, 0)
    fleet.partition([0, 1], [2, 3])
    await fleet.run(120)

    assert fleet.left == []


async def test_peers_that_moved_are_followed() -> None:
    """A router that was replaced is forgotten; a name that fails keeps what it had."""
    fleet = Fleet(3)
    await fleet.run(10)
    fleet.routers.pop()
    fleet.routers.append(FleetRouter(fleet, 9, PeerTimes()))
    await fleet.run(10)
    moved = fleet.routers[0].metric("sealane_peers")
    fleet.name_fails = True
    await fleet.run(20)
    _break(fleet, 0)
    await fleet.run(50)

    assert (moved, fleet.left) == (2, [0])


async def test_a_reload_that_takes_the_fault_away_ends_it() -> None:
    """Another base URL is another breaker."""
    fleet = Fleet(3)
    _break(fleet, 0)
    await fleet.run(50)
    away = fleet.left
    fleet.routers[0].broken = False
    fleet.routers[0].serving = serving_of(critical_table())
    await fleet.run(2)

    assert (away, fleet.left) == ([0], [])


async def test_without_peers_nothing_runs() -> None:
    """No task, no question, no word."""
    before = asyncio.all_tasks()
    metrics = RouterMetrics(CollectorRegistry()).peers
    alone = PeerReadiness([], lambda: serving_of(critical_table()), "me", metrics)
    alone.start()
    after = asyncio.all_tasks()
    await alone.close()

    assert after == before
    assert (alone.problem(), alone.advice(), alone.standing) == (None, None, "stays")


async def test_a_name_that_cannot_be_resolved_is_counted() -> None:
    """And looked at again and again."""
    registry, tries = CollectorRegistry(), 0

    async def resolve(_: Address) -> list[Address]:
        nonlocal tries
        tries += 1
        raise OSError("no such name")

    metrics = RouterMetrics(registry).peers
    times = PeerTimes(interval=0.01, resolve=0.01)
    lost = PeerReadiness(
        [Address("nowhere.invalid", 1)],
        lambda: serving_of(critical_table()),
        "me",
        metrics,
        times=times,
        resolve=resolve,
    )
    lost.start()
    await until(lambda: tries >= 3)
    await lost.close()

    assert (registry.get_sample_value("sealane_peer_errors_total", {"reason": "resolve"}) or 0) >= 2


async def test_a_round_that_fails_is_not_the_last_and_brings_a_router_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a peer says, and whatever defect it meets."""
    fleet = Fleet(3, PeerTimes(interval=0.01, resolve=0.01))
    _break(fleet, 0)
    await fleet.run(50)
    (away,), rounds = fleet.left, 0

    async def broken(self: PeerReadiness, asker: object) -> None:
        nonlocal rounds
        rounds += 1
        raise RuntimeError("unforeseen")

    monkeypatch.setattr(PeerReadiness, "round", broken)
    router = fleet.routers[away]
    router.peers.start()
    await until(lambda: rounds >= 3)
    await router.peers.close()

    assert (away, fleet.left) == (0, [])
    assert router.metric("sealane_local_fault_returns_total", reason="failed") == 1
