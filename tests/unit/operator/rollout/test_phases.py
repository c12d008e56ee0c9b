"""The transitions: what moves together, and the table of all of them."""

from itertools import pairwise

from sealane_operator.rollout.model import Phase, Rate
from tests.support.rollouts import BEGIN, Rollout, hash_of, policy

#: Every way from one phase to another.
TRANSITIONS = {
    (Phase.IDLE, Phase.WAITING),
    (Phase.IDLE, Phase.PROGRAMMING),
    (Phase.WAITING, Phase.PROGRAMMING),
    (Phase.WAITING, Phase.IDLE),
    (Phase.PROGRAMMING, Phase.STEPPING),
    (Phase.PROGRAMMING, Phase.BAKING),
    (Phase.PROGRAMMING, Phase.IDLE),
    (Phase.STEPPING, Phase.PROGRAMMING),
    (Phase.STEPPING, Phase.BAKING),
    (Phase.STEPPING, Phase.IDLE),
    (Phase.BAKING, Phase.CHALLENGING),
    (Phase.BAKING, Phase.PROGRAMMING),
    (Phase.BAKING, Phase.IDLE),
    (Phase.CHALLENGING, Phase.BAKING),
    (Phase.CHALLENGING, Phase.IDLE),
}


def _story(*acts: str) -> list[Phase]:
    """The phases that a rollout goes through."""
    rollout = Rollout(policy(bakeTime="1m"))
    seen = [rollout.state.phase]

    def note(*_: object) -> bool:
        if rollout.state.phase is not seen[-1]:
            seen.append(rollout.state.phase)
        return False

    for act in acts:
        verb, _, argument = act.partition(" ")
        if verb == "spec":
            rollout.ask_for(int(argument))
        elif verb == "break":
            rollout.fails(int(argument), 1.0)
        elif verb == "windows":
            rollout.policy = policy(windows=[{"schedule": "0 2 * * *", "duration": "1h"}] if argument else [])
        elif verb == "wait":
            for _ in range(int(argument)):
                rollout.seconds(1)
                note()
        else:
            rollout.request(*act.split())
        rollout.look()
        note()
    return seen


def test_every_transition_is_known_and_every_known_one_happens() -> None:
    """The table is the machine."""
    stories = [
        _story("spec 8", "wait 120"),
        _story("spec 8", "abort"),
        _story("spec 8", "wait 5", "break 8", "wait 5"),
        _story("spec 8", "wait 1", "promote full", "undo"),
        _story("spec 8", "wait 1", "promote full", "wait 3", "break 8", "wait 10"),
        _story("spec 8", "wait 1", "promote full", "wait 3", "break 8", "break 7", "wait 120"),
        _story("spec 8", "wait 1", "promote full", "wait 5", "spec 9", "wait 3", "abort"),
        _story("windows on", "spec 8", "abort"),
        _story("windows on", "spec 8", "promote", "wait 1", "promote full"),
        _story("spec 8", "wait 1", "promote full", "wait 5", "spec 9", "wait 1", "break 9", "wait 5"),
        _story("spec 8", "promote full", "wait 1"),
    ]
    steps = {pair for story in stories for pair in pairwise(story)}
    to_bake_again = {(Phase.PROGRAMMING, Phase.BAKING), (Phase.STEPPING, Phase.BAKING)}

    assert steps <= TRANSITIONS
    assert TRANSITIONS - steps - to_bake_again == set()


def test_a_promotion_moves_everything_at_once() -> None:
    """Stable, previous, baseline and phase; the hash is refused no more."""
    rollout = Rollout()
    rollout.fails(7, 0.01)
    rollout.fails(8, 0.01)
    rollout.ask_for(8)
    rollout.until_phase(Phase.BAKING)
    state = rollout.state

    assert state.stable is not None
    assert (state.stable.hash, state.stable.since) == (hash_of(8), rollout.now)
    assert state.previous is not None
    assert state.previous.revision == 7
    assert state.candidate is None
    assert state.baseline == Rate(1_100, 11, 0.1975)


def test_a_rollback_is_recorded_with_its_evidence() -> None:
    """Who, when, from where to where, and why."""
    rollout = Rollout()
    rollout.ask_for(8)
    rollout.until_phase(Phase.STEPPING)
    rollout.fails(8, 0.5)
    rollout.until_phase(Phase.IDLE)
    record = rollout.state.last_rollback

    assert record is not None
    assert (record.from_revision, record.to_revision, record.by) == (8, 7, "operator")
    assert record.at == rollout.now > BEGIN
    assert rollout.message("RollbackTriggered") == f"revision 8→7: {record.evidence} (ErrorRateExceeded)"
    assert rollout.told[-3:] == ["AnalysisFailed", "RollbackTriggered", "RolledBack"]


def test_a_weight_is_told_when_the_routers_hold_it() -> None:
    """With how many of them."""
    rollout = Rollout()
    rollout.ask_for(8)
    rollout.until_phase(Phase.STEPPING)

    assert rollout.message("WeightUpdated") == "revision 8: 10 % on 3/3 routers"
    assert rollout.message("RolloutStarted") == "revision 8, against revision 7: steps 10 %, 50 %, 100 %"
