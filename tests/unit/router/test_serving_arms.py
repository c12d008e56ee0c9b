"""The two arms of a route: what a candidate has for itself, and what goes with a revision when pointers move."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sealane_api.failure import FailureClass
from sealane_api.report import CandidateLease
from sealane_api.route_table import BreakerPolicy, Limits, Route, RouteTable
from sealane_router.attempt.breaker import BreakerState
from sealane_router.errors import Failure
from sealane_router.routing.matcher import Matcher
from sealane_router.routing.splits import Arm
from sealane_router.serving import ArmRuntime, ProviderRuntime, Serving, ServingMeans
from tests.support.exchanges import ROUTE, means_of, provider_of, table_of

BASE = "https://api.test/v1"


@pytest.fixture
def told() -> list[tuple[str, str]]:
    """The arms and states of breakers that changed."""
    return []


@pytest.fixture
def means(told: list[tuple[str, str]]) -> ServingMeans:
    """Kept over reloads, as in a process."""
    return replace(means_of(), on_transition=lambda _, arm, state: told.append((arm.value, state.value)))


def revision(number: int, *, base: str = BASE, limits: Limits = Limits(), **changes: Any) -> Route:  # noqa: B008
    """A revision of the test's route, made anew each time as a router that reads it again does."""
    (route,) = table_of(replace(provider_of(base), **changes), limits=limits).routes
    return replace(route, revision=str(number), hash=f"{number:064x}")


def served(means: ServingMeans, before: Serving | None, stable: Route, candidate: Route | None = None) -> Serving:
    """The table of one route."""
    table = RouteTable((stable,), "0" * 64, () if candidate is None else (candidate,))
    return Serving(Matcher(table, None if before is None else before.matcher), means, before)


def upstream(arm: ArmRuntime) -> ProviderRuntime:
    """The one provider of an arm."""
    return arm.providers["moonshot"]


def state(arm: ArmRuntime) -> BreakerState:
    """Of its breaker, now."""
    return upstream(arm).gate.breaker_state(time.monotonic())


def test_arms_share_no_state(means: ServingMeans, told: list[tuple[str, str]]) -> None:
    """Gate, parking, slots, connections, budget and counters of a candidate are its own, for the same provider too."""
    serving = served(means, None, revision(7), revision(8))
    stable, candidate = serving.stable[ROUTE], serving.candidates[ROUTE]
    upstream(candidate).gate.trip(time.monotonic())
    assert (state(stable), state(candidate)) == (BreakerState.CLOSED, BreakerState.OPEN)
    assert upstream(stable).client.pool is not upstream(candidate).client.pool
    assert stable.rules["kimi"].targets.budget is not candidate.rules["kimi"].targets.budget
    assert stable.counters is not candidate.counters
    assert told == [("candidate", "open")]
    assert serving.providers[ROUTE, "moonshot"] is upstream(stable)
    assert serving.rules[ROUTE, "kimi"] is stable.rules["kimi"]
    assert [key for key, _ in serving.runtimes()] == [(ROUTE, "moonshot", "stable"), (ROUTE, "moonshot", "candidate")]
    assert serving.runtime(ROUTE, "moonshot", Arm.CANDIDATE) is upstream(candidate)
    assert serving.runtime("default/nobody", "moonshot", Arm.STABLE) is None


@pytest.mark.parametrize("again", [lambda route: route, lambda route: replace(route)])
def test_promotion_carries_everything(
    means: ServingMeans, told: list[tuple[str, str]], again: Callable[[Route], Route]
) -> None:
    """The candidate's breaker, connections and counters become stable's; the old stable's connections close."""
    trial = revision(8, base="https://new.test/v1")
    before = served(means, None, revision(7), trial)
    upstream(before.candidates[ROUTE]).gate.trip(time.monotonic())
    before.candidates[ROUTE].counters.good(0)
    after = served(means, before, again(trial))
    before.retire(after)
    promoted = after.stable[ROUTE]
    assert upstream(promoted).gate is upstream(before.candidates[ROUTE]).gate
    assert upstream(promoted).client is upstream(before.candidates[ROUTE]).client
    assert promoted.rules["kimi"].targets.budget is before.candidates[ROUTE].rules["kimi"].targets.budget
    assert promoted.counters.exchanges == 1
    assert after.candidates == {}
    assert after.splits is None
    assert (upstream(before.stable[ROUTE]).client.pool._closed, upstream(promoted).client.pool._closed) == (True, False)
    upstream(promoted).gate._breaker._close()
    assert told == [("candidate", "open"), ("stable", "closed")]


def test_an_abort_forgets_the_candidate(means: ServingMeans) -> None:
    """Its connections close, stable is the same object as before, and a new trial begins anew."""
    stable = revision(7)
    before = served(means, None, stable, revision(8))
    after = served(means, before, stable)
    before.retire(after)
    assert after.stable[ROUTE] is before.stable[ROUTE]
    assert upstream(before.candidates[ROUTE]).client.pool._closed
    assert not upstream(after.stable[ROUTE]).client.pool._closed
    once_more = served(means, after, stable, revision(8))
    assert once_more.candidates[ROUTE].counters is not before.candidates[ROUTE].counters
    other = served(means, once_more, stable, revision(9))
    assert upstream(other.candidates[ROUTE]).gate is not upstream(once_more.candidates[ROUTE]).gate


def test_a_challenge_swaps_the_arms_and_their_state(means: ServingMeans) -> None:
    """Stable becomes the candidate of its predecessor: each revision keeps what is its own, and nothing is shared."""
    before = served(means, None, revision(7), revision(8))
    ours, theirs = before.stable[ROUTE], before.candidates[ROUTE]
    after = served(means, before, revision(8), revision(7))
    assert upstream(after.stable[ROUTE]).gate is upstream(theirs).gate
    assert upstream(after.candidates[ROUTE]).gate is upstream(ours).gate
    assert (after.stable[ROUTE].counters, after.candidates[ROUTE].counters) == (theirs.counters, ours.counters)
    back = served(means, served(means, None, revision(8)), revision(7), revision(8))
    assert upstream(back.stable[ROUTE]).gate is not upstream(back.candidates[ROUTE]).gate


def test_one_revision_in_both_arms_shares_nothing(means: ServingMeans) -> None:
    """It must not happen; if it does, a trial still never touches stable."""
    before = served(means, None, revision(7), revision(8))
    after = served(means, before, revision(8), revision(8))
    assert upstream(after.stable[ROUTE]).gate is upstream(before.candidates[ROUTE]).gate
    assert upstream(after.candidates[ROUTE]).gate is not upstream(after.stable[ROUTE]).gate


def test_a_revision_read_again_keeps_its_state(means: ServingMeans) -> None:
    """After a relist all routes are new objects of the same revisions; both arms go on."""
    before = served(means, None, revision(7), revision(8))
    after = served(means, before, revision(7), revision(8))
    for old, new in ((before.stable, after.stable), (before.candidates, after.candidates)):
        assert upstream(new[ROUTE]).gate is upstream(old[ROUTE]).gate
        assert new[ROUTE].counters is old[ROUTE].counters


def test_another_revision_is_counted_anew(means: ServingMeans) -> None:
    """Even where its provider, and so the breaker, is the same."""
    before = served(means, None, revision(7))
    before.stable[ROUTE].counters.good(0)
    after = served(means, before, revision(8, max_concurrency=3, breaker=BreakerPolicy(open_for=3.0)))
    assert after.stable[ROUTE].counters.exchanges == 0
    assert upstream(after.stable[ROUTE]).gate is upstream(before.stable[ROUTE]).gate


def test_a_rollout_doubles_no_limit(means: ServingMeans) -> None:
    """Both arms debit one bucket, at stable's rate until the candidate is promoted."""
    before = served(means, None, revision(7, limits=Limits(100, None)), revision(8, limits=Limits(200, 50)))
    stable, candidate = (arm[ROUTE].rules["kimi"].limits for arm in (before.stable, before.candidates))
    assert candidate.requests is stable.requests
    assert stable.requests is not None
    assert stable.requests.per_minute == 100
    assert stable.tokens is None
    assert candidate.tokens is not None
    candidate.debit_tokens(1000, time.monotonic())
    after = served(means, before, revision(8, limits=Limits(200, 50)))
    promoted = after.stable[ROUTE].rules["kimi"].limits
    assert promoted.requests is stable.requests
    assert promoted.requests.per_minute == 200
    assert promoted.tokens is not None
    assert promoted.tokens.level(time.monotonic()) < 0


def test_a_changed_stable_limit_holds_for_the_candidate_too(means: ServingMeans) -> None:
    """Although the candidate itself did not change."""
    trial = revision(8, limits=Limits(100, None))
    before = served(means, None, revision(7), trial)
    after = served(means, before, revision(9, limits=Limits(60, None)), trial)
    assert after.candidates[ROUTE].rules["kimi"].limits.requests is after.stable[ROUTE].rules["kimi"].limits.requests
    assert upstream(after.candidates[ROUTE]).gate is upstream(before.candidates[ROUTE]).gate


def test_an_identical_route_is_carried_over_whole(means: ServingMeans) -> None:
    """Among thousands only what changed is made again."""
    same, other = revision(7), replace(revision(1), name="other", revision="1")
    before = Serving(Matcher(RouteTable((same, other), "1")), means)
    after = Serving(Matcher(RouteTable((same, replace(other, revision="2")), "2"), before.matcher), means, before)
    assert after.stable[ROUTE] is before.stable[ROUTE]
    assert after.stable["default/other"] is not before.stable["default/other"]
    assert after.rules["default/other", "kimi"].route.revision == "2"
    gone = Serving(Matcher(RouteTable((same,), "3"), after.matcher), means, after)
    assert set(gone.rules) == {(ROUTE, "kimi")}
    assert set(gone.providers) == {(ROUTE, "moonshot")}


def test_leases_decide_about_the_split(means: ServingMeans) -> None:
    """The table has a candidate; without a lease nobody sees it."""
    serving = served(means, None, revision(7), revision(8))
    assert serving.splits is not None
    assert serving.splits.weight(ROUTE) == 0
    means.leases.point({ROUTE: (8, 30)})
    means.leases.confirm()
    means.leases.renew([CandidateLease(ROUTE, 8, 20)])
    assert serving.splits.weight(ROUTE) == 20


def test_a_replaced_key_is_tried_in_both_arms(means: ServingMeans) -> None:
    """The credential is one, its parking two."""
    serving = served(means, None, revision(7), revision(8))
    gates = [runtime.gate for _, runtime in serving.runtimes()]
    for gate in gates:
        permit = gate.acquire("kimi-k3", 10.0)
        assert permit is not None
        gate.settle(permit, Failure(FailureClass.QUOTA_EXHAUSTED), 10.0)
    parked = [gate.parked for gate in gates]
    credential = upstream(serving.stable[ROUTE]).credential
    assert credential is not None
    serving.credentials_changed({credential})
    assert (parked, [gate.parked for gate in gates]) == ([True, True], [False, False])
