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
#: What a resident set may wander between two thirds of a churn without being called a slope.
_WANDERING = 0.02


@dataclass(slots=True)
class Crowd:
    """So many routes beside the clients' own."""

    world: World
    count: int
    changes: int = 0

    @property
    def path(self) -> str:
        """The collection."""
        return _ROUTES.format(self.world.namespace)

    def make(self) -> None:
        """Create them, each with a model of its own."""
        base = provider(baseURL=self.world.stubs.url("good"), allowInsecure=True)
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


def _first_pass_done(operator: Program, count: int) -> bool:
    return (
        operator.metric("sealane_operator_leader") == 1
        and operator.metric("sealane_operator_reconciles_total") >= count
        and operator.metric("sealane_operator_queue_depth", 'state="ready"') == 0
        and operator.metric("sealane_operator_queue_depth", 'state="running"') == 0
    )


def _churn(world: World, crowd: Crowd, operator: Program, seconds: float) -> list[float]:
    """Change one route after the other; the resident memory of each second, in bytes."""
    resident: list[float] = []
    end, due = time.monotonic() + seconds, 0.0
    while time.monotonic() < end:
        crowd.change()
        if time.monotonic() >= due:
            resident.append(operator.resident)
            due = time.monotonic() + 1
        world.rest(0.05)
    return resident


def _slowest(clients: Traffic, begun: float) -> tuple[float, float]:
    """Milliseconds: p99.9 and the slowest of what was asked since."""
    took = [each.took * 1_000 for each in clients.since(begun)]
    return quantile(took, 0.999), max(took)


def test_the_operator_and_a_router_with_many_routes(empty_world: World, scale: Scale, figures: Figures) -> None:
    """First pass, memory, one status, a churn, and the latency of clients while the router swaps tables."""
    world, crowd, name = empty_world, Crowd(empty_world, scale.routes), f"{scale.routes} routes"
    world.start_routers(1)
    world.rest(0.5)
    maker = world.start_operator("maker", {"SEALANE_API_RATE": "5000", "SEALANE_API_BURST": "5000"})
    chat = Chat(world, steps=((50, 1),), bake=1)
    chat.serve(strategy="Immediate")
    crowd.make()
    made = world.until(lambda: crowd.served() == scale.routes + 1, "all of them serve", 600, every=1.0)
    world.rest(2)
    maker.process.stop()

    operator = world.start_operator("operator-0")
    first = world.until(lambda: _first_pass_done(operator, scale.routes + 1), "the first pass", 120)
    resident = operator.resident
    written = operator.proxy.rollout_writes()
    statuses = [crowd.change() for _ in range(50)]
    memory = _churn(world, crowd, operator, scale.churn)
    third = len(memory) // 3
    before, after = quantile(memory[third : 2 * third], 0.5), quantile(memory[2 * third :], 0.5)

    with world.traffic() as clients:
        begun = clients.wait_for(1)[0].sent
        world.rest(5)
        calm = _slowest(clients, begun)
        begun = clients.wait_for(1)[0].sent
        for _ in range(10):
            chat.apply(strategy="Immediate")
            world.until(
                lambda: {int(each.revision) for each in clients.latest()} == {chat.revision()},
                lambda: f"the next edition serves: {chat.explain()}",
            )
        swapping = _slowest(clients, begun)
        failed = [each for each in clients.seen if not each.good]

    figures.add(name, "from their creation to all served", f"{made:.0f} s")
    figures.add(name, "restart: first pass", f"{first:.1f} s, {len(written)} writes", f"{_FIRST_PASS:g} s, none")
    figures.add(name, "memory after it", f"{resident / _MEGABYTE:.0f} MB", f"{_RESIDENT / _MEGABYTE:.0f} MB")
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
    figures.add(
        name,
        "a client's slowest request and p99.9: no change; ten swaps of the table",
        f"{calm[1]:.1f} and {calm[0]:.1f} ms; {swapping[1]:.1f} and {swapping[0]:.1f} ms",
        f"{_SPIKE * 1e3:.0f} ms",
    )
    assert failed == []
    assert first < _FIRST_PASS
    assert written == []
    assert resident < _RESIDENT
    assert quantile(statuses, 0.5) < _STATUS
    assert after <= before * (1 + _WANDERING)
    assert swapping[0] < _SPIKE * 1e3
