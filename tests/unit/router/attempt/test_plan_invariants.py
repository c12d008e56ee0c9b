"""The bounds of a plan hold for any rule and any outcome."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sealane_api.failure import FALLBACK_CONDITIONS, FailureClass
from sealane_api.route_table import Target
from sealane_router.errors import Failure, ProviderFailed
from tests.support.plan_scene import NOW, A, B, C, D, Scene, attempt, put_in_the_way


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
