"""The routes that routers are asked about, and for how long."""

from sealane_api.report import CandidateLease
from sealane_operator.fleet.acknowledgement import Since
from sealane_operator.fleet.series import Pair
from sealane_operator.fleet.watched import SETTLING_SECONDS, WatchedRoute, WatchedRoutes
from sealane_operator.rollout.model import Phase, Routers
from tests.support.fleets import KEY, state

ALL = Routers(ready=3, desired=3, stable=3, candidate=3)
SOME = Routers(ready=3, desired=3, stable=2, candidate=0, lagging={"c": 1.0})


def _route(routes: WatchedRoutes) -> WatchedRoute:
    route = routes.get(KEY)
    assert route is not None
    return route


def test_a_route_is_active_until_every_ready_router_holds_it() -> None:
    """Then it is at rest, and active again while one does not."""
    routes = WatchedRoutes()
    routes.point(KEY, state(7), 100.0)
    assert list(routes.names()) == [KEY]

    routes.acknowledge(KEY, _route(routes), SOME, 101.0)
    assert list(routes.names()) == [KEY]
    routes.acknowledge(KEY, _route(routes), ALL, 102.0)
    assert list(routes.names()) == []
    routes.acknowledge(KEY, _route(routes), SOME, 103.0)
    assert list(routes.names()) == [KEY]


def test_without_a_ready_router_nobody_is_asked_by_name() -> None:
    """There is nothing to be learned by it."""
    routes = WatchedRoutes()
    routes.point(KEY, state(7), 100.0)
    routes.acknowledge(KEY, _route(routes), Routers(desired=3), 101.0)

    assert list(routes.names()) == []


def test_after_its_pointers_moved_a_route_is_active_for_a_while() -> None:
    """So that what routers held before is not what is known of them later."""
    routes = WatchedRoutes()
    routes.point(KEY, state(7, 8, 10), 100.0)
    routes.point(KEY, state(7), 200.0)
    for second, active in ((0.0, True), (SETTLING_SECONDS - 0.1, True), (SETTLING_SECONDS, False)):
        routes.acknowledge(KEY, _route(routes), ALL, 200.0 + second)
        assert list(routes.names()) == ([KEY] if active else [])


def test_a_rollout_is_active_whatever_routers_hold() -> None:
    """Its figures are wanted every second."""
    routes = WatchedRoutes()
    for each in (state(7, phase=Phase.WAITING), state(7, phase=Phase.BAKING), state(7, 8, 0)):
        routes.point(KEY, each, 100.0)
        routes.acknowledge(KEY, _route(routes), ALL, 1_000.0)
        assert list(routes.names()) == [KEY]


def test_a_candidate_with_a_weight_has_a_lease() -> None:
    """And needs no name beside it."""
    routes = WatchedRoutes()
    routes.point(KEY, state(7, 8, 10), 100.0)
    routes.point("team/none", state(7, 8, 0), 100.0)

    assert list(routes.leases()) == [CandidateLease(KEY, 8, 10)]
    assert list(routes.names()) == ["team/none"]
    routes.forget(KEY)
    assert (list(routes.leases()), routes.get(KEY), len(routes)) == ([], None, 1)


def test_pointers_that_stay_begin_nothing_anew() -> None:
    """A phase may change, and when it began."""
    routes = WatchedRoutes()
    assert routes.point(KEY, state(7, 8, 10), 100.0) is None
    series = _route(routes).series
    assert routes.point(KEY, state(7, 8, 10, Phase.PROGRAMMING), 101.0) is None

    assert _route(routes).series is series
    assert _route(routes).since == Since(100.0, 100.0)


def test_each_move_begins_a_series_of_its_own() -> None:
    """The weight's, the candidate's, stable's; lagging counts from what moved."""
    routes, seen = WatchedRoutes(), []
    for now, told in enumerate([state(7), state(7, 8, 0), state(7, 8, 10), state(8, phase=Phase.BAKING), state(None)]):
        moved = routes.point(KEY, told, float(now))
        route = _route(routes)
        seen.append((moved, route.since.stable, route.since.candidate, route.series and route.series.pair))

    assert seen == [
        (None, 0.0, 0.0, Pair(7, None, 0)),
        (False, 0.0, 1.0, Pair(7, 8, 0)),
        (False, 0.0, 2.0, Pair(7, 8, 10)),
        (True, 3.0, 3.0, Pair(8, None, 0)),
        (True, 4.0, 4.0, None),
    ]


def test_every_route_has_its_turn() -> None:
    """A share of them at a time, from the first to the last and again; some may go in between."""
    routes = WatchedRoutes()
    for number in range(100):
        routes.point(f"team/{number}", state(7), 0.0)
    seen = [key for _ in range(10) for key, _ in routes.some(0.1)]
    assert set(seen) == {f"team/{number}" for number in range(100)}

    for number in range(90):
        routes.forget(f"team/{number}")
    assert {key for _ in range(10) for key, _ in routes.some(0.1)} == {f"team/{number}" for number in range(90, 100)}
    assert list(WatchedRoutes().some(1.0)) == []


def test_many_rollouts_share_what_one_may_keep() -> None:
    """One keeps 900 samples; a thousand keep 60 each."""
    routes = WatchedRoutes()
    for number in range(1_000):
        routes.point(f"team/{number}", state(7, 8, 10), 0.0)
    routes.point("team/0", state(7, 8, 10), 0.0)
    route = routes.get("team/0")
    assert route is not None
    assert route.series is not None
    for second in range(1, 200):
        counted = second  # each second is unlike the one before
        route.series._sums[7]._exchanges = counted
        route.series._sums[7]._kept = None
        routes.sample(route, float(second))

    assert 30 <= len(route.series.samples) <= 60
