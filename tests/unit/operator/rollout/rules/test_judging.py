"""Figures judge in every phase; what has no second arm is challenged."""

import pytest

from sealane_operator.rollout.model import Phase
from sealane_operator.rollout.rules.judging import CHALLENGE_DEADLINE, CHALLENGE_SECONDS
from tests.support.rollouts import Rollout, hash_of, policy


@pytest.mark.parametrize("hindrance", ["none", "pause", "suspend", "lag", "spec"])
def test_the_threshold_fires_whatever_holds_the_rollout(hindrance: str) -> None:
    """Paused, suspended, lagging and unwanted candidates are rolled back all the same."""
    rollout = Rollout()
    rollout.ask_for(8)
    rollout.until_phase(Phase.STEPPING)
    if hindrance == "pause":
        rollout.request("pause")
    rollout.suspended = hindrance == "suspend"
    rollout.deaf = {"router-1"} if hindrance == "lag" else set()
    rollout.wanted = None if hindrance == "spec" else rollout.wanted
    rollout.seconds(5 if hindrance == "none" else 150)
    rollout.fails(8, 1.0)
    rollout.seconds(2)

    assert rollout.finished == ["RolledBack"]
    assert rollout.candidate is None
    assert rollout.detections[0] <= 3


def test_it_fires_before_all_routers_hold_the_weight() -> None:
    """The others send traffic already."""
    rollout = Rollout()
    rollout.ask_for(8)
    rollout.until(lambda each: each.candidate == (8, 10))
    rollout.deaf = {"router-1"}
    rollout.fails(8, 1.0)
    rollout.until(lambda each: bool(each.finished), 5)

    assert rollout.finished == ["RolledBack"]


def test_a_slow_candidate_is_rolled_back() -> None:
    """For its latency, in words."""
    rollout = Rollout()
    rollout.slows(8, 2.0)
    rollout.ask_for(8)
    rollout.until(lambda each: each.finished == ["RolledBack"], 6)

    assert rollout.conditions["RolledBack"] == "True/LatencyExceeded"
    assert rollout.message("AnalysisFailed").startswith("p95 to first content 1.98 s against 198 ms of revision 7")


def _challenged(**fields: object) -> Rollout:
    rollout = Rollout(policy(bakeTime="5m", **fields))
    rollout.ask_for(8)
    rollout.until_phase(Phase.BAKING)
    rollout.fails(8, 0.3)
    rollout.until_phase(Phase.CHALLENGING, 10)
    return rollout


def test_a_promoted_revision_that_fails_is_rolled_back() -> None:
    """Its hash is refused; the evidence names both."""
    rollout = _challenged()
    assert rollout.conditions["Progressing"] == "True/Challenging"
    rollout.until_phase(Phase.IDLE, 10)

    assert rollout.stable == 7
    assert rollout.state.rejected == (hash_of(8),)
    assert rollout.conditions["RolledBack"] == "True/ErrorRateExceeded"
    assert "of revision 7 after its promotion" in rollout.message("RollbackTriggered")
    assert rollout.told[-4:] == ["ChallengeStarted", "AnalysisFailed", "RollbackTriggered", "RolledBack"]


def test_an_immediate_change_that_fails_is_rolled_back() -> None:
    """Its baseline is what stable did before, as far as that was seen."""
    rollout = Rollout(policy(strategy="Immediate", bakeTime="5m"))
    rollout.seconds(30)
    rollout.fails(8, 0.3)
    rollout.ask_for(8)
    rollout.look()
    assert rollout.state.baseline is not None
    assert rollout.state.baseline.exchanges == 6_000
    rollout.until(lambda each: each.finished == ["RolledBack"], 15)

    assert rollout.stable == 7


def test_an_outage_is_exonerated_and_its_level_remembered() -> None:
    """Both do equally badly for the length of a challenge; after that only worse is suspected."""
    rollout = _challenged()
    rollout.fails(7, 0.3)
    took = rollout.until_phase(Phase.BAKING)
    assert CHALLENGE_SECONDS <= took <= CHALLENGE_SECONDS + 3
    rollout.seconds(120)

    assert rollout.stable == 8
    assert rollout.told.count("ChallengeStarted") == 1
    rollout.fails(8, 0.9)
    rollout.until(lambda each: each.finished == ["RolledBack"], 15)


@pytest.mark.parametrize("trouble", ["deaf", "silent", "mute", "gone"])
def test_a_challenge_that_comes_to_nothing_ends(trouble: str) -> None:
    """Routers that do not follow, no traffic, no figures, no routers: the promoted revision stays."""
    rollout = _challenged()
    rollout.deaf = {"router-1", "router-2", "router-3"} if trouble == "deaf" else set()
    rollout.per_second = 0.0 if trouble == "silent" else 200.0
    rollout.mute = trouble == "mute"
    rollout.ready = 0 if trouble == "gone" else 3
    if trouble == "deaf":
        rollout.fails(7, 0.3)
    took = rollout.until_phase(Phase.BAKING)

    assert took <= CHALLENGE_DEADLINE + 1
    assert rollout.stable == 8
    assert rollout.told[-1] == "ChallengeEnded"
    rollout.deaf, rollout.mute, rollout.ready, rollout.per_second = set(), False, 3, 200.0
    rollout.seconds(20)
    assert rollout.told.count("ChallengeStarted") == 1  # what was suspected once is the baseline now


def test_a_promoted_revision_that_its_breakers_shut_out_is_judged_by_their_next_probe() -> None:
    """Breakers may stay open for longer than a challenge without figures lasts; the broken revision must not stay."""
    rollout = _challenged()
    rollout.fails(8, 1.0)
    rollout.shuts(8)
    rollout.seconds(int(CHALLENGE_DEADLINE) + 60)
    assert (rollout.state.phase, rollout.stable) == (Phase.CHALLENGING, 8)

    rollout.shuts(8, probes=1.0)
    rollout.until(lambda each: each.finished == ["RolledBack"], 10)
    assert rollout.stable == 7


def test_breakers_that_close_long_after_an_outage_exonerate() -> None:
    """Their next probe goes through, and both are compared."""
    rollout = _challenged()
    rollout.fails(8, 0.0)
    rollout.shuts(8)
    rollout.seconds(int(CHALLENGE_DEADLINE) + 60)
    rollout.shuts(8, probes=None)
    rollout.until_phase(Phase.BAKING, 30)

    assert (rollout.stable, rollout.finished) == (8, [])


def test_a_challenge_whose_breakers_never_probe_ends_with_the_progress_deadline() -> None:
    """Nothing was proven."""
    rollout = _challenged(progressDeadline="4m")
    rollout.fails(8, 1.0)
    rollout.shuts(8)
    took = rollout.until_phase(Phase.BAKING)

    assert took == rollout.policy.progress_deadline.seconds
    assert rollout.stable == 8


def test_a_challenge_goes_on_after_the_operator_was_away() -> None:
    """Its time does not run out while nobody compares."""
    rollout = _challenged()
    rollout.restart(away=600)
    rollout.until(lambda each: each.finished == ["RolledBack"], 20)

    assert rollout.stable == 7


def test_a_new_spec_does_not_wait_for_the_next_probe() -> None:
    """It may be the correction of what is challenged."""
    rollout = _challenged()
    rollout.fails(8, 1.0)
    rollout.shuts(8)
    rollout.seconds(60)
    rollout.ask_for(9)
    took = rollout.until(lambda each: each.candidate is not None and each.candidate[0] == 9)

    assert took <= CHALLENGE_DEADLINE


def test_an_outage_that_grows_in_the_challenge_costs_one_challenge() -> None:
    """The worst that both did is what is remembered."""
    rollout = _challenged()
    for revision in (7, 8):
        rollout.fails(revision, 0.95)
    rollout.until_phase(Phase.BAKING)
    rollout.seconds(60)

    assert rollout.told.count("ChallengeStarted") == 1
    assert rollout.stable == 8


def test_a_bake_with_nothing_to_fall_back_to_only_reports() -> None:
    """The previous revision was pruned."""
    rollout = Rollout()
    rollout.ask_for(8)
    rollout.until_phase(Phase.BAKING)
    del rollout.revisions[7]
    rollout.fails(8, 1.0)
    rollout.until_phase(Phase.IDLE)

    assert (rollout.stable, rollout.finished) == (8, ["Promoted"])


def test_verdicts_are_told_to_metrics() -> None:
    """By check; a bake has one of its own; at rest there are none."""
    rollout = Rollout()
    assert rollout.look().verdicts == {}
    rollout.ask_for(8)
    rollout.until_phase(Phase.STEPPING)
    assert rollout.seconds(3).verdicts == {"errors": "Pass", "latency": "Pass"}
    rollout.until_phase(Phase.BAKING)
    assert rollout.look().verdicts == {}
    assert rollout.seconds(3).verdicts == {"bake": "Pass"}


def test_an_outage_that_ends_as_the_challenge_begins_blames_nobody() -> None:
    """The promoted revision met its last seconds alone: the routers did not serve the previous one yet."""
    rollout = Rollout(policy(strategy="Immediate", bakeTime="10m"))
    rollout.ask_for(8)
    rollout.until_phase(Phase.BAKING)
    rollout.seconds(30)
    for revision in (7, 8):
        rollout.fails(revision, 0.97)
    rollout.until_phase(Phase.CHALLENGING, 10)
    rollout.follows_after = 3.0
    rollout.seconds(2)
    for revision in (7, 8):
        rollout.fails(revision, 0.01)
    rollout.until_phase(Phase.BAKING, 60)

    assert rollout.stable == 8
