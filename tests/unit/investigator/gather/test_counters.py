"""Counters of routers turned into figures of the last minutes."""

from typing import Any

from sealane_api.report import RouterFacts, TrafficFact
from sealane_investigator.gather.counters import Counters, relevant
from sealane_investigator.incident.facts import Traffic
from tests.support.facts import traffic

_T = 10_000.0


def _fact(successes: int, errors: int = 0, **other: Any) -> TrafficFact:
    plain: dict[str, Any] = {
        "route": "team/chat",
        "revision": 8,
        "hash": "h",
        "provider": "moonshot",
        "base_url_host": "api.moonshot.ai",
        "credential": "key-1",
        "credential_class": "sk-",
        "model": "kimi-k3",
        "successes": successes,
        "failures": {"Unauthorized": errors} if errors else {},
        "tenants": 2,
        "failing_tenants": 1,
        "since": 0.0,
    }
    return TrafficFact(**plain | other)


def _report(*facts: TrafficFact, process: str = "p1", at: float = _T) -> RouterFacts:
    return RouterFacts(process, "router-a", at, facts)


def _figures(rows: tuple[Traffic, ...]) -> list[tuple[int, int]]:
    return [(row.successes, row.errors) for row in rows]


def test_the_difference_of_two_looks_is_what_happened() -> None:
    """What was counted before the first look may be hours old."""
    counters = Counters()
    counters.add(_report(_fact(1_000, 50)), _T)
    nothing = counters.traffic(_T)
    counters.add(_report(_fact(1_007, 53), at=_T + 10), _T + 10)

    assert nothing == ()
    assert counters.traffic(_T + 10) == (traffic(successes=7, errors=3, seconds=600.0),)


def test_what_began_a_moment_ago_counts_whole() -> None:
    """A new revision has no first look worth waiting for."""
    counters = Counters()
    counters.add(_report(_fact(3, 4, since=_T - 5)), _T)

    assert _figures(counters.traffic(_T)) == [(3, 4)]


def test_a_restart_is_no_drop() -> None:
    """The new process counts from nothing, and what the old one said stays true for its time."""
    counters = Counters()
    counters.add(_report(_fact(100, 10, since=_T - 60)), _T)
    counters.add(_report(_fact(2, 1, since=_T + 5), process="p2", at=_T + 10), _T + 10)

    assert _figures(counters.traffic(_T + 10)) == [(102, 11)]


def test_a_series_that_began_anew_counts_from_nothing() -> None:
    """Its revision was let go and came back, in the same process."""
    counters = Counters()
    counters.add(_report(_fact(100, 0)), _T)
    counters.add(_report(_fact(4, 1, since=_T + 3), at=_T + 10), _T + 10)

    assert _figures(counters.traffic(_T + 10)) == [(4, 1)]


def test_what_is_older_than_the_window_is_forgotten() -> None:
    """And so is a router that is not heard of any more."""
    counters = Counters(window=60)
    counters.add(_report(_fact(0, 0)), _T)
    counters.add(_report(_fact(50, 5)), _T + 10)
    within = counters.traffic(_T + 65)
    counters.add(_report(_fact(51, 5)), _T + 68)
    later = counters.traffic(_T + 71)

    assert (_figures(within), _figures(later)) == ([(50, 5)], [(1, 0)])
    assert counters.traffic(_T + 200) == ()
    assert counters.size == 0


def test_the_last_minute_is_told_apart() -> None:
    """An hour of good answers before an outage says nothing about it."""
    counters = Counters()
    counters.add(_report(_fact(500, since=_T - 60)), _T)
    counters.add(_report(_fact(500, 6, since=_T - 60), at=_T + 90), _T + 90)

    assert _figures(counters.traffic(_T + 90)) == [(500, 6)]
    assert _figures(counters.traffic(_T + 90, 60)) == [(0, 6)]
    assert counters.traffic(_T + 90, 60)[0].seconds == 60


def test_routers_are_added_up() -> None:
    """Tenants are not: the same one may be at both."""
    counters = Counters()
    for process in ("p1", "p2"):
        counters.add(_report(_fact(5, 6, since=_T, failing_tenants=3), process=process), _T)
    (row,) = counters.traffic(_T)

    assert (row.successes, row.errors, row.tenants) == (10, 12, 3)


def test_a_router_whose_clock_is_wrong_counts_all_the_same() -> None:
    """Its own times are compared with its own time."""
    counters = Counters()
    counters.add(_report(_fact(3, since=5.0), at=10.0), _T)

    assert _figures(counters.traffic(_T)) == [(3, 0)]


def test_there_is_a_limit_of_series() -> None:
    """The ones that were heard of last stay."""
    counters = Counters(limit=3)
    counters.add(_report(*(_fact(1, since=_T, model=f"m{n}") for n in range(5))), _T)

    assert [row.model for row in counters.traffic(_T)] == ["m2", "m3", "m4"]
    assert counters.size == 3


def test_most_errors_come_first() -> None:
    """Whoever shows only some of them shows the ones that matter."""
    counters = Counters()
    counters.add(_report(*(_fact(0, n, since=_T, model=f"m{n}") for n in (1, 3, 2))), _T)

    assert [row.model for row in counters.traffic(_T)] == ["m3", "m2", "m1"]


def test_only_what_says_something_about_an_error_is_kept() -> None:
    """Its route, its host, and its key wherever that is used."""
    mine = traffic()
    same_host = traffic(route="a/b", credential="key-2")
    same_key = traffic(route="a/b", base_url_host="x")
    other = traffic(route="a/b", base_url_host="x", credential=None)
    rows = (mine, same_host, same_key, other)

    assert list(relevant(rows, "team/chat", "api.moonshot.ai", "key-1")) == [mine, same_host, same_key]
    assert list(relevant(rows, None, None, None)) == []
