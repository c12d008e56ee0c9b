"""By hand: each verb in each phase, carried out once or refused with a remedy."""

import pytest

from sealane_operator.rollout.model import Phase
from tests.support.rollouts import Rollout, hash_of, policy

_WINDOWS = [{"schedule": "0 2 * * *", "duration": "1h"}]


def _in(phase: Phase) -> Rollout:
    """Revision 8 in a phase; 6 served before 7."""
    rollout = Rollout(policy(bakeTime="5m", windows=_WINDOWS if phase is Phase.WAITING else []))
    if phase is Phase.IDLE:
        return rollout
    rollout.ask_for(8)
    if phase is Phase.PROGRAMMING:
        rollout.look()
        return rollout
    if phase is Phase.CHALLENGING:
        rollout.until_phase(Phase.BAKING)
        rollout.fails(8, 0.5)
    rollout.until(lambda each: each.look().state.phase is phase)
    return rollout


@pytest.mark.parametrize(
    ("verb", "phase", "outcome", "after"),
    [
        ("promote", Phase.IDLE, "refused: nothing to promote", (7, Phase.IDLE, None)),
        ("promote", Phase.WAITING, "started revision 8 without", (7, Phase.PROGRAMMING, (8, 0))),
        ("promote", Phase.STEPPING, "revision 8 goes to 50 %", (7, Phase.PROGRAMMING, (8, 50))),
        ("promote full", Phase.STEPPING, "promoted revision 8", (8, Phase.BAKING, None)),
        ("promote", Phase.BAKING, "ended the bake of revision 8", (8, Phase.IDLE, None)),
        ("promote", Phase.CHALLENGING, "refused: the promoted revision", (8, Phase.CHALLENGING, (7, 50))),
        ("pause", Phase.IDLE, "refused: nothing to pause", (7, Phase.IDLE, None)),
        ("pause", Phase.STEPPING, "paused;", (7, Phase.STEPPING, (8, 10))),
        ("pause", Phase.BAKING, "paused;", (8, Phase.BAKING, None)),
        ("resume", Phase.STEPPING, "refused: nothing is paused", (7, Phase.STEPPING, (8, 10))),
        ("abort", Phase.IDLE, "refused: nothing to abort", (7, Phase.IDLE, None)),
        ("abort", Phase.WAITING, "gave up revision 8; revision 7 serves", (7, Phase.IDLE, None)),
        ("abort", Phase.PROGRAMMING, "gave up revision 8; revision 7 serves", (7, Phase.IDLE, None)),
        ("abort", Phase.STEPPING, "gave up revision 8; revision 7 serves", (7, Phase.IDLE, None)),
        ("abort", Phase.BAKING, "refused: revision 8 is promoted already; use undo", (8, Phase.BAKING, None)),
        ("retry", Phase.IDLE, "refused: nothing to retry", (7, Phase.IDLE, None)),
        ("retry", Phase.STEPPING, "refused: nothing to retry", (7, Phase.STEPPING, (8, 10))),
        ("undo", Phase.IDLE, "revision 6 serves everybody until", (6, Phase.IDLE, None)),
        ("undo", Phase.WAITING, "gave up revision 8; revision 7 serves", (7, Phase.IDLE, None)),
        ("undo", Phase.STEPPING, "gave up revision 8; revision 7 serves", (7, Phase.IDLE, None)),
        ("undo", Phase.BAKING, "revision 7 serves everybody until", (7, Phase.IDLE, None)),
        ("undo", Phase.CHALLENGING, "revision 7 serves everybody until", (7, Phase.IDLE, None)),
        ("undo 3", Phase.STEPPING, "revision 3 serves everybody until", (3, Phase.IDLE, None)),
        ("undo 3", Phase.BAKING, "revision 3 serves everybody until", (3, Phase.IDLE, None)),
        ("undo 7", Phase.IDLE, "refused: revision 7 serves already", (7, Phase.IDLE, None)),
        ("undo 99", Phase.IDLE, "refused: there is no revision 99; kubectl sealane history", (7, Phase.IDLE, None)),
        ("undo ²", Phase.IDLE, "refused: there is no revision", (7, Phase.IDLE, None)),
        ("dance", Phase.STEPPING, "refused: 'dance' is not known; use one of promote", (7, Phase.STEPPING, (8, 10))),
    ],
)
def test_a_verb_does_what_it_says(
    verb: str, phase: Phase, outcome: str, after: tuple[int, Phase, tuple[int, int] | None]
) -> None:
    """And says what it did; a refusal changes nothing else and is told as an Event."""
    rollout = _in(phase)
    said = rollout.request(*verb.split())

    assert said.startswith(outcome), said
    assert (rollout.stable, rollout.state.phase, rollout.candidate) == after
    assert ("RequestRefused" in rollout.told) is said.startswith("refused: ")


def test_a_request_is_carried_out_once() -> None:
    """The annotation stays where it is; only another id is another request."""
    rollout = _in(Phase.STEPPING)
    rollout.request("promote")
    rollout.until_phase(Phase.STEPPING)
    rollout.seconds(3)

    assert rollout.candidate == (8, 50)
    record = rollout.state.last_request
    assert record is not None
    assert (record.id, record.verb, record.by) == ("id-1", "promote", "anna")


def test_a_user_whom_nobody_checked_is_marked() -> None:
    """In the record and in Events."""
    rollout = _in(Phase.STEPPING)
    rollout.request("abort", verified=False)

    assert rollout.state.last_request is not None
    assert rollout.state.last_request.by == "anna (unverified)"
    assert rollout.state.last_rollback is not None
    assert rollout.state.last_rollback.by == "anna (unverified)"
    assert rollout.message("ManualRollbackRequested") == "revision 8→7: abort by anna (unverified)"


def test_a_promotion_waits_for_the_routers() -> None:
    """It stays open until they hold the candidate, and is carried out then."""
    rollout = _in(Phase.PROGRAMMING)
    assert rollout.request("promote", "full") == ""
    rollout.seconds(1)

    assert (rollout.stable, rollout.state.phase) == (8, Phase.BAKING)
    assert rollout.state.last_request is not None
    assert rollout.state.last_request.outcome == "promoted revision 8"


def test_figures_judge_before_anybody_is_obeyed() -> None:
    """What fails is not promoted by whoever asks in that very moment."""
    rollout = _in(Phase.STEPPING)
    rollout.fails(8, 1.0)
    rollout.now += 1
    rollout.serve()

    assert rollout.request("promote", "full").startswith("refused: revision 8 was given up; use retry")
    assert rollout.finished == ["RolledBack"]


def test_a_promotion_by_hand_is_counted_as_one() -> None:
    """When its bake is over."""
    rollout = _in(Phase.STEPPING)
    rollout.request("promote", "full")
    rollout.until_phase(Phase.IDLE)

    assert rollout.finished == ["FastPromoted"]


def test_a_suspended_rollout_is_not_promoted_and_can_be_undone() -> None:
    """Forward is frozen, back is not."""
    rollout = _in(Phase.STEPPING)
    rollout.suspended = True

    assert rollout.request("promote").startswith("refused: spec.suspend is true; set it to false")
    assert rollout.request("abort").startswith("gave up revision 8")


def test_a_pause_before_the_start_holds_when_the_window_opens() -> None:
    """What waits and is paused starts when somebody resumes, or promotes it."""
    rollout = _in(Phase.WAITING)
    rollout.request("pause")
    rollout.policy = policy()
    rollout.seconds(400)

    assert (rollout.candidate, rollout.state.phase, rollout.finished) == (None, Phase.WAITING, [])
    assert rollout.conditions["Progressing"] == "False/Paused"
    rollout.request("resume")
    rollout.seconds(2)
    assert rollout.candidate == (8, 10)


def test_a_pause_stays_at_its_step() -> None:
    """Until somebody resumes; the step after it is taken at once when the hold is over by then."""
    rollout = _in(Phase.STEPPING)
    rollout.request("pause")
    rollout.seconds(60)
    assert rollout.candidate == (8, 10)
    assert rollout.conditions["Progressing"] == "False/Paused"
    assert rollout.request("pause") == "paused already, by anna"
    assert rollout.request("resume") == "goes on"

    assert rollout.candidate == (8, 50)
    assert rollout.told.count("RolloutPaused") == rollout.told.count("RolloutResumed") == 1


def test_a_promotion_goes_one_step_while_paused() -> None:
    """Step by step by hand; ``full`` ends the pause."""
    rollout = _in(Phase.STEPPING)
    rollout.request("pause")
    rollout.request("promote")
    rollout.seconds(60)
    assert rollout.candidate == (8, 50)
    assert rollout.conditions["Progressing"] == "False/Paused"
    rollout.request("promote", "full")

    assert rollout.state.paused_by is None


def test_an_abort_holds_until_the_spec_changes() -> None:
    """Or somebody asks for a retry."""
    rollout = _in(Phase.STEPPING)
    rollout.request("abort")
    rollout.seconds(30)
    assert rollout.candidate is None
    assert rollout.conditions["RolledBack"] == "True/ManualRollback"
    assert rollout.conditions["Progressing"] == "False/Aborted"
    assert rollout.request("promote").startswith("refused: revision 8 was given up; use retry")
    assert rollout.request("retry") == "revision 8 may start again"
    assert rollout.candidate == (8, 0)
    rollout.seconds(1)
    rollout.request("abort")
    rollout.ask_for(9)
    rollout.look()

    assert rollout.candidate == (9, 0)
    assert rollout.state.held is None


def test_an_undo_holds_until_the_spec_changes_or_a_retry() -> None:
    """The stable revision is older than what the spec asks for, and says so."""
    rollout = _in(Phase.BAKING)
    rollout.request("undo")
    rollout.seconds(30)
    assert (rollout.stable, rollout.candidate) == (7, None)
    assert rollout.finished == ["FastRolledBack"]
    assert rollout.conditions == {
        "Progressing": "False/Aborted",
        "RolledBack": "True/ManualRollback",
        "Stalled": "True/RolledBack",
    }
    rollout.request("retry")

    assert rollout.candidate == (8, 0)


def test_a_retry_starts_what_failed() -> None:
    """Its hash is refused no more."""
    rollout = _in(Phase.STEPPING)
    rollout.fails(8, 1.0)
    rollout.until_phase(Phase.IDLE)
    rollout.fails(8, 0.0)
    rollout.request("retry")
    assert hash_of(8) not in rollout.state.rejected
    rollout.until_phase(Phase.IDLE)

    assert rollout.stable == 8


def test_an_undo_to_what_the_spec_asks_for_holds_nothing() -> None:
    """Somebody insists on a revision that failed: it serves, and nothing stalls."""
    rollout = _in(Phase.STEPPING)
    rollout.fails(8, 1.0)
    rollout.until_phase(Phase.IDLE)
    assert rollout.request("undo", "8") == "revision 8 serves everybody"

    assert (rollout.stable, rollout.state.rejected, rollout.state.held) == (8, (), None)
    assert set(rollout.conditions) == {"Progressing"}


def test_two_undos_go_back_twice() -> None:
    """The second one does not return to what the first one left."""
    rollout = _in(Phase.BAKING)
    rollout.until_phase(Phase.IDLE)
    rollout.request("undo")
    rollout.seconds(5)
    rollout.request("undo")

    assert (rollout.stable, rollout.state.held) == (6, hash_of(8))


def test_an_undo_never_goes_to_what_failed() -> None:
    """It served everybody until its challenge, and somebody wants what was good before."""
    rollout = _in(Phase.BAKING)
    rollout.fails(8, 0.5)
    rollout.until(lambda rollout: rollout.stable == 7)
    rollout.request("undo")

    assert rollout.stable == 6


def test_a_promotion_that_waits_is_not_another_revisions() -> None:
    """The routers did not follow yet, and the spec was edited meanwhile: nothing goes live that nobody looked at."""
    rollout = _in(Phase.PROGRAMMING)
    rollout.deaf = {"router-0"}
    assert rollout.request("promote", "full") == ""
    rollout.ask_for(9)
    rollout.seconds(1)
    rollout.deaf = set()
    rollout.seconds(5)

    assert rollout.state.last_request is not None
    assert rollout.state.last_request.outcome.startswith("refused: the spec asks for revision 9 since")
    assert rollout.stable == 7


def test_a_start_by_hand_needs_routers_that_hold_stable() -> None:
    """It does not wait for them: by then the spec may ask for something else."""
    rollout = _in(Phase.WAITING)
    rollout.deaf = {"router-0"}

    assert rollout.request("promote").startswith("refused: not every ready router holds the stable revision yet")


def test_an_undo_without_a_past_is_refused() -> None:
    """On a first revision, and before there is any."""
    rollout = Rollout(stable=None)
    assert rollout.request("undo").startswith("refused: nothing serves yet")
    rollout.ask_for(1)
    rollout.look()

    assert rollout.request("undo").startswith("refused: no other revision is known to have served; name one")


def test_a_spec_that_cannot_be_served_is_neither_promoted_nor_retried() -> None:
    """The remedy is to correct it."""
    rollout = _in(Phase.STEPPING)
    rollout.wanted, rollout.why_not_wanted = None, "no Secret moonshot"

    assert rollout.request("promote").startswith("refused: the spec cannot be served any more")
    assert rollout.request("retry") == "refused: the spec cannot be served: no Secret moonshot"


def test_the_longest_name_of_a_user_fits_into_the_status() -> None:
    """It is cut, not refused by the API server."""
    rollout = _in(Phase.STEPPING)
    rollout.request("pause", user="x" * 500, verified=False)

    assert rollout.state.paused_by is not None
    assert len(rollout.state.paused_by) <= 256
