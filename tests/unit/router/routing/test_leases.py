"""How much of a route's traffic a candidate may have, and when that ends by itself."""

from collections.abc import Callable

import pytest

from sealane_api.report import MAX_POLLED_ROUTES, CandidateLease
from sealane_router.routing.leases import LEASE, CandidateLeases

ROUTE = "default/assistants"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The leases' clock."""
    return Clock()


def leased(clock: Clock, *, pointed: int = 10, leased: int = 10) -> CandidateLeases:
    """Leases of revision 8 that everybody agrees on just now."""
    leases = CandidateLeases(clock)
    leases.point({ROUTE: (8, pointed)})
    leases.confirm()
    leases.renew([CandidateLease(ROUTE, 8, leased)])
    return leases


@pytest.mark.parametrize(
    ("pointed", "lease", "expected"),
    [(10, 10, 10), (10, 50, 10), (50, 10, 10), (0, 50, 0), (50, 0, 0), (150, 200, 100), (-5, 50, 0)],
)
def test_the_lower_of_status_and_poll_decides(clock: Clock, pointed: int, lease: int, expected: int) -> None:
    """So lowering needs one of them only, and no number is above 100 or below 0."""
    assert leased(clock, pointed=pointed, leased=lease).weight(ROUTE, 8) == expected


SILENCES: dict[str, Callable[[CandidateLeases], None]] = {
    "the operator": lambda leases: leases.confirm(),
    "the API": lambda leases: leases.renew([CandidateLease(ROUTE, 8, 10)]),
}


@pytest.mark.parametrize("silent", SILENCES)
def test_a_minute_of_silence_ends_a_trial(clock: Clock, silent: str) -> None:
    """Whoever is silent; and its next word revives it."""
    leases = leased(clock)
    clock.now += LEASE - 0.001
    assert leases.weight(ROUTE, 8) == 10
    SILENCES[silent](leases)
    clock.now += 0.001
    assert leases.weight(ROUTE, 8) == 0
    leases.confirm()
    leases.renew([CandidateLease(ROUTE, 8, 10)])
    assert leases.weight(ROUTE, 8) == 10


def test_a_candidate_that_a_poll_does_not_name_is_not_served_at_once(clock: Clock) -> None:
    """A poll names all there are."""
    leases = leased(clock)
    leases.renew([CandidateLease("default/other", 2, 10)])
    assert leases.weight(ROUTE, 8) == 0


def test_a_candidate_that_no_status_points_at_is_not_served(clock: Clock) -> None:
    """Whatever a poll says."""
    leases = leased(clock)
    leases.point({})
    assert leases.weight(ROUTE, 8) == 0


@pytest.mark.parametrize(("pointed", "lease", "asked"), [(8, 9, 8), (9, 8, 8), (8, 8, 9)])
def test_all_mean_the_same_revision_or_none(clock: Clock, pointed: int, lease: int, asked: int) -> None:
    """A lease for one revision is none for another."""
    leases = leased(clock)
    leases.point({ROUTE: (pointed, 10)})
    leases.renew([CandidateLease(ROUTE, lease, 10)])
    assert leases.weight(ROUTE, asked) == 0


@pytest.mark.parametrize("missing", ["point", "confirm", "renew"])
def test_nothing_is_served_before_everybody_spoke(clock: Clock, missing: str) -> None:
    """A router that has just started serves stable only."""
    leases = CandidateLeases(clock)
    if missing != "point":
        leases.point({ROUTE: (8, 10)})
    if missing != "confirm":
        leases.confirm()
    if missing != "renew":
        leases.renew([CandidateLease(ROUTE, 8, 10)])
    assert leases.weight(ROUTE, 8) == 0


def test_ages_are_told(clock: Clock) -> None:
    """None where nobody ever spoke: routes come from files, or no operator is there."""
    leases = CandidateLeases(clock)
    assert (leases.api_age, leases.renewed_age) == (None, None)
    leases.confirm()
    clock.now += 2.0
    leases.renew([])
    clock.now += 3.0
    assert (leases.api_age, leases.renewed_age) == (5.0, 3.0)


def test_a_poll_is_bounded(clock: Clock) -> None:
    """What is beyond the limit is not leased."""
    leases = CandidateLeases(clock)
    names = [f"default/r{number}" for number in range(MAX_POLLED_ROUTES + 1)]
    leases.point(dict.fromkeys(names, (1, 10)))
    leases.confirm()
    leases.renew(CandidateLease(name, 1, 10) for name in names)
    assert [leases.weight(name, 1) for name in (names[0], names[-2], names[-1])] == [10, 10, 0]
