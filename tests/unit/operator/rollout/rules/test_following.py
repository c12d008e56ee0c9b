"""What the spec asks for starts; what it does not ask for any more ends."""

import pytest

from sealane_operator.rollout.model import Phase
from tests.support.rollouts import BEGIN, Rollout, hash_of, policy


def _in(phase: Phase, **fields: object) -> Rollout:
    """A rollout of revision 8 that has come to a phase."""
    rollout = Rollout(policy(**fields))
    rollout.ask_for(8)
    if phase is Phase.CHALLENGING:
        rollout.until_phase(Phase.BAKING)
        rollout.fails(8, 0.5)
    rollout.until_phase(phase)
    return rollout


@pytest.mark.parametrize("phase", [Phase.PROGRAMMING, Phase.STEPPING])
def test_a_new_spec_supersedes_what_is_on_trial(phase: Phase) -> None:
    """The new one starts without traffic; nothing is held against the old one."""
    rollout = _in(phase)
    rollout.ask_for(9)
    rollout.look()

    assert rollout.candidate == (9, 0)
    assert rollout.finished == ["Superseded"]
    assert rollout.state.rejected == ()
    assert rollout.told[-2:] == ["RolloutSuperseded", "RolloutStarted"]


def test_a_new_spec_in_the_bake_falls_back_to_what_finished_its_own() -> None:
    """Revision 8 never did, so 9 falls back to 7."""
    rollout = _in(Phase.BAKING)
    rollout.ask_for(9)
    rollout.seconds(1)
    assert rollout.candidate == (9, 0)
    rollout.until_phase(Phase.BAKING)

    assert rollout.stable == 9
    assert rollout.state.previous is not None
    assert rollout.state.previous.revision == 7


def test_a_bake_goes_on_when_what_came_after_it_fails() -> None:
    """Revision 9 fails on trial, so 8 serves, and can still fall back to 7."""
    rollout = _in(Phase.BAKING, bakeTime="1m")
    rollout.ask_for(9)
    rollout.fails(9, 1.0)
    rollout.until(lambda each: each.finished == ["RolledBack"])

    assert (rollout.stable, rollout.state.phase) == (8, Phase.BAKING)
    assert rollout.state.previous is not None
    assert rollout.conditions["RolledBack"] == "True/ErrorRateExceeded"
    rollout.until_phase(Phase.IDLE)
    assert rollout.finished == ["RolledBack", "Promoted"]


def test_a_challenge_is_decided_before_a_new_spec_starts() -> None:
    """Otherwise the suspected revision would get all of the traffic back, and be what the new one is compared with."""
    rollout = _in(Phase.CHALLENGING)
    rollout.ask_for(9)
    rollout.look()
    assert rollout.candidate == (7, 50)
    rollout.until(lambda each: each.candidate == (9, 0), 40)

    assert rollout.stable == 7
    assert rollout.state.rejected == (hash_of(8),)


def test_one_end_is_told_at_a_time() -> None:
    """The trial of 9 outlasts the bake of 8: when it fails, both are counted."""
    rollout = _in(Phase.BAKING)
    rollout.ask_for(9)
    rollout.until(lambda each: each.candidate == (9, 50) and each.state.phase is Phase.STEPPING)
    rollout.fails(9, 1.0)
    rollout.until_phase(Phase.IDLE, 6)

    assert rollout.finished == ["RolledBack", "Promoted"]


@pytest.mark.parametrize("phase", [Phase.PROGRAMMING, Phase.STEPPING])
def test_a_spec_that_returns_to_stable_ends_the_rollout(phase: Phase) -> None:
    """At once."""
    rollout = _in(phase)
    rollout.ask_for(7)
    rollout.look()

    assert (rollout.stable, rollout.candidate, rollout.state.phase) == (7, None, Phase.IDLE)
    assert rollout.message("RolloutSuperseded") == "revision 8 is given up: the spec asks for revision 7"


@pytest.mark.parametrize("phase", [Phase.BAKING, Phase.CHALLENGING])
def test_a_spec_that_returns_in_the_bake_is_a_rollback(phase: Phase) -> None:
    """What served before serves at once; nothing stalls, for the spec asks for it."""
    rollout = _in(phase)
    rollout.ask_for(7)
    rollout.look()

    assert (rollout.stable, rollout.state.phase) == (7, Phase.IDLE)
    assert rollout.finished == ["FastRolledBack"]
    assert set(rollout.conditions) == {"Progressing"}


def test_what_failed_does_not_start_again() -> None:
    """Not by itself, and not when the spec asks for something else and comes back."""
    rollout = _in(Phase.STEPPING)
    rollout.fails(8, 1.0)
    rollout.until_phase(Phase.IDLE)
    rollout.seconds(60)
    assert rollout.candidate is None
    rollout.ask_for(9)
    rollout.seconds(5)
    assert rollout.candidate == (9, 10)
    rollout.ask_for(8)
    rollout.seconds(5)

    assert rollout.candidate is None
    assert rollout.conditions["Stalled"] == "True/RolledBack"
    assert rollout.conditions["RolledBack"] == "True/ErrorRateExceeded"


def test_the_tenth_failed_hash_is_remembered_and_the_eleventh_takes_its_place() -> None:
    """The list is bounded; the oldest goes."""
    rollout = Rollout(policy(progressDeadline="1h"))
    for revision in range(8, 19):
        rollout.ask_for(revision)
        rollout.fails(revision, 1.0)
        rollout.until(lambda each: each.look().check_after is None)

    assert rollout.state.rejected == tuple(hash_of(revision) for revision in range(9, 19))


def test_a_new_revision_waits_for_its_window() -> None:
    """Announced once; looked at again when it opens; a rollout that runs is not stopped when it closes."""
    rollout = Rollout(policy(windows=[{"schedule": "30 8 * * *", "duration": "20s"}]))
    rollout.ask_for(8)
    decision = rollout.look()
    assert (rollout.state.phase, rollout.candidate) == (Phase.WAITING, None)
    assert rollout.conditions["Progressing"] == "Unknown/WaitingForWindow"
    assert decision.check_after == 30 * 60
    rollout.seconds(100)
    assert rollout.told == ["WaitingForWindow"]
    assert "opens at 2027-01-15 08:30 UTC" in rollout.message("WaitingForWindow")
    rollout.now = BEGIN + 30 * 60
    rollout.seconds(22)

    assert rollout.candidate == (8, 50)


def test_a_rollback_and_the_spec_of_stable_wait_for_no_window() -> None:
    """Only what is new does."""
    rollout = _in(Phase.BAKING)
    rollout.policy = policy(windows=[{"schedule": "0 2 * * *", "duration": "1h"}])
    rollout.fails(8, 1.0)
    rollout.until_phase(Phase.IDLE)

    assert rollout.stable == 7


def test_a_bake_goes_on_while_a_new_revision_waits() -> None:
    """And it waits on afterwards, without anything that happens in between."""
    rollout = _in(Phase.BAKING)
    rollout.policy = policy(windows=[{"schedule": "0 2 * * *", "duration": "1h"}])
    rollout.ask_for(9)
    rollout.until_phase(Phase.WAITING)

    assert rollout.finished == ["Promoted"]


def test_a_new_revision_waits_for_a_stable_one_that_is_programmed() -> None:
    """Nothing can be compared with what the routers do not hold."""
    rollout = Rollout()
    rollout.deaf = {"router-1"}
    rollout.ask_for(8)
    rollout.seconds(5)
    assert rollout.conditions["Progressing"] == "Unknown/StableNotProgrammed"
    rollout.deaf = set()
    rollout.seconds(1)

    assert rollout.candidate == (8, 0)


def test_what_waits_ends_with_the_spec() -> None:
    """When it returns to stable, or cannot be served."""
    for end in (7, None):
        rollout = Rollout(policy(windows=[{"schedule": "0 2 * * *", "duration": "1h"}]))
        rollout.ask_for(8)
        rollout.seconds(1)
        if end is None:
            rollout.wanted = None
        else:
            rollout.ask_for(end)
        rollout.look()
        assert rollout.state.phase is Phase.IDLE


def test_a_suspended_route_starts_nothing() -> None:
    """Not even its first revision; time alone changes nothing, so it is not looked at every second."""
    rollout, first = Rollout(), Rollout(stable=None)
    for each in (rollout, first):
        each.suspended = True
        each.ask_for(8)
        assert each.look().check_after is None
        assert each.conditions["Suspended"] == "True/SuspendedByUser"
        assert each.conditions["Progressing"] == "False/Suspended"
        assert (each.candidate, each.stable) in {(None, 7), (None, None)}
    rollout.suspended = first.suspended = False
    rollout.look()
    first.look()

    assert (rollout.candidate, first.stable) == ((8, 0), 8)
