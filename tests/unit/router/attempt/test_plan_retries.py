"""When the only target is tried again, and what an exchange ends with."""

import pytest

from sealane_api.failure import FailureClass
from sealane_api.route_table import Target
from sealane_router.errors import Failure, GatewayBusy, ProviderFailed, ProviderUnavailable
from tests.support.plan_scene import MODEL, NOW, A, B, C, D, Scene, attempt, names_until_the_end, put_in_the_way


@pytest.mark.parametrize("failure_class", [FailureClass.OVERLOADED, FailureClass.SERVER_ERROR, FailureClass.CONNECT])
def test_the_only_target_is_retried_after_a_growing_jitter(failure_class: FailureClass) -> None:
    """Half of 100 ms, of 200 ms, of 400 ms, up to the maximum of attempts."""
    plan = Scene([Target(A)], max_attempts=4).plan()
    last = attempt(plan, plan.next(NOW), failure_class)

    delays = list[float]()
    while (choice := plan.next(NOW, last)) is not None:
        assert choice.is_retry
        delays.append(choice.delay)
        last = attempt(plan, choice, failure_class)

    assert delays == pytest.approx([0.05, 0.1, 0.2])
    assert plan.attempts == 4


@pytest.mark.parametrize(
    "failure_class", [FailureClass.TIMEOUT, FailureClass.UNAUTHORIZED, FailureClass.QUOTA_EXHAUSTED]
)
def test_some_failures_are_never_retried(failure_class: FailureClass) -> None:
    """A timeout has cost enough, and a refused credential stays refused."""
    assert names_until_the_end(Scene([Target(A)]), failure_class) == ["a"]


def test_a_rule_with_a_fallback_has_another_target() -> None:
    """Its only primary target is not retried, not even when the fallback is used up."""
    scene = Scene([Target(A)], [Target(B)])

    assert names_until_the_end(scene, FailureClass.CONNECT) == ["a", "b"]


def test_a_target_of_weight_zero_is_no_other_target() -> None:
    """It would never be tried, so the rule has one target and retries it."""
    scene = Scene([Target(A), Target(B, 0)], max_attempts=2)

    assert names_until_the_end(scene, FailureClass.CONNECT) == ["a", "a"]


@pytest.mark.parametrize(
    ("stated", "delay"), [(None, 1.0), (0.3, 0.3), (2.0, 2.0), (5.0, 5.0), (5.1, None), (60.0, None)]
)
def test_a_rate_limit_is_waited_for_up_to_five_seconds(stated: float | None, delay: float | None) -> None:
    """As stated, or for the second that the model pauses when nothing was."""
    plan = Scene([Target(A)]).plan()
    last = attempt(plan, plan.next(NOW), Failure(FailureClass.RATE_LIMITED, retry_after=stated))

    choice = plan.next(NOW, last)

    assert (None if choice is None else choice.delay) == delay
    if choice is not None:
        attempt(plan, choice, FailureClass.CONNECT)


def test_a_pause_that_somebody_else_caused_is_waited_for_too() -> None:
    """The retry would be refused before; beyond five seconds there is none."""
    scene = Scene([Target(A)])
    plan = scene.plan()
    choice = plan.next(NOW)
    scene.pause("a", 3.0)
    assert choice is not None

    retry = plan.next(NOW, Failure(FailureClass.CONNECT))
    assert retry is not None
    assert retry.delay == 3.0
    permit = scene.gates["a"].acquire(MODEL, NOW + 3)
    assert permit is not None
    scene.gates["a"].settle(permit, Failure(FailureClass.RATE_LIMITED, retry_after=30.0), NOW + 3)

    assert plan.next(NOW + 3, Failure(FailureClass.CONNECT)) is None


@pytest.mark.parametrize("obstacle", ["open", "parked", "full"])
def test_a_target_that_refuses_now_is_not_retried(obstacle: str) -> None:
    """Waiting milliseconds does not close a breaker, and there is no queue for slots."""
    scene = Scene([Target(A)])
    plan = scene.plan()
    last = attempt(plan, plan.next(NOW), FailureClass.CONNECT)

    put_in_the_way(scene, "a", obstacle)

    assert plan.next(NOW, last) is None


def test_an_exhausted_budget_skips_the_retry() -> None:
    """Ten retries in ten seconds for a rule without traffic, then none."""
    scene = Scene([Target(A)], max_attempts=2, budget_percent=0)

    lengths = [len(names_until_the_end(scene, FailureClass.CONNECT)) for _ in range(12)]

    assert lengths == [2] * 10 + [1] * 2


def test_an_exhausted_budget_never_skips_a_target_or_a_fallback() -> None:
    """Going to an untried target is no retry."""
    scene = Scene([Target(A), Target(B)], [Target(C)], budget_percent=0)
    while scene.budget.try_retry(NOW):
        pass

    assert len(names_until_the_end(scene, FailureClass.CONNECT)) == 3


def test_every_exchange_earns_budget_once() -> None:
    """However many attempts it makes."""
    scene = Scene([Target(A)], max_attempts=3, budget_percent=100)
    for _ in range(50):
        plan = scene.plan()
        attempt(plan, plan.next(NOW), FailureClass.TIMEOUT)

    retries = 0
    while scene.budget.try_retry(NOW):
        retries += 1

    assert retries == 60


def test_the_maximum_counts_every_attempt() -> None:
    """Targets and fallback targets alike."""
    scene = Scene([Target(A), Target(B)], [Target(C), Target(D)], max_attempts=3)

    assert len(names_until_the_end(scene, FailureClass.CONNECT)) == 3


def test_the_error_is_the_last_failure_if_something_was_sent() -> None:
    """With the provider and the model that it was sent to."""
    scene = Scene([Target(A)], [Target(B, model="glm-4.7")])
    plan = scene.plan()
    last = attempt(plan, plan.next(NOW), FailureClass.CONNECT)
    last = attempt(plan, plan.next(NOW, last), FailureClass.SERVER_ERROR)

    error = plan.error(NOW, last)

    assert isinstance(error, ProviderFailed)
    assert error.failure is last
    assert (error.provider, error.model) == ("b", "glm-4.7")


def test_the_error_is_busy_when_every_target_is_full() -> None:
    """The provider has done nothing wrong, the gateway has no slot."""
    scene = Scene([Target(A), Target(B)], [Target(C)])
    for name in "abc":
        scene.fill(name)
    plan = scene.plan()

    assert plan.next(NOW) is None
    assert isinstance(plan.error(NOW, None), GatewayBusy)


def test_otherwise_it_says_when_the_first_target_may_be_back() -> None:
    """The shortest of the waits, fallback targets included when they may be used."""
    scene = Scene([Target(A), Target(B)], [Target(C)])
    scene.gates["a"].trip(NOW)
    scene.park("b", reset_after=3600.0)
    scene.pause("c", 7.0)
    plan = scene.plan()

    assert plan.next(NOW) is None
    error = plan.error(NOW, None)

    assert isinstance(error, ProviderUnavailable)
    assert error.retry_after == 7.0


def test_a_fallback_that_may_not_be_used_does_not_shorten_the_wait() -> None:
    """Its targets are no promise for this exchange."""
    scene = Scene([Target(A)], [Target(B)], when=frozenset({FailureClass.CONNECT}))
    scene.gates["a"].trip(NOW)
    plan = scene.plan()

    assert plan.next(NOW) is None
    error = plan.error(NOW, None)

    assert isinstance(error, ProviderUnavailable)
    assert error.retry_after == 15.0


def test_a_rule_without_any_target_is_unavailable() -> None:
    """All weights zero and no fallback: nobody can say when that changes."""
    plan = Scene([Target(A, 0)]).plan()

    assert plan.next(NOW) is None
    assert isinstance(plan.error(NOW, None), ProviderUnavailable)
