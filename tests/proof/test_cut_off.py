"""Who hears nothing any more serves the stable revision alone within a minute, and goes on serving it."""

import time

from tests.support.api_faults import Faults
from tests.support.proof_scene import Chat, Figures
from tests.support.sealane_world import World
from tests.support.traffic import Traffic

#: DESIGN: 60 s without a poll, or without the API, and the router serves stable only.
_LEASE = 60.0
#: How long the operator outlives the connection of the first router.
_LATER = 6.0


def _last_of_candidate(clients: Traffic, number: int, *routers: int) -> float:
    revision = str(number)
    return max(each.sent for each in clients.seen if each.revision == revision and each.router in routers)


def test_a_router_without_the_api_and_routers_without_an_operator(sealane: World, figures: Figures) -> None:
    """One router loses the API, then the operator dies: each trial ends in its own minute; no request fails."""
    chat = Chat(sealane, steps=((50, 600),), bake=1)
    chat.serve()
    with sealane.traffic() as clients:
        number = chat.apply()
        sealane.until(lambda: (sealane.status().get("candidate") or {}).get("weight") == 50, "the trial begins")
        clients.wait_for(300)
        cut = time.monotonic()
        sealane.routers[0].proxy.faults = Faults(down=True)
        sealane.rest(_LATER)
        operator = sealane.operators[0]
        sealane.neglect(operator)
        operator.process.kill()
        killed = time.monotonic()
        sealane.rest(_LEASE + 3)
        alone = _last_of_candidate(clients, number, 0) - cut
        orphaned = _last_of_candidate(clients, number, 1, 2) - killed
        quiet = clients.wait_for(300)
        failed = [each for each in clients.seen if not each.good]

    assert alone <= _LEASE
    assert _LEASE - 5 <= orphaned <= _LEASE
    assert {each.revision for each in quiet} == {str(number - 1)}
    assert failed == []
    figures.add("Cut off", "router without the API: last answer of the candidate", f"{alone:.1f} s later", "60 s")
    figures.add("Cut off", "operator gone: last answer of the candidate", f"{orphaned:.1f} s later", "60 s")
    figures.add("Cut off", "requests failed meanwhile", "0", "0")
