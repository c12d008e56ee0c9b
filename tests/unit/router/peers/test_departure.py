"""One router's mind, head count by head count."""

import pytest

from sealane_api.report import ProviderReport, RouteReport, RouterReport
from sealane_router.peers.departure import Departure
from sealane_router.peers.evidence import PeerEvidence
from sealane_router.peers.headcount import HeadCount
from sealane_router.peers.suspicions import Outage
from sealane_router.peers.times import PeerTimes

_ROUTE = "default/assistants"
_OPEN = Outage((_ROUTE, "kimi"), ("moonshot",), refusing=True, last_success=None)
_PROBED = Outage((_ROUTE, "kimi"), ("moonshot",), refusing=False, last_success=None)
_ALL_READY = HeadCount(3, 2, 0)


class _Router:
    """The router ``m`` and one peer, a round every 2 s."""

    def __init__(self) -> None:
        self.now = 100.0
        self.departure = Departure("m", PeerTimes(), lambda: 0.0)
        self.evidence = PeerEvidence(PeerTimes())

    def judge(self, *outages: Outage, works: bool = True) -> bool:
        """One round, 2 s after the last one; whether heads are to be counted."""
        self.now += 2.0
        provider = ProviderReport("closed", 0.0) if works else ProviderReport("open")
        routes = {_ROUTE: RouteReport(providers={"moonshot": provider})}
        self.evidence.hear(RouterReport("p1", "", ready=True, draining=False, routes=routes), (_ROUTE,), self.now)
        return self.departure.judge(outages, self.evidence, self.now)

    def rounds(self, seconds: int, *outages: Outage, works: bool = True) -> int:
        """So many seconds of rounds; how many of them want heads counted, which nobody does."""
        return sum(self.judge(*outages, works=works) for _ in range(seconds // 2))

    def counted(self, heads: HeadCount) -> str:
        self.departure.counted(heads, self.now)
        return self.departure.standing


def _suspicious() -> _Router:
    """A router whose fault has lasted."""
    router = _Router()
    assert router.rounds(30, _OPEN) == 0
    assert router.judge(_OPEN)
    return router


def _left() -> _Router:
    router = _suspicious()
    assert router.counted(_ALL_READY) == "left"
    return router


def test_it_says_that_it_means_to_leave_before_heads_are_counted() -> None:
    """So that peers that count at the same moment see it."""
    assert _suspicious().departure.standing == "leaving"


@pytest.mark.parametrize(
    ("heads", "standing", "withheld"),
    [
        (HeadCount(3, 2, 0), "left", None),
        (HeadCount(1, 0, 0), "stays", "no peer answers"),
        (HeadCount(3, 0, 2), "stays", "no peer answers"),
        (HeadCount(3, 2, 1), "stays", "too few of the 3 known routers would be ready"),
        (HeadCount(3, 2, 0, left=("a",)), "stays", "too few of the 3 known routers would be ready"),
        (HeadCount(3, 2, 0, leaving=("a",)), "stays", "too few of the 3 known routers would be ready"),
        (HeadCount(3, 2, 0, leaving=("z",)), "leaving", "a peer wants to leave too"),
        (HeadCount(3, 2, 0, leaving=("a", "z")), "stays", "too few of the 3 known routers would be ready"),
        (HeadCount(4, 3, 0, leaving=("a",)), "left", None),
        (HeadCount(4, 3, 0, left=("z",)), "left", None),
        (HeadCount(4, 3, 1, leaving=("z",)), "leaving", "a peer wants to leave too"),
    ],
)
def test_it_leaves_where_there_is_room_for_it_and_for_all_that_want_to(
    heads: HeadCount, standing: str, withheld: str | None
) -> None:
    """Where there is not, lower process ids go first, and the others say why they stay."""
    router = _suspicious()

    assert router.counted(heads) == standing
    assert router.departure.withheld == withheld


def test_one_that_stays_tries_again_after_a_while() -> None:
    """Not each round: a head count asks everybody."""
    router = _suspicious()
    router.counted(HeadCount(3, 2, 0, left=("a",)))

    assert router.rounds(8, _OPEN) == 0
    assert router.judge(_OPEN)
    assert router.counted(_ALL_READY) == "left"


def test_one_that_waits_for_higher_ones_counts_each_round() -> None:
    """They step back as soon as they have seen it."""
    router = _suspicious()
    router.counted(HeadCount(3, 2, 0, leaving=("z",)))

    assert router.judge(_OPEN)
    assert router.counted(_ALL_READY) == "left"


def test_a_fault_that_ends_meanwhile_ends_the_intent() -> None:
    """Healed, or an exchange would be admitted."""
    for outages in ((), (_PROBED,)):
        router = _suspicious()
        router.counted(HeadCount(3, 2, 0, leaving=("z",)))
        router.judge(*outages)

        assert (router.departure.standing, router.departure.withheld) == ("stays", None)


def test_it_returns_at_once_when_healed() -> None:
    """A breaker that closed is proof."""
    router = _left()
    router.judge()

    assert (router.departure.standing, router.departure.returned) == ("stays", "healed")


def test_it_returns_for_a_trial_when_an_exchange_would_be_admitted() -> None:
    """Not before it was away for 30 s; then the fault has to last again."""
    router = _left()
    router.rounds(28, _PROBED)
    before = router.departure.standing
    router.judge(_PROBED)
    after = router.departure.standing, router.departure.returned

    assert (before, after) == ("left", ("stays", "trial"))
    assert router.rounds(30, _OPEN) == 0
    assert router.judge(_OPEN)


def test_it_stays_away_while_the_breaker_is_open() -> None:
    """However long that takes, with a head count every 10 s."""
    router, counts = _left(), 0
    for _ in range(150):
        if router.judge(_OPEN):
            counts += 1
            router.counted(_ALL_READY)

    assert (router.departure.standing, counts) == ("left", 30)


def test_it_returns_when_peers_have_shown_nothing_better_for_a_while() -> None:
    """The fault has become everybody's."""
    router = _left()
    router.rounds(28, _OPEN, works=False)
    before = router.departure.standing
    router.rounds(2, _OPEN, works=False)

    assert (before, router.departure.standing, router.departure.returned) == ("left", "stays", "not_local")


@pytest.mark.parametrize(
    ("heads", "why"),
    [
        (HeadCount(3, 2, 1), "too_few_ready"),
        (HeadCount(3, 2, 0, left=("a",)), "too_few_ready"),
        (HeadCount(3, 0, 2), "no_peer"),
        (HeadCount(1, 0, 0), "no_peer"),
    ],
)
def test_it_returns_after_two_counts_that_leave_no_room(heads: HeadCount, why: str) -> None:
    """One may have been a hiccup."""
    router = _left()
    router.rounds(10, _OPEN)
    once = router.counted(heads)
    again = router.judge(_OPEN)

    assert (once, again) == ("left", True)
    assert (router.counted(heads), router.departure.returned) == ("stays", why)


def test_a_hiccup_is_forgotten() -> None:
    """Two counts in a row must say so."""
    router = _left()
    router.rounds(10, _OPEN)
    for heads in (HeadCount(3, 2, 1), _ALL_READY):
        router.counted(heads)
    router.rounds(10, _OPEN)

    assert router.counted(HeadCount(3, 2, 1)) == "left"


def test_those_with_lower_ids_may_stay_away() -> None:
    """Of two that are one too many, the higher one returns."""
    router = _left()
    router.rounds(10, _OPEN)
    for _ in range(3):
        router.counted(HeadCount(3, 2, 0, left=("z",)))

    assert router.departure.standing == "left"


def test_a_router_that_cannot_decide_stays_or_comes_back() -> None:
    """A defect must not keep it away."""
    router, waiting = _left(), _suspicious()
    router.departure.give_up()
    waiting.departure.give_up()

    assert (router.departure.standing, router.departure.returned) == ("stays", "failed")
    assert (waiting.departure.standing, waiting.departure.returned) == ("stays", None)


def test_a_count_that_nobody_asked_for_changes_nothing() -> None:
    """A router that stays has nothing to decide."""
    router = _Router()

    assert router.counted(_ALL_READY) == "stays"
