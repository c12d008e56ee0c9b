"""The plan of an exchange: each step of the order, and its bounds under arbitrary outcomes."""

from random import Random

import pytest

from sealane_api.failure import DEFAULT_FALLBACK, FALLBACK_CONDITIONS, FailureClass
from sealane_api.route_table import Target
from tests.support.plan_scene import (
    NOW,
    A,
    B,
    C,
    Scene,
    attempt,
    name_of,
    names_until_the_end,
    put_in_the_way,
)


def test_a_healthy_target_is_chosen_at_once() -> None:
    """The first attempt of the common rule: no wait, no retry, no fallback."""
    choice = Scene([Target(A)]).plan().next(NOW)

    assert choice is not None
    assert (name_of(choice), choice.is_fallback, choice.is_retry, choice.delay) == ("a", False, False, 0.0)


def test_untried_targets_are_drawn_by_weight() -> None:
    """Over many exchanges the first attempts follow the weights; weight 0 gets none."""
    scene = Scene([Target(A, 75), Target(B, 25), Target(C, 0)], random=Random(3).random)

    names = [name_of(scene.plan().next(NOW)) for _ in range(4000)]

    assert 0.72 < names.count("a") / 4000 < 0.78
    assert names.count("c") == 0


@pytest.mark.parametrize(
    "failure_class",
    [
        FailureClass.OVERLOADED,
        FailureClass.SERVER_ERROR,
        FailureClass.CONNECT,
        FailureClass.TIMEOUT,
        FailureClass.RATE_LIMITED,
        FailureClass.UNAUTHORIZED,
        FailureClass.QUOTA_EXHAUSTED,
    ],
)
def test_each_target_is_tried_once_without_waiting(failure_class: FailureClass) -> None:
    """A rule with several targets never comes back to one of them."""
    scene = Scene([Target(A), Target(B), Target(C)])

    names = names_until_the_end(scene, failure_class)

    assert sorted(map(str, names)) == ["a", "b", "c"]


@pytest.mark.parametrize("failure_class", sorted(DEFAULT_FALLBACK - {FailureClass.BREAKER_OPEN}))
def test_fallback_targets_follow_in_order(failure_class: FailureClass) -> None:
    """After the last untried target, for each class that the default names."""
    scene = Scene([Target(A)], [Target(C), Target(B)])

    assert names_until_the_end(scene, failure_class) == ["a", "c", "b"]


@pytest.mark.parametrize("failure_class", [FailureClass.UNAUTHORIZED, FailureClass.QUOTA_EXHAUSTED])
def test_a_refused_credential_falls_back_only_where_the_rule_says_so(failure_class: FailureClass) -> None:
    """These two classes are not in the default."""
    assert names_until_the_end(Scene([Target(A)], [Target(B)]), failure_class) == ["a"]
    wide = Scene([Target(A)], [Target(B)], when=FALLBACK_CONDITIONS)
    assert names_until_the_end(wide, failure_class) == ["a", "b"]


def test_a_refused_credential_is_not_shown_again_in_the_same_exchange() -> None:
    """Another model of the same provider would be refused too; another provider may serve."""
    scene = Scene([Target(A, 1000), Target(A, 1, model="other"), Target(B, 1)], random=lambda: 0.0)

    assert names_until_the_end(scene, FailureClass.UNAUTHORIZED) == ["a", "b"]


@pytest.mark.parametrize(
    "failure_class", [FailureClass.INVALID_REQUEST, FailureClass.POLICY_REFUSAL, FailureClass.BROKEN_STREAM]
)
def test_a_refused_request_goes_nowhere_else(failure_class: FailureClass) -> None:
    """No other target, no fallback and no retry."""
    several = Scene([Target(A), Target(B)], [Target(C)], when=frozenset(FailureClass))

    assert len(names_until_the_end(several, failure_class)) == 1
    assert len(names_until_the_end(Scene([Target(A)]), failure_class)) == 1


def test_a_fallback_target_that_fails_is_judged_like_any_other() -> None:
    """The last failure decides whether the next fallback target has its turn."""
    scene = Scene([Target(A)], [Target(B), Target(C)])
    plan = scene.plan()

    last = attempt(plan, plan.next(NOW), FailureClass.CONNECT)
    last = attempt(plan, plan.next(NOW, last), FailureClass.INVALID_REQUEST)

    assert plan.next(NOW, last) is None


@pytest.mark.parametrize("obstacle", ["open", "parked", "paused", "full"])
def test_a_target_that_refuses_is_skipped(obstacle: str) -> None:
    """Primary and fallback targets alike; nothing is waited for."""
    scene = Scene([Target(A, 1000), Target(B, 1)], [Target(A, model="m"), Target(C)], random=lambda: 0.0)
    put_in_the_way(scene, "a", obstacle)
    plan = scene.plan()

    choice = plan.next(NOW)
    assert name_of(choice) == "b"
    last = attempt(plan, choice, FailureClass.CONNECT)

    assert name_of(plan.next(NOW, last)) == "c"


@pytest.mark.parametrize(
    ("obstacle", "condition"),
    [
        ("open", FailureClass.BREAKER_OPEN),
        ("parked", FailureClass.BREAKER_OPEN),
        ("paused", FailureClass.RATE_LIMITED),
        ("full", FailureClass.OVERLOADED),
    ],
)
def test_a_skipped_target_counts_as_the_class_it_would_have_answered(obstacle: str, condition: FailureClass) -> None:
    """With nothing sent, the fallback is taken when the rule names that class, and only then."""
    named = Scene([Target(A)], [Target(B)], when=frozenset({condition}))
    others = Scene([Target(A)], [Target(B)], when=FALLBACK_CONDITIONS - {condition})
    put_in_the_way(named, "a", obstacle)
    put_in_the_way(others, "a", obstacle)

    choice = named.plan().next(NOW)

    assert name_of(choice) == "b"
    assert choice is not None
    assert choice.is_fallback
    assert others.plan().next(NOW) is None


def test_once_something_was_sent_the_last_failure_decides() -> None:
    """That another target was skipped because it is open opens no fallback."""
    scene = Scene([Target(A), Target(B)], [Target(C)], when=frozenset({FailureClass.BREAKER_OPEN}))
    put_in_the_way(scene, "b", "open")
    plan = scene.plan()

    last = attempt(plan, plan.next(NOW), FailureClass.SERVER_ERROR)

    assert plan.next(NOW, last) is None


def test_a_rule_whose_weights_are_all_zero_uses_its_fallback() -> None:
    """It counts as BreakerOpen: nothing is to be sent to the primary targets."""
    scene = Scene([Target(A, 0)], [Target(B)])

    assert name_of(scene.plan().next(NOW)) == "b"
    never = Scene([Target(A, 0)], [Target(B)], when=frozenset({FailureClass.CONNECT}))
    assert never.plan().next(NOW) is None
