"""Which routers hold what a state points at, and since when the others should."""

from dataclasses import replace
from typing import Any

import pytest

from sealane_api.report import KEYLESS_PROBLEM
from sealane_operator.fleet.acknowledgement import Since, acknowledged
from sealane_operator.fleet.discovery import Endpoint
from sealane_operator.fleet.roster import Held, HeldArm, KnownRouter
from sealane_operator.rollout.model import Routers
from tests.support.fleets import KEY, hash_of, state

NOW = 1_000.0
SINCE = Since(stable=900.0, candidate=960.0)


def _arm(revision: int, weight: int = 0) -> HeldArm:
    return HeldArm(revision, hash_of(revision), weight)


def _router(name: str, held: Held | None = None, **more: Any) -> KnownRouter:
    router = KnownRouter(
        Endpoint(f"{name}:9090", name, more.pop("terminating", False)),
        name,
        ready=True,
        thorough=True,
        answered=NOW,
        ready_since=100.0,
        held={} if held is None else {KEY: held},
    )
    for member, value in more.items():
        setattr(router, member, value)
    return router


def _told(told: Any, *routers: KnownRouter) -> Routers:
    return acknowledged(KEY, told, SINCE, routers, NOW)


HOLDS_STABLE = Held(_arm(7, 100))


def test_without_routers_nobody_is_ready() -> None:
    """And nobody lags."""
    assert _told(state(7)) == Routers()


def test_a_router_acknowledges_the_very_revision() -> None:
    """Its number and its hash."""
    routers = _told(
        state(7),
        _router("good", HOLDS_STABLE),
        _router("before", Held(_arm(6, 100))),
        _router("forged", Held(HeldArm(7, hash_of(8), 100))),
        _router("empty"),
    )

    assert (routers.ready, routers.desired, routers.stable, routers.candidate) == (4, 4, 1, 0)
    assert routers.lagging == {"before": 100.0, "forged": 100.0, "empty": 100.0}


@pytest.mark.parametrize(
    ("held", "weight", "holds"),
    [
        (_arm(8, 10), 10, 1),
        (_arm(8, 0), 10, 0),
        (_arm(8, 50), 10, 0),
        (_arm(9, 10), 10, 0),
        (HeldArm(8, hash_of(9), 10), 10, 0),
        (None, 10, 0),
        (_arm(8, 0), 0, 1),
        (_arm(8, 10), 0, 1),
        (None, 0, 0),
    ],
)
def test_a_candidate_is_acknowledged_with_its_weight(held: HeldArm | None, weight: int, holds: int) -> None:
    """Without a weight it has only to be there."""
    routers = _told(state(7, 8, weight), _router("a", Held(_arm(7, 90), held)))

    assert (routers.stable, routers.candidate) == (1, holds)
    assert routers.lagging == ({} if holds else {"a": 40.0})


def test_a_candidate_that_nothing_points_at_any_more_is_no_reason_to_lag() -> None:
    """The router serves stable, and the rest goes within a moment."""
    routers = _told(state(7), _router("a", Held(_arm(7, 90), _arm(8, 10))))

    assert (routers.stable, routers.candidate, routers.lagging) == (1, 0, {})


def test_while_nothing_serves_nobody_holds_it() -> None:
    """And nobody lags behind nothing."""
    assert _told(state(None), _router("a")) == Routers(ready=1, desired=1)


def test_who_is_not_ready_is_desired_only() -> None:
    """Not ready, draining, silent for seconds, or of which not everything is known."""
    routers = _told(
        state(7),
        _router("unready", HOLDS_STABLE, ready=False),
        _router("silent", HOLDS_STABLE, answered=NOW - 5.0),
        _router("never", HOLDS_STABLE, answered=None),
        _router("unknown", HOLDS_STABLE, thorough=False),
        _router("good", HOLDS_STABLE, answered=NOW - 4.9),
    )

    assert routers == Routers(ready=1, desired=5, stable=1)


def test_a_router_that_ends_is_not_even_desired() -> None:
    """Its pod is terminating: nobody waits for it."""
    assert _told(state(7), _router("a", HOLDS_STABLE), _router("b", terminating=True)) == Routers(1, 1, 1)


def test_a_router_lags_from_when_it_could_have_followed() -> None:
    """Since the pointer moved, or since it is ready if that is later; with stable missing, since stable moved."""
    told = state(7, 8, 10)
    routers = _told(
        told,
        _router("late", Held(_arm(7, 100)), ready_since=990.0),
        _router("usual", Held(_arm(7, 100))),
        _router("far", Held(_arm(6, 100))),
    )

    assert routers.lagging == {"late": 10.0, "usual": 40.0, "far": 100.0}


def test_two_routers_of_one_name_both_lag() -> None:
    """The second is told by its address."""
    one, other = _router("a"), _router("a")
    other.endpoint = replace(other.endpoint, address="b:9090")

    assert set(_told(state(7), one, other).lagging) == {"a", "b:9090"}


def test_what_routers_say_is_told_once_with_who_says_it() -> None:
    """At most five problems, and three names beside each."""
    missing = Held(problem="the Secret moonshot is missing")
    several = [_router(f"r{number}", missing) for number in range(5)]
    others = [_router(f"s{number}", Held(problem=f"z{number}")) for number in range(9)]

    problems = _told(state(7), *several, *others).problems

    assert problems == ("the Secret moonshot is missing (r0, r1, r2 and 2 more)", *(f"z{n} (s{n})" for n in range(4)))


def test_a_router_that_follows_may_still_lack_something() -> None:
    """It serves what it should, and the Secret of one provider has gone: it is not late, and says so."""
    told = _told(state(7), _router("a", replace(HOLDS_STABLE, problem="there is no Secret moonshot")))

    assert (told.stable, told.lagging) == (1, {})
    assert told.problems == ("there is no Secret moonshot (a)",)


def test_what_routers_say_that_are_not_ready_counts_while_no_other_is() -> None:
    """Otherwise nobody would learn why none is."""
    unready = _router("a", Held(problem="it has no table"), ready=False)

    assert _told(state(7), unready).problems == ("it has no table (a)",)
    assert _told(state(7), unready, _router("b", HOLDS_STABLE)).problems == ()


def test_routers_that_lack_a_secret_of_what_they_serve_are_counted() -> None:
    """Only those that serve stable: what others say is about what they do not serve."""
    words = f"revision 7 {KEYLESS_PROBLEM}: there is no Secret moonshot"
    lacking = replace(HOLDS_STABLE, problem=words)
    told = _told(state(7), _router("a", lacking), _router("b", HOLDS_STABLE), _router("c", Held(problem=words)))

    assert (told.ready, told.stable, told.keyless) == (3, 2, 1)
