"""Whatever people, routers, traffic and clocks do: what must never happen does not, and every rollout ends."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sealane_operator.rollout.model import Candidate, Phase, RolloutState
from sealane_operator.rollout.phases import CHALLENGE_WEIGHT, MAX_REJECTED
from tests.support.rollouts import Rollout, hash_of, policy

_POLICIES = [
    policy(),
    policy(strategy="Immediate"),
    policy(steps=[{"weight": 5, "hold": "2s"}, {"weight": 20, "hold": "2s"}, {"weight": 100, "hold": "2s"}]),
    policy(steps=[{"weight": 100}]),
    policy(windows=[{"schedule": "0 2 * * *", "duration": "1h"}]),
    policy(progressDeadline="20s", bakeTime="3s"),
]
_REVISIONS = st.integers(7, 10)


class _Expected:
    """The small model: what stable may become, and what was given up."""

    def __init__(self) -> None:
        self.before = RolloutState()
        self.asked: str | None = None

    def may_be_stable(self, state: RolloutState) -> bool:
        """Stable moves by promotion, by a fall back, by a person, or because there was none."""
        old, new = self.before, state
        if old.stable is None or (new.stable is not None and new.stable.hash == old.stable.hash):
            return True
        if new.stable is None:
            return False
        promoted = old.candidate is not None and old.candidate.hash == new.stable.hash
        fell_back = old.previous is not None and old.previous.hash == new.stable.hash
        return promoted or fell_back or self.asked == "undo"

    def may_be_candidate(self, state: RolloutState) -> bool:
        """What was rolled back or given up does not start by itself."""
        if state.candidate is None or state.phase is Phase.CHALLENGING:
            return True
        started = self.before.candidate is None or self.before.candidate.hash != state.candidate.hash
        if not started or self.asked == "retry":
            return True
        return state.candidate.hash not in {*self.before.rejected, self.before.held}

    def may_go_forward(self, state: RolloutState, suspended: bool) -> bool:
        """Nothing starts, gets more traffic or is promoted while that is suspended or paused; a new spec is new."""
        old = self.before
        paused = old.paused_by is not None and self.asked not in {"promote", "resume"}
        if old.stable is None or not (suspended or paused) or self.asked in {"abort", "undo"}:
            return True
        if state.stable is not None and old.candidate is not None and state.stable.hash == old.candidate.hash:
            return state.previous is None  # a lost challenge, or a spec that returned, not a promotion
        if state.candidate is None or state.phase is Phase.CHALLENGING:
            return True
        same = old.candidate is not None and old.candidate.hash == state.candidate.hash
        if not same:
            return not suspended and old.phase is not Phase.WAITING
        return old.phase is Phase.CHALLENGING or state.candidate.weight <= old.candidate.weight  # type: ignore[union-attr]


class RolloutMachine(RuleBasedStateMachine):
    """Everything that may happen to a rollout, in any order."""

    @initialize(chosen=st.sampled_from(_POLICIES), first=st.booleans())
    def begin(self, chosen: object, first: bool) -> None:
        """A route with or without a stable revision."""
        self.rollout = Rollout(chosen, stable=None if first else 7)  # type: ignore[arg-type]
        self.expected = _Expected()

    def _look(self, asked: str | None = None) -> None:
        self.expected.before, self.expected.asked = self.rollout.state, asked

    @rule(revision=_REVISIONS)
    def edit(self, revision: int) -> None:
        """The spec changes."""
        self._look()
        self.rollout.ask_for(revision)
        self.rollout.look()

    @rule()
    def spoil(self) -> None:
        """The spec becomes one that cannot be served."""
        self._look()
        self.rollout.wanted, self.rollout.why_not_wanted = None, "no such Secret"
        self.rollout.look()

    @rule(count=st.sampled_from([1, 1, 1, 2, 3, 5, 10, 25, 130]))
    def wait(self, count: int) -> None:
        """Time passes."""
        for _ in range(count):
            self._look()
            self.rollout.seconds(1)
            self.nothing_forbidden_happened()

    @rule(verb=st.sampled_from(["promote", "pause", "resume", "abort", "retry", "undo", "dance"]))
    def ask(self, verb: str) -> None:
        """Somebody asks for something."""
        self._look(verb)
        self.rollout.request(verb)

    @rule()
    def promote_full(self) -> None:
        """Somebody wants it now."""
        self._look("promote")
        self.rollout.request("promote", "full")

    @rule(revision=st.integers(1, 11))
    def undo(self, revision: int) -> None:
        """Somebody names a revision, which may not exist."""
        self._look("undo")
        self.rollout.request("undo", str(revision))

    @rule(revision=_REVISIONS, bad=st.sampled_from([0.0, 0.0, 0.02, 0.3, 1.0]))
    def serve(self, revision: int, bad: float) -> None:
        """A revision becomes better or worse."""
        self.rollout.fails(revision, bad)

    @rule(bad=st.sampled_from([0.0, 0.0, 1.0]))
    def outage(self, bad: float) -> None:
        """The provider fails everybody, or recovers."""
        for revision in range(1, 11):
            self.rollout.fails(revision, bad)

    @rule(ready=st.integers(0, 3), deaf=st.integers(0, 1), mute=st.booleans())
    def routers(self, ready: int, deaf: int, mute: bool) -> None:
        """Routers come, go, stop following, stop telling."""
        self.rollout.ready, self.rollout.mute = ready, mute
        self.rollout.deaf = {f"router-{number}" for number in range(min(deaf, ready))}

    @rule(per_second=st.sampled_from([0.0, 1.0, 20.0, 200.0]))
    def traffic(self, per_second: float) -> None:
        """Clients come and go."""
        self.rollout.per_second = per_second

    @rule(suspended=st.booleans())
    def suspend(self, suspended: bool) -> None:
        """Somebody sets ``spec.suspend``."""
        self.rollout.suspended = suspended

    @rule(chosen=st.sampled_from(_POLICIES))
    def policy(self, chosen: object) -> None:
        """The policy is read live."""
        self._look()
        self.rollout.policy = chosen  # type: ignore[assignment]
        self.rollout.look()

    @rule()
    def restart(self) -> None:
        """The operator begins anew."""
        self.rollout.restart()
        self._look()

    @rule(back=st.sampled_from([1.0, 60.0, 86_400.0]))
    def clock(self, back: float) -> None:
        """The clock is set back."""
        self._look()
        self.rollout.set_back(back)
        self.rollout.look()

    @precondition(lambda self: self.rollout.state.stable is not None)
    @rule(
        phase=st.sampled_from(Phase),
        weight=st.integers(0, 100),
        step=st.integers(0, 30),
        revision=st.integers(5, 12),
        drop=st.booleans(),
    )
    def scribble(self, phase: Phase, weight: int, step: int, revision: int, drop: bool) -> None:
        """Somebody edits the status."""
        candidate = None if drop else Candidate(revision, hash_of(revision), weight, step, self.rollout.now)
        self.rollout.overwrite(phase=phase, candidate=candidate)
        self._look()

    @invariant()
    def nothing_forbidden_happened(self) -> None:
        """After every look: pointers, weights and phases make sense, and moved only as they may."""
        state = self.rollout.state
        if self.rollout.decision is None or state is not self.rollout.decision.state:
            return  # not looked at since somebody else wrote it
        assert self.expected.may_be_stable(state), (self.expected.before, state)
        assert self.expected.may_be_candidate(state), (self.expected.before, state)
        suspended = self.rollout.decision.suspended is not None
        assert self.expected.may_go_forward(state, suspended), (self.expected.before, state)
        assert len(state.rejected) <= MAX_REJECTED
        assert len(self.rollout.decision.notes) <= 12
        on_trial = state.phase in {Phase.PROGRAMMING, Phase.STEPPING, Phase.CHALLENGING}
        assert (state.candidate is not None) == on_trial
        assert state.candidate is None or state.stable is not None
        assert state.candidate is None or state.candidate.hash != state.stable.hash  # type: ignore[union-attr]
        assert state.previous is None or state.phase not in {Phase.IDLE, Phase.WAITING}
        self._weight_is_allowed(state)

    def _weight_is_allowed(self, state: RolloutState) -> None:
        candidate, chosen = state.candidate, self.rollout.policy
        if candidate is None:
            return
        if state.phase is Phase.CHALLENGING:
            assert candidate.weight == CHALLENGE_WEIGHT
        elif chosen.strategy == "Canary" and candidate.step <= len(chosen.steps):
            allowed = chosen.steps[candidate.step - 1].weight if candidate.step else 0
            assert candidate.weight <= allowed

    def teardown(self) -> None:
        """With routers that follow, traffic and nobody in the way, every rollout comes to rest."""
        if not hasattr(self, "rollout"):
            return
        rollout = self.rollout
        rollout.ready, rollout.deaf, rollout.mute, rollout.suspended = 3, set(), False, False
        rollout.per_second, rollout.quality = 200.0, {}
        rollout.policy = policy()
        rollout.ask_for(9)
        rollout.request("resume")
        rollout.until(lambda each: each.look().check_after is None)
        assert rollout.state.phase is Phase.IDLE
        assert rollout.stable == 9 or "Stalled" in rollout.conditions
        assert not rollout.look().notes


TestRolloutMachine = RolloutMachine.TestCase
TestRolloutMachine.settings = settings(max_examples=80, stateful_step_count=30, deadline=None)
