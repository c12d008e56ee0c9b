"""Outages followed from look to look."""

from dataclasses import replace

from sealane_api.report import ProviderReport, RouteReport, RouterReport
from sealane_router.peers.evidence import PeerEvidence
from sealane_router.peers.suspicions import MAX_SUSPICIONS, Outage, Suspicions
from sealane_router.peers.times import PeerTimes

_KEY = ("default/assistants", "kimi")
_OPEN = Outage(_KEY, ("moonshot",), refusing=True, last_success=None)
_PROBED = replace(_OPEN, refusing=False)


class _Followed:
    """Suspicions, and a peer where the provider works until it is told otherwise."""

    def __init__(self, random: float = 0.0) -> None:
        self.suspicions = Suspicions(PeerTimes(), lambda: random)
        self.evidence = PeerEvidence(PeerTimes())

    def look(self, now: float, *outages: Outage, works: bool = True, held: bool = False) -> None:
        provider = ProviderReport("closed", 0.0) if works else ProviderReport("open")
        routes = {outage.key[0]: RouteReport(providers={"moonshot": provider}) for outage in outages}
        self.evidence.hear(RouterReport("p1", "", ready=True, draining=False, routes=routes), tuple(routes), now)
        self.suspicions.look(outages, self.evidence, now, (_KEY,) if held else ())

    def is_fault(self, now: float) -> bool:
        suspicion = self.suspicions.get(_KEY)
        return suspicion is not None and suspicion.is_fault(now, 30.0)


def test_a_fault_is_one_after_thirty_seconds() -> None:
    """Of looks that all found it."""
    followed = _Followed()
    for now in range(100, 131, 2):
        followed.look(now, _OPEN)

    assert (followed.is_fault(129.9), followed.is_fault(130.0)) == (False, True)


def test_chance_makes_it_later() -> None:
    """By up to 5 s."""
    followed = _Followed(random=0.8)
    followed.look(100.0, _OPEN)

    assert (followed.is_fault(133.9), followed.is_fault(134.0)) == (False, True)


def test_peers_that_see_it_too_begin_the_time_anew() -> None:
    """Open here *and* closed there has to last, not each for itself."""
    followed = _Followed()
    followed.look(100.0, _OPEN)
    followed.look(120.0, _OPEN, works=False)
    followed.look(122.0, _OPEN)

    assert (followed.is_fault(151.9), followed.is_fault(152.0)) == (False, True)


def test_a_success_ends_it() -> None:
    """One that was before does not; a closed breaker always does."""
    followed = _Followed()
    followed.look(100.0, replace(_OPEN, last_success=99.0))
    followed.look(102.0, replace(_OPEN, last_success=99.0))
    before = len(followed.suspicions)
    followed.look(104.0, replace(_PROBED, last_success=103.0))
    after = len(followed.suspicions)
    followed.look(106.0, _OPEN)
    followed.look(108.0)

    assert (before, after, len(followed.suspicions)) == (1, 0, 0)


def test_a_probe_that_fails_is_no_interruption() -> None:
    """Half-open for a moment; and at that moment an exchange is admitted, so that nobody leaves."""
    followed = _Followed()
    followed.look(100.0, _OPEN)
    followed.look(130.0, _OPEN)
    followed.look(132.0, _PROBED)
    admitted = followed.is_fault(132.0)
    followed.look(134.0, _OPEN)

    assert (admitted, followed.is_fault(134.0)) == (False, True)


def test_a_breaker_that_nobody_probes_is_open_no_more() -> None:
    """After 10 s, unless the router left for it."""
    followed, held = _Followed(), _Followed()
    for now, outage in ((100.0, _OPEN), (102.0, _PROBED), (110.0, _PROBED)):
        followed.look(now, outage)
        held.look(now, outage, held=True)
    before = len(followed.suspicions)
    followed.look(110.1, _PROBED)
    held.look(110.1, _PROBED, held=True)

    assert (before, len(followed.suspicions), len(held.suspicions)) == (1, 0, 1)


def test_a_rule_that_admits_probes_is_not_suspected_first() -> None:
    """Nothing is refused."""
    followed = _Followed()
    followed.look(100.0, _PROBED)

    assert len(followed.suspicions) == 0


def _many(count: int) -> list[Outage]:
    return [replace(_OPEN, key=(f"default/r{number}", "kimi")) for number in range(count)]


def test_so_many_suspicions_and_no_more() -> None:
    """A router whose network is gone has one for every rule."""
    followed = _Followed()
    followed.suspicions.look(_many(MAX_SUSPICIONS + 1), followed.evidence, 100.0)

    assert len(followed.suspicions) == MAX_SUSPICIONS


def test_routes_take_turns_but_what_was_shown_is_asked_again() -> None:
    """A fault has to be shown at every look, and one is enough to leave."""
    followed = _Followed()
    outages = _many(10)
    followed.suspicions.look(outages, followed.evidence, 100.0)
    turns = [followed.suspicions.routes(4) for _ in range(3)]
    followed.look(102.0, outages[7])
    followed.suspicions.look(outages, followed.evidence, 102.0)

    assert [[int(route[-1]) for route in turn] for turn in turns] == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 0, 1]]
    again = [followed.suspicions.routes(4) for _ in range(2)]
    assert all("default/r7" in turn and len(set(turn)) == 4 for turn in again)
    assert Suspicions(PeerTimes(), lambda: 0.0).routes(4) == ()


def test_a_route_with_two_rules_is_asked_about_once() -> None:
    """Its providers are reported together."""
    followed = _Followed()
    followed.suspicions.look([_OPEN, replace(_OPEN, key=(_KEY[0], "other"))], followed.evidence, 100.0)

    assert followed.suspicions.routes(4) == (_KEY[0],)
