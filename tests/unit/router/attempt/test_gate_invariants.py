"""What holds of a gate after any history."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sealane_api.failure import FailureClass
from sealane_router.attempt.gate import Permit
from sealane_router.errors import Failure
from tests.support.gates import POLICY, gate_of


class AnyHistory(RuleBasedStateMachine):
    """Attempts start and end in any way and any order, some twice, while time passes and settings change."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1000.0
        self.gate = gate_of(max_concurrency=3)
        self.out: list[Permit] = []
        self.settled: list[Permit] = []

    @rule(seconds=st.sampled_from([0.0, 1.0, 15.0, 60.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(model=st.sampled_from(["kimi-k2", "kimi-k3"]))
    def an_attempt_starts(self, model: str) -> None:
        refusal = self.gate.refusal(model, self.now)
        wait = self.gate.retry_after(model, self.now)
        permit = self.gate.acquire(model, self.now)
        assert (permit is None) is (refusal is not None) is (wait > 0.0)
        if permit is not None:
            self.out.append(permit)

    @precondition(lambda self: self.out)
    @rule(data=st.data(), failure_class=st.none() | st.sampled_from(FailureClass))
    def an_attempt_ends(self, data: st.DataObject, failure_class: FailureClass | None) -> None:
        permit = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        self.gate.settle(permit, None if failure_class is None else Failure(failure_class), self.now)
        self.settled.append(permit)

    @precondition(lambda self: self.out)
    @rule(data=st.data())
    def a_client_leaves(self, data: st.DataObject) -> None:
        permit = self.out.pop(data.draw(st.integers(0, len(self.out) - 1)))
        before = (self.gate.breaker_state(self.now), self.gate.parked)
        self.gate.abandon(permit)
        assert before == (self.gate.breaker_state(self.now), self.gate.parked)
        self.settled.append(permit)

    @precondition(lambda self: self.settled)
    @rule(data=st.data())
    def a_permit_is_given_back_again(self, data: st.DataObject) -> None:
        self.gate.abandon(data.draw(st.sampled_from(self.settled)))

    @rule(slots=st.integers(1, 4))
    def the_configuration_is_reloaded(self, slots: int) -> None:
        self.gate.reconfigure(POLICY, slots, self.now)

    @rule()
    def the_secret_changes(self) -> None:
        self.gate.credential_changed()

    @rule()
    def a_health_check_fails(self) -> None:
        self.gate.trip(self.now)

    @invariant()
    def every_slot_is_accounted_for(self) -> None:
        assert self.gate.in_use == len(self.out)

    @invariant()
    def an_idle_gate_admits_again_in_time(self) -> None:
        if not self.out:
            wait = self.gate.retry_after("kimi-k2", self.now)
            assert wait <= POLICY.max_open_for
            assert self.gate.refusal("kimi-k2", self.now + wait) is None


AnyHistory.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
test_any_history_keeps_the_promises = AnyHistory.TestCase
