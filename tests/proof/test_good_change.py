"""A good change goes through its steps under load, is watched after them, and no client notices."""

from tests.support.proof_scene import Chat, Figures, Scale
from tests.support.sealane_world import World


def test_a_good_change_goes_through_its_steps_and_bakes(
    sealane: World, chat: Chat, scale: Scale, figures: Figures
) -> None:
    """10 %, 50 %, everything, bake; each share is what was promised, and every request is answered."""
    weights: list[int] = []
    phases: list[str] = []

    def complete() -> bool:
        status = sealane.status()
        candidate, phase = status.get("candidate") or {}, str((status.get("rollout") or {}).get("phase"))
        if candidate.get("revision") == number and candidate.get("weight") not in weights[-1:]:
            weights.append(int(candidate["weight"]))
        if phase not in phases[-1:]:
            phases.append(phase)
        return bool(status["stable"]["revision"] == number and phase == "Idle")

    with sealane.traffic() as clients:
        number = chat.apply()
        took = sealane.until(complete, lambda: f"revision {number} is stable and has baked: {chat.explain()}", 600)
        seen = clients.wait_for(100)
        asked = clients.seen

    assert [weight for weight in weights if weight] == [10, 50]
    assert phases[-2:] == ["Baking", "Idle"]
    assert all(each.revision == str(number) for each in seen)
    assert [each for each in asked if not each.good] == []
    assert sealane.revisions() == {1: "Superseded", number: "Stable"}
    figures.add(
        "A good change",
        f"10 → 50 → 100 % and {scale.bake} s of bake, holds of {scale.hold} s",
        f"{took:.1f} s, {len(asked)} requests, 0 failed",
        "0 failed",
    )
