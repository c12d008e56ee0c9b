"""Choosing by weight, and what counts as a target of its own."""

from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sealane_api.failure import DEFAULT_FALLBACK
from sealane_api.route_table import DialectName, Fallback, Provider, Rule, Target
from sealane_router.attempt.gate import ProviderGate
from sealane_router.attempt.retry_budget import RetryBudget
from sealane_router.attempt.selection import TargetSet, choose


def provider_of(name: str) -> Provider:
    return Provider("default/r", name, DialectName.OPENAI, f"https://{name}.example/v1")


A, B = provider_of("a"), provider_of("b")


def set_of(targets: list[Target], fallback: list[Target] | None = None) -> TargetSet:
    rule = Rule(
        route="default/r",
        name="rule",
        critical=True,
        patterns=(),
        targets=tuple(targets),
        fallback=None if fallback is None else Fallback(DEFAULT_FALLBACK, tuple(fallback)),
    )
    gates = {provider.name: ProviderGate(provider, random=lambda: 0.0) for provider in (A, B)}
    return TargetSet(rule, gates, RetryBudget(20), random=lambda: 0.0)


def test_weights_are_kept_in_the_long_run() -> None:
    """A weight of 3 gets three times what a weight of 1 gets."""
    random = Random(7).random

    drawn = Counter(choose([3, 0, 1], random) for _ in range(20_000))

    assert set(drawn) == {0, 2}
    assert 0.73 < drawn[0] / 20_000 < 0.77


def test_nothing_is_chosen_when_all_weights_are_zero() -> None:
    """There is no target of last resort."""
    assert choose([0, 0], lambda: 0.5) is None
    assert choose([], lambda: 0.5) is None


@given(st.lists(st.integers(0, 10**9), min_size=1), st.floats(0, 1, exclude_max=True))
def test_a_weight_of_zero_is_never_chosen(weights: list[int], draw: float) -> None:
    """Not even at the edges of the draw."""
    index = choose(weights, lambda: draw)

    if any(weights):
        assert index is not None
        assert weights[index] > 0
    else:
        assert index is None


def test_targets_come_in_order_primary_first() -> None:
    """The fallback targets follow, each beside its provider's gate."""
    targets = set_of([Target(A, 70), Target(B, 30)], [Target(B, model="glm-4.7")])

    assert [choice.target.provider.name for choice in targets.choices] == ["a", "b", "b"]
    assert [choice.is_fallback for choice in targets.choices] == [False, False, True]
    assert targets.primaries == 2
    assert targets.weights == (70, 30)
    assert targets.choices[1].gate is targets.choices[2].gate
    assert targets.same_gate == (0b001, 0b110, 0b110)


def test_a_target_named_twice_is_one() -> None:
    """Its weights add up, and as a fallback of itself it is nothing new."""
    targets = set_of([Target(A, 70), Target(A, 30)], [Target(A), Target(B), Target(B)])

    assert targets.weights == (100,)
    assert [choice.target.provider.name for choice in targets.choices] == ["a", "b"]


def test_the_same_provider_with_another_body_is_another_target() -> None:
    """Another model, another edit or another removal may succeed where the first failed."""
    targets = set_of(
        [Target(A)], [Target(A, model="other"), Target(A, set={"top_p": 1}), Target(A, remove=("thinking",))]
    )

    assert len(targets.choices) == 4


def test_a_primary_of_weight_zero_is_no_target() -> None:
    """It takes no traffic; as a fallback it may still serve."""
    targets = set_of([Target(A), Target(B, 0)], [Target(B, 0)])

    assert targets.primaries == 1
    assert [choice.is_fallback for choice in targets.choices] == [False, True]
