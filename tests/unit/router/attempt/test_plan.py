"""The plan of an exchange: each step of the order, and its bounds under arbitrary outcomes."""

from collections.abc import Callable, Iterable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_api.failure import DEFAULT_FALLBACK, FALLBACK_CONDITIONS, FailureClass
from sealane_api.route_table import BreakerPolicy, DialectName, Fallback, Provider, Retry, Rule, Target
from sealane_router.attempt.gate import Permit, ProviderGate
from sealane_router.attempt.plan import AttemptPlan
from sealane_router.attempt.retry_budget import RetryBudget
from sealane_router.attempt.selection import Choice, TargetSet
from sealane_router.errors import Failure, GatewayBusy, ProviderFailed, ProviderUnavailable

MODEL = "kimi-k2"
NOW = 100.0
POLICY = BreakerPolicy(consecutive_failures=1000, min_requests=1000)


def provider_of(name: str, max_concurrency: int = 200) -> Provider:
    return Provider(
        "default/r",
        name,
        DialectName.OPENAI,
        f"https://{name}.example/v1",
        max_concurrency=max_concurrency,
        breaker=POLICY,
    )


A, B, C, D = (provider_of(name) for name in "abcd")


class Scene:
    """One rule with its gates and its budget."""

    def __init__(
        self,
        targets: Iterable[Target],
        fallback: Iterable[Target] | None = None,
        *,
        when: frozenset[FailureClass] = DEFAULT_FALLBACK,
        max_attempts: int = 10,
        budget_percent: int = 20,
        random: Callable[[], float] = lambda: 0.5,
    ) -> None:
        rule = Rule(
            route="default/r",
            name="rule",
            critical=True,
            patterns=(),
            targets=tuple(targets),
            fallback=None if fallback is None else Fallback(when, tuple(fallback)),
            retry=Retry(max_attempts, budget_percent),
        )
        everything = [*rule.targets, *(rule.fallback.targets if rule.fallback else ())]
        providers = {target.provider.name: target.provider for target in everything}
        self.gates = {name: ProviderGate(each, random=lambda: 0.0) for name, each in providers.items()}
        self.budget = RetryBudget(budget_percent)
        self.targets = TargetSet(rule, self.gates, self.budget, random=random)

    def plan(self) -> AttemptPlan:
        return AttemptPlan(self.targets, MODEL)

    def fill(self, name: str) -> list[Permit | None]:
        gate = self.gates[name]
        return [gate.acquire("any", NOW) for _ in range(gate.max_concurrency)]

    def pause(self, name: str, seconds: float, model: str = MODEL) -> None:
        self.settle(name, Failure(FailureClass.RATE_LIMITED, retry_after=seconds), model)

    def park(self, name: str, reset_after: float | None = None) -> None:
        self.settle(name, Failure(FailureClass.QUOTA_EXHAUSTED, reset_after=reset_after), MODEL)

    def settle(self, name: str, failure: Failure, model: str) -> None:
        permit = self.gates[name].acquire(model, NOW)
        assert permit is not None
        self.gates[name].settle(permit, failure, NOW)


def attempt(plan: AttemptPlan, choice: Choice | None, failure: Failure | FailureClass, now: float = NOW) -> Failure:
    """Makes the attempt that was chosen, and lets it fail."""
    if isinstance(failure, FailureClass):
        failure = Failure(failure)
    assert choice is not None
    model = choice.target.model or MODEL
    permit = choice.gate.acquire(model, now + choice.delay)
    assert permit is not None
    choice.gate.settle(permit, failure, now + choice.delay)
    return failure


def name_of(choice: Choice | None) -> str | None:
    return None if choice is None else choice.target.provider.name


def names_until_the_end(scene: Scene, failure_class: FailureClass) -> list[str | None]:
    """Where an exchange goes whose attempts all fail in the same way."""
    plan, names, now = scene.plan(), list[str | None](), NOW
    last: Failure | None = None
    while (choice := plan.next(now, last)) is not None:
        names.append(name_of(choice))
        last = attempt(plan, choice, failure_class, now)
        now += choice.delay
    return names


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


def put_in_the_way(scene: Scene, name: str, obstacle: str) -> None:
    """Makes the provider's gate refuse every model that the tests ask it for."""
    match obstacle:
        case "open":
            scene.gates[name].trip(NOW)
        case "parked":
            scene.park(name)
        case "paused":
            scene.pause(name, 30.0)
            scene.pause(name, 30.0, model="m")
        case _:
            scene.fill(name)


@st.composite
def targets_of(draw: st.DrawFn) -> list[Target]:
    return draw(
        st.lists(
            st.builds(
                Target,
                st.sampled_from([A, B, C, D]),
                weight=st.sampled_from([0, 1, 100]),
                model=st.sampled_from([None, "m", "n"]),
            ),
            min_size=1,
            max_size=5,
        )
    )


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_the_bounds_hold_for_any_rule_and_any_outcome(data: st.DataObject) -> None:
    """No stranger, no second try but a budgeted retry of the only target, no attempt too many."""
    primary = data.draw(targets_of())
    fallback = data.draw(st.none() | targets_of())
    when = data.draw(st.frozensets(st.sampled_from(sorted(FALLBACK_CONDITIONS)), min_size=1))
    max_attempts = data.draw(st.integers(1, 10))
    draws = data.draw(st.randoms(use_true_random=False))
    scene = Scene(primary, fallback, when=when, max_attempts=max_attempts, random=draws.random)
    for name in scene.gates:
        obstacle = data.draw(st.sampled_from([None, None, "open", "parked", "paused", "full"]))
        if obstacle is not None:
            put_in_the_way(scene, name, obstacle)
    weighted = {key(target) for target in primary if target.weight}
    everything = weighted | {key(target) for target in fallback or ()}

    plan, now, last = scene.plan(), NOW, None
    tried: list[tuple[str, str | None]] = []
    while (choice := plan.next(now, last)) is not None:
        target = key(choice.target)
        assert target in everything
        assert choice.gate is scene.gates[target[0]]
        if choice.is_retry:
            assert last is not None
            assert everything == {target}
            assert last.failure_class in RETRYABLE
            assert 0 <= choice.delay <= 5
        else:
            assert target not in tried
            assert choice.delay == 0
        if choice.is_fallback and not choice.is_retry:
            assert last is None or last.failure_class in when
        else:
            assert choice.is_retry or target in weighted
        tried.append(target)
        failure_class = data.draw(st.sampled_from(sorted(set(FailureClass) - {FailureClass.BREAKER_OPEN})))
        last = attempt(plan, choice, Failure(failure_class, retry_after=data.draw(WAITS)), now)
        assert failure_class not in FINAL or plan.next(now, last) is None
        now += choice.delay

    assert len(tried) == plan.attempts <= max_attempts
    assert isinstance(plan.error(now, last), ProviderFailed) is bool(tried)


WAITS = st.sampled_from([None, 0.5, 5.0, 30.0])
RETRYABLE = {
    FailureClass.RATE_LIMITED,
    FailureClass.OVERLOADED,
    FailureClass.SERVER_ERROR,
    FailureClass.CONNECT,
}
FINAL = {FailureClass.INVALID_REQUEST, FailureClass.POLICY_REFUSAL, FailureClass.BROKEN_STREAM}


def key(target: Target) -> tuple[str, str | None]:
    return target.provider.name, target.model
