"""Two thousand routes: the operator is quick and small, and a router takes a new table without a pause."""

import random
import time
from dataclasses import dataclass

from tests.support.proof_scene import Chat, Figures, Scale
from tests.support.resources import provider, route, rule
from tests.support.sealane_world import Program, World
from tests.support.traffic import Traffic, quantile

_ROUTES = "/apis/sealane.dev/v1alpha1/namespaces/{}/providerroutes"
_MEGABYTE = 1 << 20
#: The bounds of the issue.
_FIRST_PASS, _RESIDENT, _STATUS, _SPIKE = 15.0, 150 * _MEGABYTE, 0.050, 0.020
_AS_INSTALLED = {"SEALANE_LEASE_DURATION": "15s"}
#: What a resident set may wander between two thirds of a churn without being called a slope.
_WANDERING = 0.02


@dataclass(slots=True)
class Crowd:
    """So many routes beside the clients' own, of a provider at ``base``."""

    world: World
    count: int
    base: str
    changes: int = 0

    @property
    def path(self) -> str:
        """The collection."""
        return _ROUTES.format(self.world.namespace)

    def make(self) -> None:
        """Create them, each with a model of its own."""
        base = provider(baseURL=self.base, allowInsecure=True)
        for number in range(self.count):
            name = f"m-{number:04}"
            self.world.ask("POST", self.path, route(name, providers=[base], rules=[rule(models=[{"exact": name}])]))

    def served(self) -> int:
        """How many are Ready."""
        items = self.world.read(self.path)["items"]
        return sum(
            each["type"] == "Ready" and each["status"] == "True"
            for item in items
            for each in item.get("status", {}).get("conditions", ())
        )

    def change(self) -> float:
        """Change one and return the seconds until its status says that this was seen."""
        self.changes += 1
        path = f"{self.path}/m-{random.randrange(self.count):04}"
        begun = time.monotonic()
        changed = self.world.ask("PATCH", path, {"spec": {"revisionHistoryLimit": 11 + self.changes % 80}})
        generation = changed["metadata"]["generation"]
        self.world.until(
            lambda: self.world.read(path)["status"].get("observedGeneration") == generation, "its status", every=0.002
        )
        return time.monotonic() - begun


def _is_at_rest(operator: Program) -> bool:
    """Whether it leads and no route waits to be looked at, or is being looked at."""
    busy = [operator.metric("sealane_operator_queue_depth", f'state="{state}"') for state in ("ready", "running")]
    return operator.metric("sealane_operator_leader") == 1 and busy == [0, 0]


def _churn(crowd: Crowd, operator: Program, seconds: float) -> list[float]:
    """Change one route after the other; the resident memory of each second, in bytes."""
    resident: list[float] = []
    end, due = time.monotonic() + seconds, 0.0
    while time.monotonic() < end:
        crowd.change()
        if time.monotonic() >= due:
            resident.append(operator.resident)
            due = time.monotonic() + 1
        crowd.world.rest(0.05)
    return resident


def _slowest(clients: Traffic, begun: float) -> tuple[float, float]:
    """Milliseconds: the slowest of what was asked since, and p99.9."""
    took = [each.took * 1_000 for each in clients.since(begun)]
    return max(took), quantile(took, 0.999)


def _prepared(world: World, crowd: Crowd, chat: Chat, figures: Figures, name: str) -> None:
    """Make every route and let an operator in a hurry bring them all to rest."""
    hurry = {"SEALANE_API_RATE": "5000", "SEALANE_API_BURST": "5000"}
    maker = world.start_operator("maker", hurry | _AS_INSTALLED)
    world.tend(maker)
    chat.serve(strategy="Immediate")
    crowd.make()
    made = world.until(lambda: crowd.served() == crowd.count + 1, "all of them serve", 1_200, every=5.0)
    world.until(lambda: _is_at_rest(maker), "nothing is left to do")
    world.neglect(maker)
    maker.process.stop()
    figures.add(name, "from their creation to all served", f"{made:.0f} s")


def _restarted(world: World, crowd: Crowd, figures: Figures, name: str) -> Program:
    """An operator as it is installed, whose first pass finds everything done."""
    operator = world.start_operator("operator-0", _AS_INSTALLED)
    first = world.until(
        lambda: operator.metric("sealane_operator_reconciles_total") > crowd.count and _is_at_rest(operator),
        "the first pass",
    )
    resident, written = operator.resident, operator.proxy.rollout_writes()
    figures.add(name, "restart: first pass", f"{first:.1f} s, {len(written)} writes", f"{_FIRST_PASS:g} s, none")
    figures.add(name, "memory after it", f"{resident / _MEGABYTE:.0f} MB", f"{_RESIDENT / _MEGABYTE:.0f} MB")
    assert first < _FIRST_PASS
    assert resident < _RESIDENT
    assert written == []
    return operator


def _changed(crowd: Crowd, operator: Program, scale: Scale, figures: Figures, name: str) -> None:
    """One change after the other: how soon its status says so, and what the operator's memory does."""
    statuses = [crowd.change() for _ in range(50)]
    memory = _churn(crowd, operator, scale.churn)
    third = len(memory) // 3
    before, after = quantile(memory[third : 2 * third], 0.5), quantile(memory[2 * third :], 0.5)
    figures.add(
        name,
        "a change of the spec until its status says so",
        f"p50 {quantile(statuses, 0.5) * 1e3:.0f} ms, p99 {quantile(statuses, 0.99) * 1e3:.0f} ms",
        f"p50 {_STATUS * 1e3:.0f} ms",
    )
    figures.add(
        name,
        f"memory over {scale.churn:g} s of churn, {crowd.changes} changes",
        f"{before / _MEGABYTE:.1f} → {after / _MEGABYTE:.1f} MB",
        "no slope",
    )
    assert not scale.full or quantile(statuses, 0.5) < _STATUS
    assert after <= before * (1 + _WANDERING)


def _swapped(world: World, chat: Chat, base: str, scale: Scale, figures: Figures, name: str) -> None:
    """What clients notice while their router takes ten new tables."""
    with world.traffic() as clients:
        begun = clients.wait_for(1)[0].sent
        world.rest(10)
        calm = _slowest(clients, begun)
        begun = clients.wait_for(1)[0].sent
        for _ in range(10):
            number = str(chat.apply(base=base, strategy="Immediate"))
            world.until(
                lambda: {each.revision for each in clients.latest()} == {number},  # noqa: B023 - waited for here
                lambda: f"the next edition serves: {chat.explain()}",
            )
        swapping = _slowest(clients, begun)
        failed = [each for each in clients.seen if not each.good]
    figures.add(
        name,
        "a client's slowest request, and p99.9: no change; ten swaps of the table",
        f"{calm[0]:.1f} and {calm[1]:.1f} ms; {swapping[0]:.1f} and {swapping[1]:.1f} ms",
        f"{_SPIKE * 1e3:.0f} ms more",
    )
    assert failed == []
    assert not scale.full or swapping[0] < calm[0] + _SPIKE * 1e3


def test_the_operator_and_a_router_with_many_routes(empty_world: World, scale: Scale, figures: Figures) -> None:
    """First pass, memory, one status, a churn, and the latency of clients while the router swaps tables."""
    world, name = empty_world, f"{scale.routes} routes"
    base = world.start_provider()
    crowd = Crowd(world, scale.routes, base)
    world.start_routers(1)
    chat = Chat(world, steps=((50, 1),), bake=1)
    _prepared(world, crowd, chat, figures, name)
    operator = _restarted(world, crowd, figures, name)
    _changed(crowd, operator, scale, figures, name)
    _swapped(world, chat, base, scale, figures, name)
