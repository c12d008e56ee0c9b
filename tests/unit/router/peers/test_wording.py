"""What ``/readyz`` says about rules that are open here."""

from collections.abc import Sequence

from sealane_api.report import Breaker, ProviderReport, RouteReport, RouterReport
from sealane_router.peers.departure import Departure
from sealane_router.peers.evidence import PeerEvidence
from sealane_router.peers.headcount import HeadCount
from sealane_router.peers.suspicions import Outage
from sealane_router.peers.times import PeerTimes
from sealane_router.peers.wording import advice, problem

_HERE = "rule kimi of default/r0: moonshot, zai open here for 4 s"


def _outages(count: int) -> list[Outage]:
    return [Outage((f"default/r{each}", "kimi"), ("moonshot", "zai"), True, None) for each in range(count)]


def _departure(count: int, *peers: Breaker, fault: float = 30.0) -> Departure:
    """A router that has seen ``count`` outages for 4 s, and the breakers of Moonshot at its peers."""
    departure = Departure("m", PeerTimes(fault=fault), lambda: 0.0)
    evidence = PeerEvidence(PeerTimes())
    for now in (100.0, 104.0):
        for number, breaker in enumerate(peers):
            report = ProviderReport(breaker, 1.0 if breaker == "closed" else None)
            routes = {f"default/r{each}": RouteReport(providers={"moonshot": report}) for each in range(count)}
            evidence.hear(RouterReport(f"p{number}", "", ready=True, draining=False, routes=routes), tuple(routes), now)
        departure.judge(_outages(count), evidence, now)
    return departure


def _advice(peers: Sequence[Breaker], fresh: int) -> str | None:
    return advice(_departure(1, *peers), fresh, 104.0)


def test_an_outage_is_told_with_what_peers_see() -> None:
    """The four things they can see."""
    assert _advice(["open", "half-open", "open"], 3) == f"{_HERE} and on its peers (3 of 3): ready all the same"
    assert _advice(["open", "closed"], 3) == f"{_HERE} and closed at 1 of 3 peers, a local fault"
    assert _advice([], 2) == f"{_HERE}, and none of 2 peers has had a success lately: ready all the same"
    assert _advice([], 0) == f"{_HERE}, and no peer has a fresh report: ready all the same"


def test_where_nothing_is_open_nothing_is_said() -> None:
    """Neither as a problem."""
    departure = _departure(0)

    assert (advice(departure, 2, 104.0), problem(departure, 2, 104.0)) == (None, None)


def test_a_router_that_wants_to_leave_and_may_not_says_why() -> None:
    """It is ready, and broken: somebody should know."""
    departure = _departure(1, "closed", fault=4.0)
    departure.counted(HeadCount(3, 2, 1), 104.0)

    assert problem(departure, 2, 104.0) is None
    assert advice(departure, 2, 104.0) == (
        f"{_HERE} and closed at 1 of 2 peers, a local fault; stays: too few of the 3 known routers would be ready"
    )


def test_a_router_that_left_says_for_which_rules() -> None:
    """The first three of them; nothing is told twice."""
    departure = _departure(5, "closed", fault=4.0)
    departure.counted(HeadCount(3, 2, 0), 104.0)
    told = problem(departure, 2, 109.0)

    assert advice(departure, 2, 109.0) is None
    assert told is not None
    assert told.startswith("rule kimi of default/r0: moonshot, zai open here for 9 s and closed at 1 of 2 peers")
    assert told.endswith("; and 2 more rules; left 5 s ago")
