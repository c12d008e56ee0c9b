"""States that cannot be: nothing raises, and the rollout goes on."""

from dataclasses import replace

import pytest

from sealane_operator.rollout.model import Candidate, Phase, Wanted
from tests.support.rollouts import BEGIN, Rollout, hash_of, pointer, policy


def _candidate(revision: int, weight: int = 10, step: int = 1) -> Candidate:
    return Candidate(revision, hash_of(revision), weight, step, BEGIN)


@pytest.mark.parametrize("phase", [Phase.PROGRAMMING, Phase.STEPPING, Phase.CHALLENGING, Phase.WAITING, Phase.BAKING])
def test_a_phase_without_what_it_speaks_of_is_left(phase: Phase) -> None:
    """Nothing is on trial, so the route is at rest."""
    rollout = Rollout()
    rollout.overwrite(phase=phase)
    rollout.until_phase(Phase.IDLE, 3)

    assert rollout.stable == 7


def test_a_stable_revision_that_is_gone_is_replaced_by_its_copy() -> None:
    """The same content under another number serves; without a copy the pointer stays, for routers may still have it."""
    rollout = Rollout()
    del rollout.revisions[7]
    rollout.look()
    assert rollout.stable == 7
    copy = replace(rollout.revisions[6], name="assistants-9", number=9, hash=hash_of(7))
    rollout.revisions[9], rollout.wanted = copy, Wanted(9, hash_of(7))
    rollout.look()

    assert rollout.state.stable == replace(pointer(7, BEGIN - 1_000), revision=9)
    assert rollout.state.phase is Phase.IDLE


@pytest.mark.parametrize("phase", [Phase.IDLE, Phase.WAITING, Phase.BAKING, Phase.CHALLENGING])
def test_a_candidate_that_is_not_on_trial_is_dropped(phase: Phase) -> None:
    """It starts anew from the spec, if that asks for it."""
    rollout = Rollout()
    rollout.ask_for(8)
    rollout.overwrite(phase=phase, candidate=_candidate(8, 90, 7))
    rollout.look()

    assert rollout.candidate in {(8, 0), None}


@pytest.mark.parametrize(("weight", "step"), [(90, 1), (100, 2), (90, 9), (10, 0), (70, -3)])
def test_a_weight_above_its_step_is_lowered_at_once(weight: int, step: int) -> None:
    """Whoever raised it, and whatever the routers hold."""
    rollout = Rollout()
    rollout.ask_for(8)
    rollout.deaf = {"router-1"}
    rollout.overwrite(phase=Phase.STEPPING, candidate=_candidate(8, weight, step))
    rollout.look()

    assert rollout.candidate is not None
    assert rollout.candidate[1] <= {1: 10, 2: 50, 9: 50}.get(step, 0)


def test_a_candidate_before_its_first_step_has_no_weight() -> None:
    """Also where the policy has no steps."""
    rollout = Rollout(policy(steps=[{"weight": 100}]))
    rollout.ask_for(8)
    rollout.deaf = {"router-1"}
    rollout.overwrite(phase=Phase.PROGRAMMING, candidate=_candidate(8, 1, 0))
    rollout.look()

    assert rollout.candidate == (8, 0)


def test_an_edited_policy_lowers_a_running_step() -> None:
    """Lowering waits for nobody, also while it is paused or suspended."""
    rollout = Rollout()
    rollout.ask_for(8)
    rollout.until(lambda each: each.candidate == (8, 50) and each.state.phase is Phase.STEPPING)
    rollout.suspended = True
    rollout.policy = policy(steps=[{"weight": 5, "hold": "10s"}])
    rollout.look()

    assert rollout.candidate == (8, 5)
    assert rollout.state.phase is Phase.PROGRAMMING


@pytest.mark.parametrize("candidate", [_candidate(7), _candidate(99)])
def test_a_candidate_that_is_stable_or_gone_is_dropped(candidate: Candidate) -> None:
    """A trial of what serves is none; what was pruned cannot be served."""
    rollout = Rollout()
    rollout.overwrite(phase=Phase.STEPPING, candidate=candidate)
    rollout.look()

    assert (rollout.candidate, rollout.state.phase) == (None, Phase.IDLE)


@pytest.mark.parametrize("phase", list(Phase))
def test_pointers_without_stable_end_in_a_first_revision(phase: Phase) -> None:
    """Whatever else was written."""
    rollout = Rollout(stable=None)
    rollout.ask_for(8)
    rollout.overwrite(phase=phase, candidate=_candidate(8), previous=pointer(7))
    rollout.look()

    assert (rollout.stable, rollout.candidate, rollout.state.previous) == (8, None, None)


def test_what_lies_ahead_counts_from_now() -> None:
    """A clock that was a day ahead does not make a hold last a day, nor a deadline."""
    rollout = Rollout()
    rollout.ask_for(8)
    rollout.until_phase(Phase.STEPPING)
    rollout.set_back(86_400.0)
    rollout.look()

    assert rollout.until(lambda each: each.candidate == (8, 50)) <= 11
    rollout.until_phase(Phase.BAKING)
    rollout.set_back(86_400.0)
    rollout.look()
    assert rollout.until_phase(Phase.IDLE) <= 11


def test_nothing_hinders_what_is_at_rest() -> None:
    """A pause or an obstacle of a rollout that is over is forgotten."""
    rollout = Rollout()
    rollout.overwrite(paused_by="anna", obstacle="NoData", obstacle_since=BEGIN)
    rollout.look()

    assert (rollout.state.paused_by, rollout.state.obstacle) == (None, None)
