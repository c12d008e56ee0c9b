"""What stands in a rollout's way, in order."""

import pytest

from sealane_operator.rollout.model import Phase, Routers
from sealane_operator.rollout.obstacles import LAG_SECONDS, laggards
from tests.support.rollouts import Rollout, policy


def _stepping(**changes: object) -> Rollout:
    rollout = Rollout(policy(analysis={"minRequests": 100}))
    rollout.ask_for(8)
    rollout.until_phase(Phase.STEPPING)
    for name, value in changes.items():
        setattr(rollout, name, value)
    return rollout


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"per_second": 0.0}, "Unknown/NoData"),
        ({"per_second": 1.0}, "Unknown/Inconclusive"),
        ({"mute": True}, "Unknown/MetricsUnavailable"),
        ({"ready": 0}, "Unknown/RouterUnreachable"),
        ({"suspended": True}, "False/Suspended"),
        ({"suspended": True, "mute": True}, "False/Suspended"),
        ({"wanted": None}, "Unknown/SpecRefused"),
        ({}, "True/StepRunning"),
    ],
)
def test_the_condition_names_what_stands_in_the_way(changes: dict[str, object], reason: str) -> None:
    """After the hold, with its reason; what serves goes on serving."""
    rollout = _stepping(**changes)
    rollout.seconds(9 if not changes else 62)

    assert rollout.conditions["Progressing"] == reason
    assert rollout.candidate == (8, 10)


def test_a_hold_that_runs_is_no_obstacle() -> None:
    """Traffic may still come; the words change once."""
    rollout = _stepping(per_second=0.0)
    words = {rollout.seconds(1).progressing.message for _ in range(9)}

    assert words == {"revision 8, step 1 of 2: 10 % for 10s"}


def test_a_router_that_lags_for_two_minutes_holds_the_rollout() -> None:
    """Told once; the condition names it. Shorter than that it is only waited for."""
    rollout = Rollout()
    rollout.ask_for(8)
    rollout.until(lambda each: each.candidate == (8, 10))
    rollout.deaf = {"router-2"}
    rollout.seconds(int(LAG_SECONDS) - 1)
    assert rollout.conditions["Progressing"] == "True/Programming"
    rollout.seconds(30)

    assert rollout.conditions["Progressing"] == "Unknown/RouterLagging"
    assert rollout.told.count("RouterLagging") == 1
    assert rollout.message("RouterLagging").endswith("2 minutes: router-2")


def test_laggards_are_named_in_order() -> None:
    """From two minutes on."""
    assert laggards(Routers(lagging={"b": 120.0, "a": 500.0, "c": 119.9})) == ("a", "b")


def test_an_operator_that_begins_calls_nobody_unreachable() -> None:
    """In the first seconds of a phase nothing has answered yet."""
    rollout = _stepping(ready=0)
    rollout.seconds(9)

    assert rollout.conditions["Progressing"] == "True/StepRunning"
