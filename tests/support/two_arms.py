"""A running gateway whose route has a candidate: a table put in place by hand, leases whose clock stands still."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from sealane_api.report import CandidateLease, Poll
from sealane_api.route_table import BreakerPolicy, Provider, Route, RouteTable, Rule, Target
from sealane_cli.stub.server import StubProvider
from sealane_router.routing.matcher import Matcher
from tests.support.raw_client import RawAnswer, raw_client
from tests.support.stubbed import MOONSHOT_KEY, StubbedGateway, stubbed_gateway

ROUTE = "default/assistants"
CHAT = "/v1/chat/completions"
_FRAGILE = BreakerPolicy(consecutive_failures=2, open_for=60.0)


class TwoArms:
    """Revision 7 is stable on one stub, revision 8 on trial with a base URL of the test's choice."""

    def __init__(self, served: StubbedGateway, new: StubProvider) -> None:
        self.served = served
        self.new = new
        self.gateway = served.gateway.gateway
        self.now = 1000.0
        self.gateway.leases._clock = lambda: self.now
        self._file = self.gateway.live.serving.table.routes[0]

    def revision(self, number: int, base_url: str | None = None) -> Route:
        """The file's route as a numbered revision, whose Moonshot is at ``base_url``."""
        providers = {each.name: _moved(each, base_url) for each in self._file.providers}
        rules = tuple(replace(rule, targets=_targets(rule, providers)) for rule in self._file.rules)
        return replace(
            self._file, revision=str(number), hash=f"{number:064x}", providers=tuple(providers.values()), rules=rules
        )

    def serve(self, stable: Route, candidate: Route | None = None) -> None:
        """Swap the table, as the source of routes does."""
        live = self.gateway.live
        table = RouteTable((stable,), f"{stable.revision:0>64}", () if candidate is None else (candidate,))
        live.apply(Matcher(table, live.serving.matcher))

    def agree(self, weight: int, revision: int = 8) -> None:
        """Status, API and operator say now that the candidate may have ``weight`` percent."""
        self.gateway.leases.point({ROUTE: (revision, weight)})
        self.gateway.leases.confirm()
        self.gateway.leases.renew([CandidateLease(ROUTE, revision, weight)])

    async def ask(self, count: int = 1, model: str = "kimi-k3") -> list[RawAnswer]:
        """Exchanges one after the other."""
        async with raw_client(self.served.gateway.host, self.served.gateway.port) as client:
            body = b'{"model":"%b","messages":[]}' % model.encode()
            return [await client.post(CHAT, body) for _ in range(count)]

    async def poll(self, *leases: CandidateLease, routes: Sequence[str] = (), full: bool = False) -> Any:
        """What the operator's poll is answered."""
        answer = await self.admin("POST", msgspec.json.encode(Poll("operator-0", leases, tuple(routes), full)))
        assert answer.status == 200, answer.body
        return msgspec.json.decode(answer.body)

    async def admin(self, method: str, body: bytes = b"", path: str = "/-/report") -> RawAnswer:
        """One request to the admin port."""
        address = self.gateway.addresses["admin"]
        async with raw_client(address.host, address.port) as client:
            return await (client.get(path) if method == "GET" else client.post(path, body))

    def breakers(self) -> dict[str, str]:
        """The state of Moonshot's breaker by arm."""
        serving, now = self.gateway.live.serving, time.monotonic()
        return {
            arm.value: runtime.providers["moonshot"].gate.breaker_state(now).value for arm, runtime in serving.arms()
        }


def revisions(answers: Sequence[RawAnswer]) -> list[str | None]:
    """Which revision gave each answer."""
    return [answer.get("x-sealane-revision") for answer in answers]


@asynccontextmanager
async def two_arms(folder: Path) -> AsyncIterator[TwoArms]:
    """Serve revision 7 until the block ends; ``serve`` puts a candidate beside it."""
    async with (
        stubbed_gateway(folder) as served,
        StubProvider("moonshot", accepted_keys=frozenset({MOONSHOT_KEY})) as new,
    ):
        arms = TwoArms(served, new)
        arms.serve(arms.revision(7))
        yield arms


def _moved(provider: Provider, base_url: str | None) -> Provider:
    if provider.name != "moonshot":
        return provider
    return replace(provider, base_url=base_url or provider.base_url, breaker=_FRAGILE)


def _targets(rule: Rule, providers: dict[str, Provider]) -> tuple[Target, ...]:
    return tuple(replace(target, provider=providers[target.provider.name]) for target in rule.targets)
