"""Three routers that ask each other over sockets, each with a way of its own to the provider."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from sealane_cli.stub.faults import Fault
from sealane_cli.stub.server import StubProvider
from sealane_router.peers.times import PeerTimes
from tests.support.cluster import free_ports
from tests.support.gateway import RunningGateway, running_gateway
from tests.support.raw_client import RawAnswer, raw_client
from tests.support.routes import KEYS, two_providers

#: The design's times in small, with the same order among them; a slow machine must not make a report old.
_TIMES = PeerTimes(
    interval=0.1, fresh=3.0, success=6.0, fault=0.8, jitter=0.2, unprobed=1.0, away=0.6, recount=0.3, resolve=0.2
)
_CHAT = b'{"model":"kimi-k3","messages":[]}'
_BROKEN = Fault("reset")


class Fleet:
    """Routers behind a Service: exchanges go to those that are ready, one after the other."""

    def __init__(self, routers: list[RunningGateway], ways: list[StubProvider]) -> None:
        self.routers = routers
        self.ways = ways
        #: What clients were answered, and the fewest ready routers that the Service ever had.
        self.statuses: Counter[tuple[int, int]] = Counter()
        self.refusals: list[RawAnswer] = []
        self.fewest = len(routers)

    def break_way(self, *numbers: int) -> None:
        """From now on these routers do not reach the provider."""
        for number in numbers:
            self.ways[number].fault = _BROKEN

    def mend(self) -> None:
        """Every router reaches it again."""
        for way in self.ways:
            way.clear_faults()

    async def readyz(self, number: int) -> RawAnswer:
        """What the kubelet asks."""
        address = self.routers[number].gateway.addresses["admin"]
        async with raw_client(address.host, address.port) as client:
            return await client.get("/readyz?verbose")

    async def serve_until(self, true: Callable[[set[int]], object]) -> set[int]:
        """Exchanges until ``true`` of the routers that are not ready; returns those."""
        while True:
            away = {number for number in range(len(self.routers)) if (await self.readyz(number)).status != 200}
            self.fewest = min(self.fewest, len(self.routers) - len(away))
            if true(away):
                return away
            for number in set(range(len(self.routers))) - away:
                async with raw_client(self.routers[number].host, self.routers[number].port) as client:
                    answer = await client.post("/v1/chat/completions", _CHAT)
                self.statuses[number, answer.status] += 1
                if answer.status == 503:
                    self.refusals.append(answer)

    async def serve_for(self, seconds: float) -> set[int]:
        """Exchanges for a while."""
        end = asyncio.get_running_loop().time() + seconds
        return await self.serve_until(lambda _: asyncio.get_running_loop().time() >= end)


@asynccontextmanager
async def _fleet(folder: Path, count: int = 3, flags: Mapping[str, str] | None = None) -> AsyncIterator[Fleet]:
    admins = [f"127.0.0.1:{port}" for port in free_ports(count)]
    async with AsyncExitStack() as stack:
        routers, ways = [], []
        for number, admin in enumerate(admins):
            way = await stack.enter_async_context(
                StubProvider("moonshot", accepted_keys=frozenset({KEYS["MOONSHOT_API_KEY"]}))
            )
            place = folder / str(number)
            place.mkdir()
            routes = two_providers(
                place,
                way.base_url,
                "http://127.0.0.1:9/v1",
                fallback="",
                retry="{maxAttempts: 1}",
                breaker="{consecutiveFailures: 2, openFor: 600ms, maxOpenFor: 1200ms}",
            )
            given = {"--admin": admin, "--peers": ",".join(admins), **(flags or {})}
            routers.append(await stack.enter_async_context(running_gateway(routes, given, KEYS, peer_times=_TIMES)))
            ways.append(way)
        yield Fleet(routers, ways)


@pytest.fixture
async def fleet(tmp_path: Path) -> AsyncIterator[Fleet]:
    """Three routers, all well."""
    async with _fleet(tmp_path) as running:
        yield running


def _departures(fleet: Fleet) -> list[float]:
    return [router.metric("sealane_local_fault_departures_total") for router in fleet.routers]


async def test_a_healthy_fleet_knows_its_peers_and_nothing_happens(fleet: Fleet) -> None:
    """Each finds itself among the addresses, and the two others."""
    await fleet.serve_until(
        lambda _: (
            all(router.metric("sealane_peers") == 2 for router in fleet.routers)
            and all(router.metric("sealane_peers_fresh") == 2 for router in fleet.routers)
        )
    )
    told = (await fleet.readyz(0)).body.decode()

    assert "[+]local-fault ok\n[+]peers ok\n" in told
    assert _departures(fleet) == [0, 0, 0]


async def test_a_router_with_a_broken_way_leaves_alone_and_returns(fleet: Fleet) -> None:
    """Then nobody sees an error; healed, it serves again."""
    await fleet.serve_for(0.5)
    fleet.break_way(1)
    await fleet.serve_until(lambda away: away == {1})
    told = (await fleet.readyz(1)).body.decode()
    fleet.mend()
    await fleet.serve_until(lambda away: not away)
    before = fleet.statuses[1, 200]
    await fleet.serve_until(lambda away: fleet.statuses[1, 200] > before + 5)

    assert "[-]local-fault failed: rule kimi of default/assistants: moonshot open here for " in told
    assert "and closed at 2 of 2 peers, a local fault; left " in told
    assert fleet.fewest == 2
    assert fleet.routers[1].metric("sealane_local_fault_departures_total") >= 1
    assert {status for number, status in fleet.statuses if number != 1} == {200}


async def test_in_a_provider_s_outage_all_stay_and_answer_503(fleet: Fleet) -> None:
    """With Retry-After; readiness says that it is everybody's."""
    await fleet.serve_for(0.5)
    fleet.break_way(0, 1, 2)
    # What peers saw before is young for some seconds, and it would be no outage without what they see now.
    away = await fleet.serve_for(4 * _TIMES.fault)
    told = (await fleet.readyz(0)).body.decode()

    assert (away, fleet.fewest, _departures(fleet)) == (set(), 3, [0, 0, 0])
    assert "[+]peers ok: rule kimi of default/assistants: moonshot open here for " in told
    assert " s and on its peers (2 of 2): ready all the same" in told
    assert fleet.refusals
    assert all(answer.get("retry-after") for answer in fleet.refusals)


async def test_with_two_of_three_broken_exactly_one_leaves(fleet: Fleet) -> None:
    """Whatever trials there are: two are ready at every moment."""
    await fleet.serve_for(0.5)
    fleet.break_way(0, 2)
    (gone,) = await fleet.serve_until(lambda away: away)
    await fleet.serve_for(5 * _TIMES.fault)

    assert gone in {0, 2}
    assert fleet.fewest == 2
    assert _departures(fleet)[1] == 0
    fleet.mend()
    await fleet.serve_until(lambda away: not away)


async def test_peers_that_are_gone_make_a_broken_router_stay(tmp_path: Path) -> None:
    """It asks, nobody answers, and the errors are counted."""
    nobody = f"127.0.0.1:{free_ports(1)[0]}"
    async with _fleet(tmp_path, 1, {"--peers": nobody}) as alone:
        alone.break_way(0)
        await alone.serve_for(4 * _TIMES.fault)
        told = (await alone.readyz(0)).body.decode()
        errors = alone.routers[0].metric("sealane_peer_errors_total", reason="connect")

    assert alone.fewest == 1
    assert "and no peer has a fresh report: ready all the same" in told
    assert errors > 0


async def test_the_strict_policy_asks_nobody(tmp_path: Path) -> None:
    """Unready whenever nothing can be served, though all others see the same."""
    async with _fleet(tmp_path, 2, {"--readiness-policy": "strict"}) as strict:
        for router in strict.routers:
            for runtime in router.gateway.serving.providers.values():
                runtime.gate.trip(time.monotonic())
        told = [await strict.readyz(number) for number in range(2)]

    assert [answer.status for answer in told] == [500, 500]
    assert all(b"[-]providers failed: no provider can be tried" in answer.body for answer in told)
    assert all(b"local-fault" not in answer.body for answer in told)
