"""The fleet and a real router: each understands what the other one says."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sealane_operator.fleet.discovery import StaticRouters
from sealane_operator.fleet.fleet import RouterFleet
from sealane_operator.rollout.model import Phase, Routers
from tests.support.fleets import FakeFleetMetrics, state
from tests.support.two_arms import ROUTE, TwoArms, two_arms


class _Watching:
    """A router with revision 7 stable, and a fleet whose rounds the test turns."""

    def __init__(self, arms: TwoArms) -> None:
        self.arms = arms
        self.metrics = FakeFleetMetrics()
        address = arms.gateway.addresses["admin"]
        self.discovery = StaticRouters(f"{address.host}:{address.port}")
        self.now = 10_000.0
        self.fleet = RouterFleet(
            self.discovery,
            identity="operator-0",
            mark=lambda _key: None,
            metrics=self.metrics,
            clock=lambda: self.now,
        )

    async def round(self) -> None:
        self.fleet.take_found(await self.discovery.find())
        async with asyncio.TaskGroup() as polls:
            self.fleet.poller.begin_round(polls)
        self.now += 1.0
        assert self.metrics.failures == []


@pytest.fixture
async def watching(tmp_path: Path) -> AsyncIterator[_Watching]:
    async with two_arms(tmp_path) as arms:
        watching = _Watching(arms)
        async with watching.fleet.poller._transport:
            yield watching


async def test_a_router_acknowledges_stable_and_its_breakers(watching: _Watching) -> None:
    """With the first answer, which tells all."""
    await watching.round()

    routers, series = watching.fleet.observe(ROUTE, state(7))
    assert routers == Routers(1, 1, 1, 0)
    assert watching.fleet.breakers(ROUTE) == {"moonshot": (1, 0, 0), "zai": (1, 0, 0)}
    assert (series.stable, series.candidate) == (7, None)


async def test_a_poll_renews_the_lease_of_a_candidate(watching: _Watching) -> None:
    """Once the router serves it with its weight, that is acknowledged, and both arms are counted."""
    arms, fleet, told = watching.arms, watching.fleet, state(7, 8, 100)
    await watching.round()
    arms.serve(arms.revision(7), arms.revision(8, arms.new.base_url))
    arms.gateway.leases.point({ROUTE: (8, 100)})
    arms.gateway.leases.confirm()
    assert fleet.observe(ROUTE, told)[0].candidate == 0
    await watching.round()
    assert fleet.observe(ROUTE, told)[0] == Routers(1, 1, 1, 1)

    answers = await arms.ask(5)
    assert {answer.status for answer in answers} == {200}
    await watching.round()
    series = fleet.observe(ROUTE, told)[1]
    assert (series.samples[-1].candidate.exchanges, series.samples[-1].stable.exchanges) == (5, 0)
    assert (sum(series.samples[-1].candidate.latency), series.sources) == (5, 1)


async def test_after_a_promotion_the_revision_is_stable(watching: _Watching) -> None:
    """And its figures go on."""
    arms, fleet = watching.arms, watching.fleet
    arms.serve(arms.revision(7), arms.revision(8, arms.new.base_url))
    fleet.observe(ROUTE, state(7, 8, 0))
    await watching.round()
    arms.serve(arms.revision(8, arms.new.base_url))
    baking = state(8, phase=Phase.BAKING)
    fleet.observe(ROUTE, baking)
    await watching.round()
    await arms.ask(3)
    await watching.round()

    routers, series = fleet.observe(ROUTE, baking)
    assert routers == Routers(1, 1, 1, 0)
    assert series.samples[-1].stable.exchanges == 3
