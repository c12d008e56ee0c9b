"""What a turn knows of its state and of what is seen."""

import pytest

from sealane_api.report import Figures
from sealane_operator.rollout.model import (
    Candidate,
    Note,
    Observation,
    Phase,
    RolloutState,
    Routers,
    Sample,
    Series,
)
from sealane_operator.rollout.turn import Turn
from tests.support.rollouts import BEGIN, hash_of, pointer, policy, wanted

TRIAL = RolloutState(
    phase=Phase.STEPPING, stable=pointer(7), candidate=Candidate(8, hash_of(8), 10, 1, BEGIN), phase_since=BEGIN
)
SERIES = Series(7, 8, 10, (Sample(1.0, Figures(9), Figures(1)),), 1.0, 3)


def _turn(state: RolloutState = TRIAL, routers: Routers | None = None, series: Series = SERIES) -> Turn:
    seen = Observation(wanted(8), policy(), routers=routers or Routers(3, 3, 3, 3), series=series)
    return Turn(state, state, seen, BEGIN + 5)


def test_a_change_of_phase_is_dated() -> None:
    """To stay in one is no change; notes are kept in order, and an end is not forgotten."""
    first, second = (Note("Normal", reason, "a", "b") for reason in ("One", "Two"))
    same = _turn().become(first, phase=Phase.STEPPING, finished="Aborted")
    other = same.become(second, phase=Phase.BAKING)

    assert same.state.phase_since == BEGIN
    assert other.state.phase_since == BEGIN + 5
    assert (other.notes, other.finished) == ((first, second), "Aborted")


@pytest.mark.parametrize(
    ("routers", "programmed"),
    [(Routers(3, 3, 3, 3), True), (Routers(3, 3, 3, 2), False), (Routers(0, 3, 0, 0), False)],
)
def test_programmed_is_what_every_ready_router_holds(routers: Routers, programmed: bool) -> None:
    """Without a ready router nobody holds anything."""
    assert _turn(routers=routers).is_programmed is programmed


def test_routers_were_asked_about_the_pointers_before() -> None:
    """What they hold says nothing about a pointer that moved in this turn, or a weight."""
    turn = _turn()
    candidate = Candidate(8, hash_of(8), 50, 2, BEGIN)

    assert turn.is_programmed
    assert turn.is_stable_programmed
    assert not turn.become(candidate=candidate).is_programmed
    assert not turn.become(stable=pointer(8)).is_stable_programmed


@pytest.mark.parametrize(
    "series",
    [Series(6, 8, 10), Series(7, 9, 10), Series(7, 8, 50), Series(7, None, 0), Series()],
)
def test_figures_of_other_pointers_are_none(series: Series) -> None:
    """Another stable, another candidate, another weight: they would blame the wrong one."""
    assert _turn().series is SERIES
    assert _turn(series=series).series is None


def test_what_stable_met_alone_compares_nothing() -> None:
    """A provider that begins to fail as the candidate gets its weight fails both; stable's good second was its own."""
    alone, both = Sample(1.0, Figures(400), Figures()), Sample(2.0, Figures(450, 20), Figures(50, 20))
    series = Series(7, 8, 10, (Sample(0.0, Figures(), Figures()), alone, both), 2.0, 3)
    analysis = _turn(series=series).analysis()

    assert analysis.failure is None
    assert (analysis.whole.stable.exchanges, analysis.whole.candidate.exchanges) == (50, 50)


def test_steps_end_where_no_stable_arm_is_left() -> None:
    """A step of 100 % is the promotion; Immediate has no steps."""
    turn = _turn()

    def steps(**fields: object) -> list[int]:
        seen = Observation(wanted(8), policy(**fields))
        return [step.weight for step in Turn(turn.state, turn.state, seen, BEGIN).steps]

    assert steps() == [10, 50]
    assert steps(steps=[{"weight": 30}, {"weight": 100}]) == [30]
    assert steps(strategy="Immediate") == []


def test_given_up_is_what_the_spec_asks_for_in_vain() -> None:
    """Rejected or held; never what serves."""
    base = RolloutState(stable=pointer(7))

    def given_up(state: RolloutState, revision: int = 8) -> bool:
        return Turn(state, state, Observation(wanted(revision), policy()), BEGIN).given_up is not None

    assert not given_up(base)
    assert given_up(RolloutState(stable=pointer(7), rejected=(hash_of(8),)))
    assert given_up(RolloutState(stable=pointer(7), held=hash_of(8)))
    assert not given_up(RolloutState(stable=pointer(7), rejected=(hash_of(7),)), 7)
