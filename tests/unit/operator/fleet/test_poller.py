"""The rounds: everybody is asked every second, and nobody waits for the slowest."""

import asyncio
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest

from sealane_operator.fleet.poller import FULL_AT_ONCE, POLLS_AT_ONCE
from sealane_operator.fleet.roster import SILENT_SECONDS
from sealane_operator.rollout.model import Phase, RolloutState, Sample
from tests.support.fleets import KEY, PlayedFleet, arm, figures, state
from tests.support.waiting import until


def _fulls(played: PlayedFleet) -> dict[str, list[bool]]:
    return {router.name: [poll["full"] for poll in router.polls] for router in played.routers.values()}


def _newest(played: PlayedFleet, told: RolloutState) -> Sample:
    return played.fleet.observe(KEY, told)[1].samples[-1]


async def test_every_router_is_asked_every_second() -> None:
    """With who asks, all candidates, and the routes in question."""
    played = PlayedFleet("a", "b")
    played.fleet.observe(KEY, state(7, 8, 10))
    played.fleet.observe("team/new", state(1))
    await played.find()
    await played.rounds(3)

    for router in played.routers.values():
        assert [len(router.polls), router.polls[-1]] == [
            3,
            {
                "operator": "operator-0",
                "candidates": [{"route": KEY, "revision": 8, "weight": 10}],
                "routes": ["team/new"],
                "full": False,
            },
        ]
    assert (played.metrics.answered, played.metrics.failures) == (6, [])


async def test_a_router_tells_all_at_first_and_every_minute() -> None:
    """Give or take a fifth, so that not all of them do it in the same second."""
    played = PlayedFleet("a")
    await played.find()
    await played.rounds(200)

    seconds = [second for second, full in enumerate(_fulls(played)["a"]) if full]
    assert seconds[0] == 0
    assert 2 <= len(seconds) - 1 <= 4
    assert all(48 <= after - before <= 73 for before, after in pairwise(seconds))


async def test_a_new_process_is_asked_for_all_in_the_next_round() -> None:
    """As is one that becomes ready."""
    played = PlayedFleet("a")
    await played.find()
    await played.rounds(2)
    played["a"].restart()
    await played.rounds(2)
    played["a"].ready = False
    await played.rounds(1)
    played["a"].ready = True
    await played.rounds(3)

    assert _fulls(played)["a"] == [True, False, False, True, False, False, True, False]


async def test_only_a_few_tell_all_in_one_round() -> None:
    """The others renew their leases meanwhile, and are informed of one after the other."""
    played = PlayedFleet(*(f"r{number}" for number in range(20)))
    await played.find()
    counts, informed = [], []
    for _ in range(4):
        await played.rounds(1)
        counts.append(sum(router.polls[-1]["full"] for router in played.routers.values()))
        informed.append(played.fleet.informed)

    assert counts == [FULL_AT_ONCE, FULL_AT_ONCE, 20 - 2 * FULL_AT_ONCE, 0]
    assert informed == [False, False, True, True]


async def test_routers_that_never_answer_do_not_take_the_others_turn() -> None:
    """They are asked with less until they do."""
    played = PlayedFleet(*(f"r{number:02}" for number in range(20)))
    for router in list(played.routers.values())[:12]:
        router.fails = "timeout"
    await played.find()
    await played.rounds(3)

    assert [any(fulls) for fulls in list(_fulls(played).values())[12:]] == [True] * 8
    assert played.fleet.informed


async def test_a_router_that_hangs_delays_nobody() -> None:
    """It has one poll at a time; the others have one every second."""
    played = PlayedFleet("a", "b")
    played["b"].held = asyncio.Event()
    await played.find()
    async with asyncio.TaskGroup() as polls:
        for count in range(1, 6):
            played.fleet.poller.begin_round(polls)
            await until(lambda count=count: len(played["a"].polls) == count)  # type: ignore[misc]
            played.now += 1.0
        assert played["b"].polls == []
        played["b"].held.set()

    assert (len(played["a"].polls), len(played["b"].polls)) == (5, 1)
    await played.rounds(1)
    assert len(played["b"].polls) == 2


async def test_a_round_is_brought_together_when_its_last_answer_is_there() -> None:
    """A router that hangs since an earlier round is not waited for."""
    played = PlayedFleet("a", "b")
    baking = state(7, phase=Phase.BAKING)
    played.all_hold(arm(7, 100))
    played.fleet.observe(KEY, baking)
    await played.find()
    await played.rounds(2)
    played.fleet.observe(KEY, baking)
    played.marked.clear()
    played["b"].held = asyncio.Event()
    async with asyncio.TaskGroup() as polls:
        played.fleet.poller.begin_round(polls)
        await until(lambda: len(played["a"].polls) == 3)
        played.now += 1.0
        played["a"].hold(arm(6, 100))
        played.fleet.poller.begin_round(polls)
        assert played.marked == []
        await until(lambda: played.marked)
        assert len(played["b"].polls) == 2
        played["b"].held.set()

    assert played.marked == [KEY]


async def test_a_router_that_failed_is_not_waited_for() -> None:
    """What the others said is brought together without it, in every round."""
    played = PlayedFleet("a", "b")
    told = state(7, 8, 10)
    played.all_hold(arm(7, 90), arm(8, 10))
    played.fleet.remember(KEY, told)
    await played.find()
    played["b"].fails = "timeout"
    await played.rounds(2)
    played["b"].held = asyncio.Event()
    async with asyncio.TaskGroup() as polls:
        for second in range(1, 4):
            played["a"].hold(arm(7, 90, figures(second)), arm(8, 10))
            played.fleet.poller.begin_round(polls)
            await until(lambda second=second: _newest(played, told).stable.exchanges == second)  # type: ignore[misc]
            assert _newest(played, told).at == played.now
            played.now += 1.0
        played["b"].held.set()


async def test_so_many_polls_are_under_way_at_once_and_no_more() -> None:
    """Others wait for a slot, and have their own time from then on."""
    played = PlayedFleet(*(f"r{number}" for number in range(POLLS_AT_ONCE + 3)))
    gate, under_way, most = asyncio.Event(), 0, 0
    ask = played.fleet.poller._transport.ask

    async def counted(address: str, body: bytes, seconds: float) -> bytes:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await gate.wait()
        under_way -= 1
        return await ask(address, body, seconds)

    played.fleet.poller._transport.ask = counted  # type: ignore[method-assign]
    await played.find()
    async with asyncio.TaskGroup() as polls:
        played.fleet.poller.begin_round(polls)
        await until(lambda: under_way == POLLS_AT_ONCE)
        gate.set()

    assert most == POLLS_AT_ONCE
    assert all(router.polls for router in played.routers.values())


async def test_a_poll_has_more_time_when_it_asks_for_all() -> None:
    """Five seconds instead of two; a router that did not answer is asked with less until it does."""
    played, times = PlayedFleet("a"), []
    ask = played.fleet.poller._transport.ask

    async def timed(address: str, body: bytes, seconds: float) -> bytes:
        times.append(seconds)
        return await ask(address, body, seconds)

    played.fleet.poller._transport.ask = timed  # type: ignore[method-assign]
    played["a"].fails = "timeout"
    await played.find()
    await played.rounds(3)
    played["a"].fails = ""
    await played.rounds(3)

    assert times == [5.0, 2.0, 2.0, 2.0, 5.0, 2.0]


async def test_a_router_that_left_meanwhile_is_not_heard() -> None:
    """Its poll was under way: what it says comes too late."""
    played = PlayedFleet("a")
    told = state(7, 8, 10)
    played.all_hold(arm(7, 90), arm(8, 10))
    played.fleet.remember(KEY, told)
    await played.find()
    await played.rounds(2)
    played["a"].held = asyncio.Event()
    played["a"].hold(arm(7, 90, figures(50)), arm(8, 10))
    async with asyncio.TaskGroup() as polls:
        played.fleet.poller.begin_round(polls)
        await asyncio.sleep(0)
        router = played.routers.pop("a:9090")
        await played.find()
        assert router.held is not None
        played.fleet.poller._transport.routers = {"a:9090": router}  # type: ignore[attr-defined]
        router.held.set()
    played.now += 1.0
    await played.rounds(1)

    assert len(router.polls) == 3
    assert _newest(played, told).stable.exchanges == 0


@pytest.mark.parametrize("kind", ["connect", "timeout", "broken", "status", "oversized", "garbage"])
async def test_what_goes_wrong_is_counted_by_its_kind(kind: str) -> None:
    """And the router is silent after some seconds of it, until it answers."""
    played = PlayedFleet("a", "b")
    await played.find()
    await played.rounds(2)
    played["b"].fails = kind
    await played.rounds(int(SILENT_SECONDS) + 1)
    assert (set(played.metrics.failures), played.metrics.counts) == ({kind}, {"ready": 1, "unready": 0, "silent": 1})

    played["b"].fails = ""
    await played.rounds(2)
    assert played.metrics.counts == {"ready": 2, "unready": 0, "silent": 0}


async def test_an_answer_that_is_no_report_is_garbage() -> None:
    """Nothing of it is taken."""
    played = PlayedFleet("a")
    played["a"].answer = lambda body: b"{}"  # type: ignore[method-assign]
    await played.find()
    await played.rounds(1)

    assert (played.metrics.failures, played.metrics.answered, played.fleet.informed) == (["garbage"], 0, True)


async def test_routes_beyond_what_a_poll_may_name_are_counted() -> None:
    """Each round, while it is so."""
    played = PlayedFleet("a")
    for number in range(10_001):
        played.fleet.observe(f"team/{number}", state(7, 8, 0))
    await played.find()
    await played.rounds(1)

    assert "too_many_routes" in played.metrics.failures
    assert len(played["a"].polls[0]["routes"]) == 10_000


async def test_rounds_come_every_second_until_somebody_stops_them() -> None:
    """However long a round took; a poll under way is given up."""
    played = PlayedFleet("a", "b")
    played["b"].held = asyncio.Event()
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        played.now += seconds
        await asyncio.sleep(0)

    poller = played.fleet.poller
    poller._sleep = sleep
    await played.find()
    running: asyncio.Task[Any] = asyncio.ensure_future(poller.run())
    await until(lambda: len(played["a"].polls) >= 3)
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running

    assert set(slept) == {1.0}
    assert poller.pulse >= 10_002.0
    assert played["b"].polls == []


async def test_a_mistake_of_ours_ends_the_rounds() -> None:
    """It is not swallowed: whoever runs them hears of it."""
    played = PlayedFleet("a")

    async def broken(address: str, body: bytes, seconds: float) -> bytes:
        raise ZeroDivisionError

    played.fleet.poller._transport.ask = broken  # type: ignore[method-assign]
    await played.find()
    with pytest.raises(ExceptionGroup) as raised:
        await played.fleet.poller.run()
    assert raised.group_contains(ZeroDivisionError)
