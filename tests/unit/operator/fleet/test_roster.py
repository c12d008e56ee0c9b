"""Which routers are known, and what of their answers is kept."""

from typing import Any

import pytest

from sealane_api.report import ProviderReport, RouteReport, RouterReport
from sealane_operator.fleet.discovery import MAX_ROUTERS, Endpoint
from sealane_operator.fleet.roster import SILENT_SECONDS, Held, HeldArm, KnownRouter, Roster
from tests.support.fleets import KEY, arm, hash_of

HOLDS = RouteReport(arm(7, 90), arm(8, 10), None, {"moonshot": ProviderReport("open")})


def _report(process: str = "p1", **more: Any) -> RouterReport:
    usual: dict[str, Any] = {"name": "router-a", "ready": True, "draining": False, "routes": {KEY: HOLDS}}
    return RouterReport(process=process, **(usual | more))


@pytest.fixture
def roster() -> Roster:
    roster = Roster()
    roster.update([Endpoint("10.0.0.1:9090", "router-a")])
    return roster


@pytest.fixture
def router(roster: Roster) -> KnownRouter:
    (router,) = roster
    return router


def test_a_router_is_ready_once_it_said_so_and_told_all(roster: Roster, router: KnownRouter) -> None:
    """Until then it is not known what it holds."""
    states = [(router.is_ready(100.0), router.was_asked)]
    roster.take(router, _report(), full=False, now=100.0)
    states.append((router.is_ready(100.0), router.was_asked))
    roster.take(router, _report(), full=True, now=101.0)
    states.append((router.is_ready(101.0), router.was_asked))

    assert states == [(False, False), (False, False), (True, True)]
    assert router.held[KEY] == Held(HeldArm(7, hash_of(7), 90), HeldArm(8, hash_of(8), 10), "", (("moonshot", "open"),))


def test_a_router_that_becomes_ready_is_asked_for_all_again(roster: Roster, router: KnownRouter) -> None:
    """What it held before may be little; it is ready since it said so."""
    roster.take(router, _report(ready=False, routes={}), full=True, now=100.0)
    roster.take(router, _report(), full=False, now=101.0)
    assert (router.thorough, router.is_ready(101.0), router.ready_since) == (False, False, 101.0)

    roster.take(router, _report(), full=True, now=102.0)
    assert (router.thorough, router.is_ready(102.0), router.ready_since) == (True, True, 101.0)


def test_a_router_that_leaves_is_not_ready(roster: Roster, router: KnownRouter) -> None:
    """Draining, or terminating as its endpoint says."""
    roster.take(router, _report(draining=True), full=True, now=100.0)
    assert not router.is_ready(100.0)

    roster.take(router, _report(), full=True, now=101.0)
    roster.update([Endpoint("10.0.0.1:9090", "router-a", terminating=True)])
    assert not router.is_ready(101.0)


def test_a_router_is_silent_after_some_seconds(roster: Roster, router: KnownRouter) -> None:
    """And is heard again at once."""
    roster.take(router, _report(), full=True, now=100.0)

    assert router.is_ready(100.0 + SILENT_SECONDS - 0.1)
    assert not router.is_ready(100.0 + SILENT_SECONDS)
    roster.take(router, _report(), full=False, now=110.0)
    assert router.is_ready(110.0)


def test_a_new_process_holds_nothing_until_it_says_so(roster: Roster, router: KnownRouter) -> None:
    """What the one before held is gone with it."""
    roster.take(router, _report(), full=True, now=100.0)
    roster.take(router, _report("p2", routes={}), full=False, now=101.0)

    assert (router.process, router.held, router.is_ready(101.0), router.was_asked) == ("p2", {}, False, False)


def test_a_full_answer_replaces_everything_and_a_short_one_what_it_names(roster: Roster, router: KnownRouter) -> None:
    """A route that is held no longer costs no memory."""
    roster.take(router, _report(routes={KEY: HOLDS, "team/b": HOLDS, "team/c": HOLDS}), full=True, now=100.0)
    roster.take(router, _report(routes={"team/b": RouteReport(), "team/d": HOLDS}), full=False, now=101.0)
    assert set(router.held) == {KEY, "team/c", "team/d"}

    roster.take(router, _report(routes={KEY: HOLDS, "team/b": RouteReport()}), full=True, now=102.0)
    assert set(router.held) == {KEY}


def test_an_answer_from_before_pointers_moved_says_nothing_of_arms(roster: Roster, router: KnownRouter) -> None:
    """Breakers are what they are."""
    roster.take(router, _report(), full=True, now=100.0, outdated=lambda route: route == KEY)

    assert router.held[KEY] == Held(breakers=(("moonshot", "open"),))


def test_when_pointers_move_arms_must_be_said_again(roster: Roster, router: KnownRouter) -> None:
    """The candidate's alone while stable stays."""
    roster.take(router, _report(), full=True, now=100.0)
    roster.unpoint(KEY, stable=False)
    assert (router.held[KEY].stable, router.held[KEY].candidate) == (HeldArm(7, hash_of(7), 90), None)

    roster.unpoint(KEY, stable=True)
    roster.unpoint("team/unknown", stable=True)
    assert router.held == {KEY: Held(breakers=(("moonshot", "open"),))}

    roster.forget(KEY)
    assert router.held == {}


def test_what_routers_hold_alike_is_kept_once(roster: Roster, router: KnownRouter) -> None:
    """2,000 routes on 100 routers are 2,000 values."""
    roster.update([Endpoint("10.0.0.1:9090", "router-a"), Endpoint("10.0.0.2:9090", "router-b")])
    one, other = roster
    for each in (one, other):
        roster.take(each, _report(each.name), full=True, now=100.0)

    assert one.held[KEY] is other.held[KEY]


def test_who_is_found_no_longer_has_left(roster: Roster, router: KnownRouter) -> None:
    """Who stays keeps what is known of it."""
    roster.take(router, _report(), full=True, now=100.0)
    left = roster.update([Endpoint("10.0.0.1:9090", "router-a"), Endpoint("10.0.0.2:9090")])
    assert (left, [each.name for each in roster], router.is_ready(100.0)) == ([], ["router-a", "10.0.0.2:9090"], True)

    assert roster.update([Endpoint("10.0.0.2:9090")]) == [router]
    assert router not in roster


def test_an_address_that_another_pod_has_now_is_another_router(roster: Roster, router: KnownRouter) -> None:
    """Nothing is known of it."""
    roster.take(router, _report(), full=True, now=100.0)

    assert roster.update([Endpoint("10.0.0.1:9090", "router-z")]) == [router]
    assert [(each.name, each.held) for each in roster] == [("router-z", {})]


def test_so_many_routers_are_known_and_no_more(roster: Roster) -> None:
    """The rest is counted."""
    endpoints = [Endpoint(f"10.0.{number // 250}.{number % 250}:9090") for number in range(MAX_ROUTERS + 7)]
    roster.update(endpoints)

    assert (len(roster), roster.left_out) == (MAX_ROUTERS, 7)


def test_routers_are_counted_by_state(roster: Roster) -> None:
    """Ready, not ready, silent."""
    roster.update([Endpoint(f"10.0.0.{number}:9090") for number in range(4)])
    ready, unready, silent, _ = roster
    roster.take(ready, _report("a"), full=True, now=100.0)
    roster.take(unready, _report("b", ready=False), full=True, now=100.0)
    roster.take(silent, _report("c"), full=True, now=90.0)

    assert roster.counts(100.0) == {"ready": 1, "unready": 1, "silent": 2}


def test_what_a_router_says_is_kept_in_a_line(roster: Roster, router: KnownRouter) -> None:
    """Of a bounded length."""
    route = RouteReport(problem="no\n such   Secret " + "x" * 1_000)
    roster.take(router, _report(name="n" * 1_000, routes={KEY: route}), full=True, now=100.0)

    assert router.held[KEY].problem.startswith("no such Secret xxx")
    assert (len(router.held[KEY].problem) < 301, len(router.name)) == (True, 253)
