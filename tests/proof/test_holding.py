"""What is nobody's fault rolls nothing back, and what nobody knows advances nothing."""

from typing import Any

import pytest

from sealane_cli.stub.faults import Fault
from tests.support.proof_scene import Chat, Figures, Scale
from tests.support.sealane_world import World


def _phase(world: World) -> str:
    return str((world.status().get("rollout") or {}).get("phase"))


def _never_rolled_back(world: World) -> bool:
    return not world.status().get("lastRollback")


@pytest.mark.parametrize("when", ["rollout", "bake"])
def test_an_outage_of_the_provider_rolls_nothing_back(
    sealane: World, scale: Scale, figures: Figures, when: str
) -> None:
    """Both arms fail alike: the rollout waits for its end and goes on; in a bake nothing happens."""
    steps = ((10, scale.hold + 4), (50, scale.hold)) if when == "rollout" else ((50, 1),)
    chat = Chat(sealane, steps=steps, bake=2 if when == "rollout" else int(scale.fault) + 5)
    chat.serve()
    with sealane.traffic() as clients:
        clients.wait_for(600)
        number = chat.apply()
        if when == "rollout":
            sealane.until(lambda: sealane.candidate() == number, lambda: f"the rollout begins: {chat.explain()}")
        else:
            sealane.until(lambda: _phase(sealane) == "Baking", lambda: f"the bake begins: {chat.explain()}")
        clients.wait_for(200)
        sealane.stubs.outage(Fault("status", 503))
        sealane.rest(scale.fault)
        assert _never_rolled_back(sealane), chat.explain()
        sealane.stubs.outage(None)
        sealane.until(lambda: _phase(sealane) == "Idle", lambda: f"the rollout ends: {chat.explain()}")
        failed = [each for each in clients.seen if not each.good]

    assert sealane.stable() == number
    assert _never_rolled_back(sealane)
    assert failed
    figures.add(
        "A provider's outage", f"{scale.fault:g} s in a {when}", f"{len(failed)} failed, no rollback", "no rollback"
    )


def test_without_traffic_nothing_advances(sealane: World, scale: Scale, figures: Figures) -> None:
    """The hold passes and the step stays, until there is something to judge by."""
    chat = Chat(sealane, steps=((10, 1), (50, 1)), bake=1)
    chat.serve()
    number = chat.apply()
    sealane.until(lambda: sealane.candidate() == number, lambda: f"the rollout begins: {chat.explain()}")
    held = max(5.0, scale.fault)
    sealane.rest(held)
    candidate: Any = sealane.status()["candidate"]
    reason = sealane.condition("Progressing")
    with sealane.traffic():
        sealane.until(lambda: sealane.stable() == number, lambda: f"traffic comes: {chat.explain()}")

    assert (candidate["revision"], candidate["weight"]) == (number, 10)
    assert reason.endswith("/NoData")
    assert _never_rolled_back(sealane)
    figures.add("No traffic", f"{held:g} s at a step whose hold is 1 s", "holds at 10 %, NoData", "holds")
