"""Forward: acknowledged, held, passed."""

import pytest

from sealane_operator.rollout.model import Phase
from sealane_operator.rollout.rules.advancing import LEAST_BAKE, LEAST_HOLD
from tests.support.rollouts import Rollout, policy


def test_a_candidate_without_weight_comes_first() -> None:
    """It gets traffic once every ready router holds it."""
    rollout = Rollout()
    rollout.ask_for(8)
    rollout.look()
    rollout.deaf = {"router-1"}
    rollout.seconds(30)
    assert (rollout.candidate, rollout.state.phase) == ((8, 0), Phase.PROGRAMMING)
    rollout.deaf = set()
    rollout.seconds(1)

    assert rollout.candidate == (8, 10)


def test_the_hold_counts_from_the_last_acknowledgement() -> None:
    """A router that follows late delays the step, not the others' weight."""
    rollout = Rollout()
    rollout.ask_for(8)
    rollout.until(lambda each: each.candidate == (8, 10))
    rollout.deaf = {"router-1"}
    rollout.seconds(30)
    assert rollout.state.phase is Phase.PROGRAMMING
    rollout.deaf = set()
    assert rollout.until_phase(Phase.STEPPING) == 1

    assert rollout.until(lambda each: each.candidate == (8, 50)) == 10


def test_a_router_that_joins_late_delays_the_next_step() -> None:
    """All ready routers hold a weight before the next one is set."""
    rollout = Rollout()
    rollout.ask_for(8)
    rollout.until_phase(Phase.STEPPING)
    rollout.deaf = {"router-1"}
    rollout.seconds(30)
    assert rollout.candidate == (8, 10)
    rollout.deaf = set()
    rollout.seconds(1)

    assert rollout.candidate == (8, 50)


def test_nothing_passes_with_too_few_exchanges() -> None:
    """Five a second at 10 % are twenty after forty seconds."""
    rollout = Rollout(per_second=5.0)
    rollout.ask_for(8)
    rollout.until_phase(Phase.STEPPING)

    assert rollout.until(lambda each: each.candidate == (8, 50)) in {39, 40}


def test_a_step_of_everybody_is_the_promotion() -> None:
    """Nobody is left to compare with, so the bake watches it."""
    rollout = Rollout(policy(steps=[{"weight": 10, "hold": "5s"}, {"weight": 100, "hold": "1h"}]))
    rollout.ask_for(8)
    rollout.until_phase(Phase.BAKING, 20)

    assert rollout.stable == 8


def test_a_policy_is_read_live() -> None:
    """A weight that rises takes effect at the running step; steps that are gone are not waited for."""
    rollout = Rollout()
    rollout.ask_for(8)
    rollout.until_phase(Phase.STEPPING)
    rollout.policy = policy(steps=[{"weight": 20, "hold": "10s"}])
    rollout.seconds(1)
    assert rollout.candidate == (8, 20)
    rollout.until_phase(Phase.STEPPING)
    rollout.policy = policy(strategy="Immediate")
    rollout.seconds(1)

    assert (rollout.stable, rollout.state.phase) == (8, Phase.BAKING)


@pytest.mark.parametrize("revision_served", [8, 9])
def test_a_bake_ends_by_time(revision_served: int) -> None:
    """With or without traffic; then nothing is kept to fall back to."""
    rollout = Rollout(policy(strategy="Immediate"), per_second=0.0)
    rollout.ask_for(revision_served)
    rollout.until_phase(Phase.BAKING)

    assert rollout.until_phase(Phase.IDLE) in {9, 10}
    assert (rollout.state.previous, rollout.state.baseline) == (None, None)


def test_what_nobody_asks_for_any_more_goes_no_further() -> None:
    """A spec that cannot be served is not what is on trial; it is still watched."""
    rollout = Rollout()
    rollout.ask_for(8)
    rollout.until_phase(Phase.STEPPING)
    rollout.wanted, rollout.why_not_wanted = None, "Secret moonshot has no key api-key"
    rollout.seconds(60)

    assert rollout.candidate == (8, 10)
    assert rollout.conditions["Progressing"] == "Unknown/SpecRefused"
    assert rollout.decision is not None
    assert rollout.decision.progressing.message == "Secret moonshot has no key api-key"
    rollout.fails(8, 1.0)
    rollout.seconds(3)
    assert rollout.finished == ["RolledBack"]


def test_a_hold_that_nobody_watched_is_watched_for_some_seconds() -> None:
    """Its time has passed, and the candidate had no traffic meanwhile."""
    rollout = Rollout(policy(steps=[{"weight": 10, "hold": "1m"}, {"weight": 50, "hold": "1m"}]))
    rollout.ask_for(8)
    rollout.until_phase(Phase.STEPPING)
    rollout.restart(away=600)

    assert rollout.until(lambda each: each.candidate == (8, 50)) == LEAST_HOLD


def test_a_bake_that_nobody_watched_is_not_over_when_the_operator_returns() -> None:
    """A promoted revision that broke meanwhile is rolled back, though its bake time has passed."""
    rollout = Rollout(policy(bakeTime="5m"))
    rollout.ask_for(8)
    rollout.until_phase(Phase.BAKING)
    rollout.seconds(5)
    rollout.fails(8, 1.0)
    rollout.restart(away=600)
    rollout.until_phase(Phase.IDLE)

    assert (rollout.stable, rollout.finished) == (7, ["RolledBack"])


def test_a_bake_that_went_well_ends_a_minute_after_the_operator_returns() -> None:
    """Or as long as the bake, where that is shorter."""
    rollout = Rollout(policy(bakeTime="5m"))
    rollout.ask_for(8)
    rollout.until_phase(Phase.BAKING)
    rollout.restart(away=600)

    assert rollout.until_phase(Phase.IDLE) == LEAST_BAKE
    assert (rollout.stable, rollout.finished) == (8, ["Promoted"])
