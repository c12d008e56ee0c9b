"""What people read while a rollout stands still."""

from sealane_operator.rollout.model import Observation, Phase, RolloutState, Routers
from sealane_operator.rollout.telling.wording import names_words, obstacle_words, stuck_words, time_words
from sealane_operator.rollout.turn import Turn
from tests.support.rollouts import BEGIN, pointer, policy, wanted


def _turn(routers: Routers | None = None, **fields: object) -> Turn:
    state = RolloutState(phase=Phase.WAITING, stable=pointer(7), paused_by="anna")
    seen = Observation(wanted(8), policy(**fields), routers=routers or Routers(), why_not_wanted="no such Secret")
    return Turn(state, state, seen, BEGIN)


def test_every_obstacle_says_what_helps() -> None:
    """Or what is waited for."""
    turn = _turn(Routers(3, 3, 2, 0, {"router-1": 500.0}, ("router-1: revision 8 is not there",)))

    assert obstacle_words(turn, "Paused") == "paused by anna: kubectl sealane resume goes on"
    assert obstacle_words(turn, "SpecRefused") == "no such Secret"
    assert obstacle_words(turn, "RouterLagging") == (
        "ready routers that do not follow for 2 minutes: router-1: router-1: revision 8 is not there"
    )
    for obstacle in ("Suspended", "RouterUnreachable", "StableNotProgrammed", "NoData", "MetricsUnavailable"):
        assert len(obstacle_words(turn, obstacle)) > 30
    assert obstacle_words(turn, "Inconclusive").startswith("fewer than 20 exchanges")
    assert obstacle_words(turn, "AnOlderOne") == "AnOlderOne"


def test_a_window_says_when_it_opens_and_how_not_to_wait() -> None:
    """Or that it never does."""
    soon = _turn(windows=[{"schedule": "0 9 * * *", "duration": "1h"}])
    never = _turn(windows=[{"schedule": "0 9 31 2 *", "duration": "1h"}])

    assert obstacle_words(soon, "WaitingForWindow") == (
        "outside its maintenance windows; the next one opens at 2027-01-15 09:00 UTC, or kubectl sealane promote "
        "starts it now"
    )
    assert "none opens within eight years" in obstacle_words(never, "WaitingForWindow")


def test_names_are_few() -> None:
    """At most five; the rest is counted."""
    assert names_words(()) == ""
    assert names_words(tuple("abcde")) == "a, b, c, d, e"
    assert names_words(tuple("abcdefg")) == "a, b, c, d, e and 2 more"
    assert time_words(BEGIN) == "2027-01-15 08:00 UTC"


def test_what_is_stuck_says_who_is_behind() -> None:
    """With what the routers say themselves, at most five of them."""
    problems = tuple(f"problem {number}" for number in range(9))
    routers = Routers(3, 3, 2, 0, {"router-1": 5.0}, problems)

    assert stuck_words(_turn(routers)) == (
        "2 of 3 ready routers hold the stable revision, behind: router-1: problem 0; problem 1; problem 2; problem 3; "
        "problem 4"
    )
