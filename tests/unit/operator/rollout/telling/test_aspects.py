"""The conditions of a rollout."""

import pytest

from sealane_operator.rollout.model import Phase, RollbackRecord
from tests.support.rollouts import Rollout, hash_of, policy


def test_the_conditions_of_a_good_rollout() -> None:
    """Phase by phase."""
    rollout = Rollout()
    rollout.ask_for(8)
    seen = []
    while not rollout.finished:
        rollout.seconds(1)
        if rollout.conditions not in seen:
            seen.append(rollout.conditions)

    assert seen == [
        {"Progressing": "True/Programming", "CandidateHealthy": "Unknown/InsufficientData"},
        {"Progressing": "True/StepRunning", "CandidateHealthy": "True/ChecksPassed"},
        {"Progressing": "True/Baking", "CandidateHealthy": "Unknown/InsufficientData"},
        {"Progressing": "True/Baking", "CandidateHealthy": "True/ChecksPassed"},
        {"Progressing": "False/RolloutComplete"},
    ]


def test_words_do_not_change_by_the_second() -> None:
    """A status is written when they change."""
    rollout = Rollout(policy(steps=[{"weight": 10, "hold": "2m"}], bakeTime="2m"))
    rollout.ask_for(8)
    rollout.until_phase(Phase.STEPPING)
    words = set()
    for _ in range(300):
        decision = rollout.seconds(1)
        words.add((decision.progressing, decision.candidate_healthy))

    assert len(words) <= 6


def test_a_rolled_back_spec_stalls_with_a_remedy() -> None:
    """As kstatus wants it, until the spec changes."""
    rollout = Rollout()
    rollout.ask_for(8)
    rollout.until_phase(Phase.STEPPING)
    rollout.fails(8, 1.0)
    rollout.until_phase(Phase.IDLE)
    decision = rollout.look()

    assert decision.stalled is not None
    assert decision.stalled.message == (
        "revision 8 is refused: change the spec, or ask for it again with kubectl sealane retry"
    )
    assert decision.rolled_back is not None
    assert decision.rolled_back.message.startswith("revision 8→7 by operator: ")
    assert decision.progressing.message.startswith("revision 7 serves everybody; revision 8 was given up: change the")
    rollout.ask_for(7)
    assert set(rollout.look().notes) == set()
    assert set(rollout.conditions) == {"Progressing"}


@pytest.mark.parametrize(
    ("changes", "progressing", "rolled_back"),
    [
        ({"rejected": (hash_of(8),)}, "False/Aborted", "True/RolledBackEarlier"),
        ({"held": hash_of(8)}, "False/Aborted", "True/ManualRollback"),
    ],
)
def test_what_was_given_up_earlier_still_says_so(
    changes: dict[str, object], progressing: str, rolled_back: str
) -> None:
    """Though the record of it was overwritten by a later one."""
    rollout = Rollout()
    rollout.overwrite(**changes)
    rollout.ask_for(8)
    rollout.look()

    assert rollout.conditions == {
        "Progressing": progressing,
        "RolledBack": rolled_back,
        "Stalled": "True/RolledBack",
    }


def test_an_undo_beside_what_the_spec_asks_for_is_told_as_what_it_was() -> None:
    """Stable moved from one revision to another, and a third is what the spec asks for."""
    rollout = Rollout()
    rollout.overwrite(
        held=hash_of(8), last_rollback=RollbackRecord(7, 6, "ManualRollback", rollout.now, "anna", "undo")
    )
    rollout.ask_for(8)
    said = rollout.look().rolled_back

    assert said is not None
    assert said.message == "revision 7→6 by anna: undo; revision 8, which the spec asks for, is held back"


def test_a_route_without_a_revision_says_why() -> None:
    """The spec cannot be served, or is suspended."""
    rollout = Rollout(stable=None)
    rollout.why_not_wanted = "rule kimi claims what belongs to another route"
    assert rollout.look().progressing.message == "rule kimi claims what belongs to another route"
    assert rollout.conditions == {"Progressing": "False/Pending"}
    rollout.suspended = True
    rollout.look()

    assert rollout.conditions == {"Progressing": "False/Suspended", "Suspended": "True/SuspendedByUser"}


def test_a_spec_that_is_refused_at_rest_says_what_serves() -> None:
    """And why the spec does not."""
    rollout = Rollout()
    rollout.wanted, rollout.why_not_wanted = None, "no such Secret"

    assert rollout.look().progressing.message == "revision 7 serves everybody; no such Secret"
    assert rollout.conditions == {"Progressing": "False/SpecRefused"}
