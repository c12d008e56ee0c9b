"""Whole rollouts, second by second."""

from sealane_operator.rollout.model import Phase
from tests.support.rollouts import Rollout, policy


def test_a_good_change_goes_up_in_steps_and_bakes() -> None:
    """10, 50, 100 %, then the bake, then rest."""
    rollout = Rollout()
    rollout.ask_for(8)
    weights = []
    while rollout.look().state.phase is not Phase.IDLE:
        rollout.seconds(1)
        if rollout.candidate not in weights:
            weights.append(rollout.candidate)

    assert weights == [(8, 10), (8, 50), None]
    assert (rollout.stable, rollout.finished) == (8, ["Promoted"])
    assert rollout.state.previous is None
    assert rollout.told == [
        "RolloutStarted",
        "WeightUpdated",
        "AnalysisPassed",
        "StepCompleted",
        "WeightUpdated",
        "AnalysisPassed",
        "StepCompleted",
        "WeightUpdated",
        "RolloutCompleted",
    ]


def test_a_change_that_breaks_a_fifth_is_back_within_seconds() -> None:
    """The pointer never moved; the hash is refused, and the evidence says why."""
    rollout = Rollout()
    rollout.fails(8, 0.2)
    rollout.ask_for(8)
    rollout.until_phase(Phase.STEPPING)
    took = rollout.until_phase(Phase.IDLE)

    assert took <= 4
    assert (rollout.stable, rollout.candidate, rollout.finished) == (7, None, ["RolledBack"])
    assert rollout.conditions == {
        "Progressing": "False/AnalysisFailed",
        "CandidateHealthy": "False/ChecksFailed",
        "RolledBack": "True/ErrorRateExceeded",
        "Stalled": "True/RolledBack",
    }
    assert rollout.state.last_rollback is not None
    assert rollout.state.last_rollback.evidence == (
        "12/60 exchanges bad (20.0 %) against 0/540 (0.0 %) of revision 7, 3 s after 10 %; failures: InvalidRequest 12"
    )


def test_a_first_revision_serves_at_once() -> None:
    """There is nothing to fall back to, so nothing is tried."""
    rollout = Rollout(stable=None)
    rollout.ask_for(1)
    rollout.look()

    assert (rollout.stable, rollout.state.phase) == (1, Phase.IDLE)
    assert rollout.told == ["RolloutCompleted"]


def test_immediate_is_promoted_as_soon_as_it_is_programmed() -> None:
    """Then it bakes."""
    rollout = Rollout(policy(strategy="Immediate"))
    rollout.ask_for(8)
    rollout.seconds(2)

    assert (rollout.stable, rollout.state.phase) == (8, Phase.BAKING)
    rollout.until_phase(Phase.IDLE, 12)
    assert rollout.finished == ["Promoted"]


def test_an_outage_of_both_arms_blames_neither() -> None:
    """It waits, neither passed nor failed, and goes on afterwards."""
    rollout = Rollout()
    rollout.ask_for(8)
    rollout.until_phase(Phase.STEPPING)
    for revision in (7, 8):
        rollout.fails(revision, 1.0)
    rollout.seconds(60)
    for revision in (7, 8):
        rollout.fails(revision, 0.0)
    rollout.until_phase(Phase.IDLE)

    assert (rollout.stable, rollout.finished) == (8, ["Promoted"])


def test_a_failure_in_the_bake_is_challenged_and_rolled_back() -> None:
    """The previous revision gets half, does better, and serves again."""
    rollout = Rollout()
    rollout.ask_for(8)
    rollout.until_phase(Phase.BAKING)
    rollout.fails(8, 0.5)
    rollout.until_phase(Phase.CHALLENGING, 10)
    assert rollout.candidate == (7, 50)
    rollout.until_phase(Phase.IDLE, 10)

    assert (rollout.stable, rollout.finished) == (7, ["RolledBack"])


def test_an_outage_in_the_bake_is_exonerated_once() -> None:
    """Both are equally bad, so the promoted one stays, and that level is not suspected again."""
    rollout = Rollout()
    rollout.ask_for(8)
    rollout.until_phase(Phase.BAKING)
    for revision in (7, 8):
        rollout.fails(revision, 1.0)
    rollout.until_phase(Phase.IDLE)

    assert (rollout.stable, rollout.finished) == (8, ["Promoted"])
    assert rollout.told.count("ChallengeStarted") <= 2
