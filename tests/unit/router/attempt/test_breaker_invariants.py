"""What holds of a breaker after any history."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sealane_api.route_table import BreakerPolicy
from sealane_router.attempt.breaker import Breaker, BreakerState

CLOSED, OPEN, HALF_OPEN = BreakerState.CLOSED, BreakerState.OPEN, BreakerState.HALF_OPEN

POLICY = BreakerPolicy(
    window=10.0,
    min_requests=10,
    failure_percent=50,
    consecutive_failures=5,
    open_for=15.0,
    max_open_for=60.0,
    half_open_max=1,
    close_after=2,
)


class AnyHistory(RuleBasedStateMachine):
    """Attempts start, end in any way and any order, time passes, health checks fail."""

    def __init__(self) -> None:
        super().__init__()
        self.policy = BreakerPolicy(
            window=10.0,
            min_requests=4,
            consecutive_failures=3,
            open_for=5.0,
            max_open_for=20.0,
            half_open_max=2,
            close_after=3,
        )
        self.now = 1000.0
        self.breaker = Breaker(self.policy, random=lambda: 0.3)
        self.out: list[int] = []
        self.probes: set[int] = set()

    @rule(seconds=st.sampled_from([0.0, 0.1, 1.0, 4.0, 5.0, 20.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def an_attempt_starts(self) -> None:
        available, half_open = self.breaker.available(self.now), self.breaker.state(self.now) is HALF_OPEN
        if half_open and self.breaker.retry_after(self.now) == 0:
            assert available
        token = self.breaker.acquire(self.now)
        assert bool(token) is available
        if token:
            self.out.append(token)
        if token and half_open:
            assert token not in self.probes
            self.probes.add(token)

    @precondition(lambda self: self.out)
    @rule(data=st.data(), end=st.sampled_from(["succeed", "fail", "release", "answered"]))
    def an_attempt_ends(self, data: st.DataObject, end: str) -> None:
        token = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        was_probe = token in self.probes and self.breaker.state(self.now) is HALF_OPEN
        match end:
            case "succeed":
                self.breaker.succeed(token, self.now)
            case "fail":
                self.breaker.fail(token, self.now)
                assert not was_probe or self.breaker.state(self.now) is OPEN
            case "answered":
                self.breaker.answered(token)
            case _:
                self.breaker.release(token)
        self.probes.discard(token)
        if was_probe and end != "fail":
            assert self.breaker.available(self.now)

    @rule()
    def a_health_check_fails(self) -> None:
        self.breaker.trip(self.now)
        assert self.breaker.state(self.now) is OPEN

    @invariant()
    def no_more_probes_are_out_than_allowed(self) -> None:
        if self.breaker.state(self.now) is not HALF_OPEN:
            self.probes.clear()
        assert len(self.probes) <= self.policy.half_open_max
        if self.breaker.state(self.now) is HALF_OPEN:
            assert self.breaker.available(self.now) is (len(self.probes) < self.policy.half_open_max)

    @invariant()
    def the_wait_is_bounded_and_zero_when_available(self) -> None:
        wait = self.breaker.retry_after(self.now)
        assert 0.0 <= wait <= self.policy.max_open_for
        assert (wait == 0.0) is self.breaker.available(self.now)


AnyHistory.TestCase.settings = settings(max_examples=60, stateful_step_count=50, deadline=None)
test_any_history_keeps_the_promises = AnyHistory.TestCase
