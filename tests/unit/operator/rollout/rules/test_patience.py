"""Deadlines, and what does not count toward them."""

import pytest

from sealane_operator.rollout.model import Phase
from tests.support.rollouts import Rollout, policy


def _stepping(**fields: object) -> Rollout:
    rollout = Rollout(policy(progressDeadline="1m", analysis={"minRequests": 1_000}, **fields))
    rollout.ask_for(8)
    rollout.until_phase(Phase.STEPPING)
    return rollout


def test_no_data_holds_for_ever() -> None:
    """Without traffic nothing is rolled back; it goes on when there is some. Told once."""
    rollout = _stepping()
    rollout.per_second = 0.0
    rollout.seconds(600)
    assert rollout.candidate == (8, 10)
    assert rollout.told.count("AnalysisHeld") == 2  # inconclusive for a minute, then without data
    rollout.per_second = 2_000.0
    rollout.until(lambda each: each.state.obstacle is None)
    assert rollout.state.obstacle_since == 0.0
    rollout.until_phase(Phase.IDLE)

    assert rollout.finished == ["Promoted"]


@pytest.mark.parametrize("patience", ["pause", "suspend", "routers"])
def test_what_is_nobodys_failure_does_not_count(patience: str) -> None:
    """Paused, suspended, and while no router is ready; after it the rest of the deadline is left."""
    rollout = _stepping()
    rollout.per_second = 20.0  # far too few for a pass
    rollout.seconds(40)
    if patience == "pause":
        rollout.request("pause")
    rollout.suspended = patience == "suspend"
    rollout.ready = 0 if patience == "routers" else 3
    rollout.seconds(300)
    assert rollout.candidate == (8, 10)
    rollout.suspended, rollout.ready = False, 3
    if patience == "pause":
        rollout.request("resume")
    left = rollout.until(lambda each: each.finished == ["Aborted"])

    assert 25 <= left <= 35
    assert rollout.conditions["RolledBack"] == "True/DeadlineExceeded"


def test_the_deadline_counts_from_the_end_of_the_hold() -> None:
    """A hold may be longer than the deadline."""
    rollout = _stepping(steps=[{"weight": 10, "hold": "5m"}])
    rollout.seconds(299)
    assert rollout.candidate == (8, 10)
    rollout.seconds(1)

    assert rollout.stable == 8


@pytest.mark.parametrize(
    ("trouble", "reason", "words"),
    [
        ("lag", "ProgrammingFailed", "2 of 3 ready routers hold revision 8, behind: router-1"),
        ("mute", "DeadlineExceeded", "no router tells its figures"),
        ("few", "DeadlineExceeded", "fewer than 20 exchanges"),
    ],
)
def test_what_makes_no_progress_is_given_up(trouble: str, reason: str, words: str) -> None:
    """Stable serves everybody; the evidence says what was missing."""
    rollout = Rollout(policy(progressDeadline="1m"))
    rollout.ask_for(8)
    rollout.until_phase(Phase.PROGRAMMING if trouble == "lag" else Phase.STEPPING)
    rollout.deaf = {"router-1"} if trouble == "lag" else set()
    rollout.mute = trouble == "mute"
    rollout.per_second = 0.5 if trouble == "few" else 200.0
    rollout.until(lambda each: bool(each.finished), 200)

    assert (rollout.stable, rollout.candidate, rollout.finished) == (7, None, ["Aborted"])
    assert rollout.conditions["RolledBack"] == f"True/{reason}"
    assert rollout.conditions["Stalled"] == "True/RolledBack"
    assert "AnalysisFailed" not in rollout.told
    assert words in rollout.message("RollbackTriggered")
    assert "no progress for 1m" in rollout.message("RollbackTriggered")


def test_what_never_starts_is_given_up_too() -> None:
    """A router that does not even hold stable keeps everything waiting."""
    rollout = Rollout(policy(progressDeadline="1m"))
    rollout.deaf = {"router-1"}
    rollout.ask_for(8)
    rollout.until(lambda each: bool(each.finished), 70)

    assert rollout.conditions["RolledBack"] == "True/ProgrammingFailed"
    assert "2 of 3 ready routers hold the stable revision" in rollout.message("RollbackTriggered")


def test_an_operator_that_begins_does_not_hold_anew() -> None:
    """Until the first poll no router is known; what was told is not told again."""
    rollout = _stepping()
    rollout.per_second = 0.0
    rollout.until(lambda each: each.state.obstacle == "NoData")
    told = rollout.told.count("AnalysisHeld")
    rollout.restart()
    rollout.ready = 0
    rollout.seconds(2)
    rollout.ready = 3
    rollout.seconds(2)

    assert rollout.state.obstacle == "NoData"
    assert rollout.told.count("AnalysisHeld") == told


def test_a_window_is_waited_for_without_a_deadline() -> None:
    """The deadline begins when it may start."""
    rollout = Rollout(policy(progressDeadline="1m", windows=[{"schedule": "30 8 * * *", "duration": "1h"}]))
    rollout.ask_for(8)
    rollout.seconds(30)
    rollout.now += 20 * 60
    rollout.seconds(5)
    assert rollout.state.phase is Phase.WAITING
    rollout.now += 10 * 60
    rollout.seconds(2)

    assert rollout.candidate == (8, 10)


def test_metrics_that_are_gone_are_told_once() -> None:
    """As a warning; the verdict is not Fail."""
    rollout = _stepping()
    rollout.mute = True
    rollout.seconds(30)

    assert rollout.told.count("MetricsUnavailable") == 1
    assert rollout.candidate == (8, 10)


def test_a_restart_of_the_operator_forgets_nothing_that_counts() -> None:
    """The obstacle and its beginning are in the status: nothing is told twice."""
    rollout = _stepping()
    rollout.mute = True
    rollout.seconds(30)
    before = rollout.state.obstacle_since
    rollout.restart()
    rollout.seconds(20)

    assert rollout.told.count("MetricsUnavailable") == 1
    assert rollout.state.obstacle_since == before


def test_an_obstacle_that_is_gone_leaves_nothing_behind() -> None:
    """Neither its name nor its time."""
    rollout = _stepping()
    rollout.suspended = True
    rollout.seconds(1)
    assert (rollout.state.obstacle, rollout.state.obstacle_since) == ("Suspended", rollout.now)
    rollout.suspended = False
    rollout.seconds(1)

    assert (rollout.state.obstacle, rollout.state.obstacle_since) == (None, 0.0)


def test_time_in_which_no_operator_looked_brings_no_deadline_nearer() -> None:
    """What could not go on while the operator was away is not to blame for that."""
    rollout = Rollout(policy(progressDeadline="1m"))
    rollout.ask_for(8)
    rollout.until_phase(Phase.STEPPING)
    rollout.restart(away=600)
    rollout.until_phase(Phase.IDLE)

    assert (rollout.stable, rollout.finished) == (8, ["Promoted"])
