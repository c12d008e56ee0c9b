"""Without an operator everything that serves goes on serving; whatever was asked for meanwhile is done afterwards."""

import time

from tests.support.proof_scene import Chat, Figures, Scale
from tests.support.resources import provider, route, rule
from tests.support.sealane_world import World
from tests.support.traffic import Traffic


def _other(world: World, name: str) -> None:
    """A route with a model of its own."""
    base = provider(baseURL=world.stubs.url("good"), allowInsecure=True)
    world.apply(route(name, providers=[base], rules=[rule(models=[{"exact": name}])]))


def test_an_operator_that_is_away(sealane: World, scale: Scale, figures: Figures) -> None:
    """Traffic does not notice, a delete returns at once, and the backlog is caught up."""
    chat = Chat(sealane, steps=((50, 1),), bake=1)
    chat.serve()
    _other(sealane, "doomed")
    sealane.until(lambda: sealane.condition("Ready", "doomed") == "True/Serving", "the other route serves")
    operator = sealane.operators[0]
    with sealane.traffic() as clients:
        sealane.neglect(operator)
        operator.process.kill()
        gone = time.monotonic()
        number = chat.apply()
        _other(sealane, "late")
        begun = time.monotonic()
        sealane("delete", "providerroute", "doomed")
        deleted = time.monotonic() - begun
        sealane.rest(max(0.0, gone + scale.down - time.monotonic()))
        unaffected = clients.since(gone)
        assert {each.revision for each in unaffected} == {str(number - 1)}
        sealane.tend(operator)
        caught = sealane.until(
            lambda: sealane.stable() == number and sealane.condition("Ready", "late") == "True/Serving",
            lambda: f"the backlog: {chat.explain()}",
        )
        failed = _failed(clients)

    assert sealane.route("doomed") is None
    assert deleted < 5
    assert failed == 0
    figures.add(
        "Operator down", f"{scale.down:g} s: requests failed", f"{failed} of {len(unaffected)}", "traffic unaffected"
    )
    figures.add("Operator down", "kubectl delete providerroute", f"{deleted:.2f} s", "at once")
    figures.add("Operator down", "from its start to the backlog done, a rollout included", f"{caught:.1f} s")


def _failed(clients: Traffic) -> int:
    return sum(not each.good for each in clients.seen)
