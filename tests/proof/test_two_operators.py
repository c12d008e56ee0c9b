"""Two operators, and the leader freezes past its Lease: the other goes on, and nothing is done twice."""

import time

from tests.support.api_faults import Faults
from tests.support.proof_scene import Chat, Figures
from tests.support.sealane_world import World


def test_a_frozen_leader_never_makes_a_step_of_its_own(empty_world: World, figures: Figures) -> None:
    """Its write that was on its way comes late and is refused; when it wakes it ends without another."""
    world = empty_world
    world.start_routers(3)
    leader = world.start_operator("operator-0")
    world.until(lambda: leader.metric("sealane_operator_leader") == 1, "operator-0 leads")
    other = world.start_operator("operator-1")
    world.until(lambda: other.get("/readyz")[0] == 200, "operator-1 stands by")
    chat = Chat(world, steps=((10, 2), (30, 2), (50, 2)), bake=1)
    chat.serve()
    weights: list[int] = []

    def stepping() -> bool:
        status = world.status()
        weight = int((status.get("candidate") or {}).get("weight") or 0)
        if weight and weight not in weights[-1:]:
            weights.append(weight)
        return bool(status["stable"]["revision"] == number)

    with world.traffic() as clients:
        clients.wait_for(400)
        number = chat.apply()
        world.until(lambda: stepping() or weights[-1:] == [10], lambda: f"the first step: {chat.explain()}")
        noted = len(leader.proxy.rollout_writes())
        leader.proxy.faults = Faults(delay=10, only="/providerroutes/chat/status")
        world.until(lambda: len(leader.proxy.rollout_writes()) > noted, "a write is on its way")
        leader.process.freeze()
        frozen = time.monotonic()
        world.until(lambda: other.metric("sealane_operator_leader") == 1, "operator-1 takes over")
        taken = time.monotonic() - frozen
        world.until(stepping, lambda: f"operator-1 brings it to its end: {chat.explain()}")
        world.until(lambda: leader.proxy.rollout_writes()[-1].status, "the late write arrives")
        late = leader.proxy.rollout_writes()[noted:]
        leader.proxy.faults = Faults()
        leader.process.thaw()
        world.until(lambda: not leader.process.running, "the old leader ends")
        failed = [each for each in clients.seen if not each.good]

    assert [write.status for write in late] == [409] * len(late)
    assert [each for each in leader.proxy.rollout_writes()[noted + len(late) :] if each.status < 300] == []
    assert weights == [10, 30, 50]
    assert world.revisions() == {1: "Superseded", 2: "Stable"}
    assert failed == []
    figures.add("Two operators", "the leader frozen: the other leads", f"{taken:.1f} s later", "no step twice")
    figures.add("Two operators", "the frozen leader's write under way", "refused: 409", "refused")
