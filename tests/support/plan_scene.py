"""A rule, its gates and its plan, for tests of what an exchange does next."""

from collections.abc import Callable, Iterable

from sealane_api.failure import DEFAULT_FALLBACK, FailureClass
from sealane_api.route_table import BreakerPolicy, DialectName, Fallback, Provider, Retry, Rule, Target
from sealane_router.attempt.gate import Permit, ProviderGate
from sealane_router.attempt.plan import AttemptPlan
from sealane_router.attempt.retry_budget import RetryBudget
from sealane_router.attempt.selection import Choice, TargetSet
from sealane_router.errors import Failure

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
