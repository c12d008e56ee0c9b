"""A promoted revision is still watched: a suspicion sends half of the traffic back, and the comparison decides."""

from sealane_cli.stub.faults import Fault
from tests.support.proof_scene import Chat, Figures
from tests.support.sealane_world import World
from tests.support.traffic import Traffic

_FAULT = Fault("status", 500)


def _challenged(world: World) -> bool:
    return (world.status().get("rollout") or {}).get("phase") == "Challenging"


def _seconds(world: World, clients: Traffic, begun: float, bad: int) -> float:
    """From the first failed request to the bad revision's last answer, once there is none any more."""
    world.rest(2)
    seen = clients.since(begun)
    first = min(each.sent for each in seen if not each.good)
    last = max(each.sent for each in seen if each.revision == str(bad))
    assert seen[-1].sent > last + 1
    return last - first


def test_what_goes_bad_in_its_bake_is_taken_back(sealane: World, figures: Figures) -> None:
    """Suspicion, challenge, rollback to the previous revision, with both figures as evidence."""
    chat = Chat(sealane, steps=((50, 1),), bake=120)
    good = chat.serve(bakeTime="1s")
    with sealane.traffic() as clients:
        clients.wait_for(1_000)
        bad = chat.apply("flaky")
        sealane.until(lambda: sealane.stable() == bad, lambda: f"it is promoted: {chat.explain()}")
        clients.wait_for(600)
        sealane.stubs.break_every("flaky", 5, _FAULT)
        begun = clients.wait_for(1)[0].sent
        sealane.until(lambda: _challenged(sealane), lambda: f"it is suspected: {chat.explain()}")
        sealane.until(lambda: sealane.stable() == good, lambda: f"it is taken back: {chat.explain()}")
        seconds = _seconds(sealane, clients, begun, bad)
        record = sealane.status()["lastRollback"]

    assert (record["from"], record["to"]) == (bad, good)
    assert record["evidence"]
    figures.add("Bake", "20 % broken after promotion: suspicion, challenge, rollback", f"{seconds:.1f} s")


def test_an_immediate_change_is_watched_as_well(sealane: World, figures: Figures) -> None:
    """It serves everybody at once, and is challenged and taken back when it is bad."""
    chat = Chat(sealane, steps=((50, 1),), bake=120)
    good = chat.serve()
    with sealane.traffic() as clients:
        clients.wait_for(2_000)
        sealane.stubs.break_every("flaky", 5, _FAULT)
        bad = chat.apply("flaky", strategy="Immediate")
        begun = clients.wait_for(1)[0].sent
        sealane.until(lambda: sealane.stable() == bad, lambda: f"it is stable: {chat.explain()}")
        sealane.until(lambda: sealane.stable() == good, lambda: f"it is taken back: {chat.explain()}")
        seconds = _seconds(sealane, clients, begun, bad)
        record = sealane.status()["lastRollback"]

    assert (record["from"], record["to"]) == (bad, good)
    figures.add("Immediate", "20 % broken: suspicion, challenge, rollback", f"{seconds:.1f} s")
