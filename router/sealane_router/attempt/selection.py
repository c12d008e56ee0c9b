"""A rule's targets beside their gates, prepared once per table so that an exchange computes nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sealane_api.failure import FailureClass
from sealane_api.route_table import Rule, Target

from .gate import ProviderGate
from .retry_budget import RetryBudget


@dataclass(frozen=True, slots=True)
class Choice:
    """Where the next attempt goes, after ``delay`` seconds.

    ``is_retry`` is a further attempt at the rule's only target; the delay of every other choice is 0.
    """

    target: Target
    gate: ProviderGate
    is_fallback: bool
    is_retry: bool = False
    delay: float = 0.0


def choose(weights: Sequence[int], random: Callable[[], float]) -> int | None:
    """The index of one weight, drawn in proportion to it; None when all are zero."""
    total = sum(weights)
    if total <= 0:
        return None
    point = random() * total
    chosen = None
    for index, weight in enumerate(weights):
        if weight <= 0:
            continue
        chosen = index
        point -= weight
        if point < 0:
            break
    return chosen


class TargetSet:
    """What a rule's exchanges choose from; shared by all of them and never changed.

    ``choices`` holds the distinct targets: first the primary ones, ``primaries`` of them, then the fallback
    ones in order. A target that the rule names twice is one (as primary with the sum of the weights). A
    primary of weight 0 is no target at all: it takes no traffic, and its rule may have "no other target"
    although it is there.
    """

    __slots__ = ("budget", "choices", "max_attempts", "primaries", "random", "same_gate", "weights", "when")

    def __init__(
        self,
        rule: Rule,
        gates: Mapping[str, ProviderGate],
        budget: RetryBudget,
        *,
        random: Callable[[], float],
    ) -> None:
        """``gates`` are those of the route's providers by name."""
        targets, weights = _merge(rule.targets)
        fallback = rule.fallback
        later: list[Target] = []
        for target in fallback.targets if fallback is not None else ():
            if not any(_is_same(target, other) for other in (*targets, *later)):
                later.append(target)
        self.primaries = len(targets)
        self.weights = tuple(weights)
        self.choices = (
            *(Choice(target, gates[target.provider.name], is_fallback=False) for target in targets),
            *(Choice(target, gates[target.provider.name], is_fallback=True) for target in later),
        )
        #: For each choice the bit set of all choices behind the same gate, itself included.
        self.same_gate = tuple(
            sum(1 << index for index, other in enumerate(self.choices) if other.gate is choice.gate)
            for choice in self.choices
        )
        self.when: frozenset[FailureClass] = fallback.when if fallback is not None else frozenset()
        self.max_attempts = rule.retry.max_attempts
        self.budget = budget
        self.random = random


def _merge(targets: Sequence[Target]) -> tuple[list[Target], list[int]]:
    """The distinct targets that take traffic, and their weights."""
    distinct: list[Target] = []
    weights: list[int] = []
    for target in targets:
        if target.weight <= 0:
            continue
        for index, other in enumerate(distinct):
            if _is_same(target, other):
                weights[index] += target.weight
                break
        else:
            distinct.append(target)
            weights.append(target.weight)
    return distinct, weights


def _is_same(one: Target, other: Target) -> bool:
    """Whether two targets would send the same bytes to the same place."""
    return (
        one.provider.name == other.provider.name
        and one.model == other.model
        and one.remove == other.remove
        and dict(one.set) == dict(other.set)
    )
